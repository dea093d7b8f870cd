"""Read several files as one: tables that lie in many files, through the connectors of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from lakeindex.errors import UnreadableTable, is_of_machine
from lakeindex.hashing.content_hash import content_hash_of
from lakeindex.plugins import connector_for
from lakeindex.profile.parts.agreement import agreeing, with_usual_header
from lakeindex.profile.parts.known_parts import KnownParts
from lakeindex.profile.parts.make_plan import make_plan
from lakeindex.profile.parts.plan import Plan, PlannedPart
from lakeindex.profile.parts.read_parts import PartedTable, ReadPart, ReadParts
from lakeindex.profile.parts.sampled_parts import CountedParts, count_source, sample_source, total_of
from lakeindex.profile.parts.union_schema import Source, UnionSchema
from lakeindex.profile.unreadable import UNREADABLE, first_line_of, require_memory
from lakeindex.profile.walk import refuse_replaced
from lakeindex.profile.withheld import reason_without_values
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, PartialTables, ReadOptions, RowCount, Rows, SourceTable, TableId
from lakeindex.types.reports import FileStatus, PartOfTable, PartOutcome

_MARK = "a mark of the program that wrote the table, no rows"
_MOST_TOLD = 3


class PartUnreadable(Exception):
    """A part turned out to be unreadable while its rows were read; the table has to be read again, without it."""


@dataclass(slots=True)
class PartsConnector:
    """Reads one file of many parts: a connector like others, but for one file only."""

    connectors: Mapping[str, Connector]
    name: str = ""
    """What it is called in the catalog: the layout's name, or that of the connector of the parts."""
    suffixes: frozenset[str] = frozenset()
    _plan: Plan | None = None
    _tables: dict[TableId, PartedTable] = field(default_factory=dict)
    _counted: dict[TableId, CountedParts | None] = field(default_factory=dict)
    """The rows of parts that may be sampled."""
    _failed: dict[str, str] = field(default_factory=dict)
    """Why parts can't be read, by their paths."""
    _unseen: set[str] = field(default_factory=set)
    """Those of them that can't be read for a reason of the machine."""
    _known: KnownParts = field(default_factory=KnownParts)
    _found: dict[str, Sequence[SourceTable]] = field(default_factory=dict)
    """The tables of each part, by its path."""
    _read: ReadParts = field(default_factory=ReadParts)

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """List the tables that the parts make up; those that can't be read are left out, and told of.

        Raises UnreadableTable where none can be read, or the whole can't be understood; and where the index has the
        tables already, what a part raised for a reason of the machine.
        """
        must_read_all = bool(self._failed)
        self._failed |= file.unreadable
        self._tables, self._counted = {}, {}
        self._plan, self._known = make_plan(file), KnownParts.of(file, options)
        sources: dict[str, list[Source]] = defaultdict(list)
        for part in self._plan.parts:
            for source in self._opened(part, file, options):
                if not must_read_all or self._is_readable(source, options):
                    sources[source.table.id.removeprefix(part.file.name)].append(source)
        failed = [f"{path}: {reason}" for path, reason in ({**self._plan.failed, **self._failed}).items()]
        for rest, some in sources.items():
            self._add(file, rest, with_usual_header(some, options), _notes_of_failed(failed, len(file.parts)))
        if not self._tables and (self._plan.schema is None or failed):
            raise UnreadableTable("; ".join(failed[:_MOST_TOLD]) or "none of its files holds rows")
        if not self._tables and self._plan.schema is not None:
            self._tables[TableId(file.name)] = PartedTable((), UnionSchema.declared(self._plan.schema))
        return PartialTables([self._listed(file, name) for name in self._tables], failed)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read the rows of all parts, one part after the other, by their names.

        The iterator raises PartUnreadable for a part that can't be read: the next `tables` leaves it out.
        """
        rows = Rows(iter(()))
        rows.batches = self._batches(file, table.id, options, rows)
        return rows

    def _batches(self, file: LakeFile, name: TableId, options: ReadOptions, rows: Rows) -> Iterator[pa.RecordBatch]:
        for source in self._tables[name].sources:
            yield from self.read_source(file, name, source, options)
        _, known = self.rows_of(name)
        rows.scan, rows.rejected = known.scan, known.rejected
        rows.notes += known.notes

    def parted(self, table: TableId) -> PartedTable:
        """Return the parts of a table that `tables` listed, and the columns that they have together."""
        return self._tables[table]

    def read_source(
        self, file: LakeFile, name: TableId, source: Source, options: ReadOptions
    ) -> Iterator[pa.RecordBatch]:
        """Read the rows of one part, with the columns of all. Raises PartUnreadable where it can't be read."""
        union = self._tables[name].union
        with self._reading(file, source, options):
            rows = source.connector.read(source.part.file, source.table, replace(options, wants_scan=True))
            count = 0
            for batch in rows.batches:
                count += batch.num_rows
                yield union.united(batch, source)
            content = content_hash_of(source.part.file)
        self._add_read(name, source, rows, (count, content))

    @contextmanager
    def _reading(self, file: LakeFile, source: Source, options: ReadOptions) -> Iterator[None]:
        """Raise PartUnreadable where a part can't be read, but for a reason of the machine where the index has it."""
        try:
            yield
        except UNREADABLE as error:
            self._fail(source.part.file.name, error, source.connector, options)
            if is_of_machine(error) and file.is_indexed:
                raise
            raise PartUnreadable(source.part.file.name) from error

    def _add_read(self, name: TableId, source: Source, rows: Rows, known: tuple[int, str]) -> None:
        """Remember what was read of a part; `known` are how many rows it has, and the hash of its content."""
        part = part_of_table(name, source, self._tables[name].union, rows, known[0])
        read = ReadPart(part, tuple(rows.notes), known[1])
        self._read.add(source.part.file.name, read)

    def count(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> RowCount | None:
        """Return how many rows all parts have; None where one can only be read whole.

        Raises PartUnreadable where one can't be read.
        """
        counted = self._count(file, table.id, options)
        return None if counted is None else counted.total()

    def _count(self, file: LakeFile, name: TableId, options: ReadOptions) -> CountedParts | None:
        if name not in self._counted:
            counts = []
            for source in self._tables[name].sources:
                with self._reading(file, source, options):
                    counts.append(count_source(source, options))
            self._counted[name] = CountedParts.of(counts)
        return self._counted[name]

    def sample(self, file: LakeFile, table: SourceTable, options: ReadOptions, seed: int) -> Rows:
        """Read the same share of the rows of each part. The iterator raises PartUnreadable as that of `read` does."""
        rows = Rows(iter(()), sampled_of=self.count(file, table, options))
        rows.batches = self._sampled(file, table.id, options, seed, rows)
        return rows

    def _sampled(
        self, file: LakeFile, name: TableId, options: ReadOptions, seed: int, rows: Rows
    ) -> Iterator[pa.RecordBatch]:
        counted, parted = self._count(file, name, options), self._tables[name]
        assert counted is not None
        counts = []
        for place, source in enumerate(parted.sources):
            of_part = replace(options, sample_rows=counted.quota(place, options.sample_rows))
            with self._reading(file, source, options):
                read = sample_source(source, parted.union, of_part, seed + place)
                yield from read.batches
            counts.append(read.sampled_of or counted.of_each[place])
            self._add_read(name, source, read, (counts[-1].rows, ""))
        _, known = self.rows_of(name)
        rows.scan, rows.rejected, rows.sampled_of = known.scan, known.rejected, total_of(counts)
        rows.notes += known.notes

    def facts_of(self, name: TableId, source: Source) -> Any:
        """Return what is known of a part that was read, as JSON has it."""
        file = source.part.file
        return self._read.get(file.name, name).to_json(file, self._found[file.name])

    def take_facts(self, name: TableId, source: Source, facts: Any) -> None:
        """Take what was known of a part that is not read; which of the table's columns it has is found anew."""
        read, union = ReadPart.from_json(facts), self._tables[name].union
        part = replace(read.part, columns=union.columns_of(source), keys=union.keys_of(source))
        self._read.add(source.part.file.name, replace(read, part=part))

    def rows_of(self, name: TableId) -> tuple[int, Rows]:
        """Return how many rows a table has, and what is known of them, once all of its parts were read."""
        return self._read.of_table(name, self._tables[name])

    def content_hashes(self) -> dict[str, str]:
        """Return the hashes of the contents of the parts that were read, by their paths."""
        return self._read.content_hashes()

    def outcomes(self, file: LakeFile) -> tuple[PartOutcome, ...]:
        """Return what became of each part, once all tables were read."""
        return tuple(self._outcome(part.name) for part in file.parts)

    def _outcome(self, path: str) -> PartOutcome:
        plan = self._plan or Plan(())
        if path in self._failed or path in plan.failed:
            status = FileStatus.UNSEEN if path in self._unseen else FileStatus.FAILED
            return PartOutcome(path, status, self._failed.get(path) or plan.failed[path])
        tables = self._read.of_file(path)
        if tables:
            return PartOutcome(path, FileStatus.INDEXED, "", tables)
        return PartOutcome(path, FileStatus.SKIPPED, plan.left_out.get(path, _MARK))

    def _opened(self, part: PlannedPart, file: LakeFile, options: ReadOptions) -> list[Source]:
        """Return the tables of a part; none where it can't be read, or was found out not to be readable."""
        path = part.file.name
        if path in self._failed:
            return []
        connector = connector_for(path, self.connectors)
        if connector is None:
            self._failed[path] = "no connector reads this kind of file"
            return []
        limited = replace(part, file=replace(part.file, output_limit=file.output_limit))
        known = self._known.tables_of(part.file)
        try:
            if known is None:
                refuse_replaced(part.file)
            found = connector.tables(limited.file, options) if known is None else known
        except UNREADABLE as error:
            self._fail(path, error, connector, options)
            if is_of_machine(error) and file.is_indexed:
                raise
            return []
        self._found[path] = found
        return [Source(limited, connector, table) for table in found]

    def _fail(self, path: str, error: BaseException, connector: Connector, options: ReadOptions) -> None:
        require_memory(error)
        told = reason_without_values(error, connector) if options.only_certain_names else None
        self._failed[path] = told or first_line_of(error)
        if is_of_machine(error):
            self._unseen.add(path)

    def _is_readable(self, source: Source, options: ReadOptions) -> bool:
        """Read a part to its end, where others had turned out to be unreadable only when they were read."""
        try:
            for _ in source.connector.read(source.part.file, source.table, options).batches:
                pass
        except UNREADABLE as error:
            self._fail(source.part.file.name, error, source.connector, options)
        return source.part.file.name not in self._failed

    def _add(self, file: LakeFile, rest: str, sources: Sequence[Source], notes: tuple[str, ...]) -> None:
        together, apart = list(sources), list[Source]()
        if self._plan is not None and self._plan.keep_apart:
            together, apart = agreeing(sources)
            notes = (*notes, *_notes_of_apart(together, apart))
        if together:
            union = UnionSchema.of(together)
            self._tables[TableId(file.name + rest)] = PartedTable(tuple(together), union, (*union.notes, *notes))
        for source in apart:
            self._tables[source.table.id] = PartedTable((source,), UnionSchema.of([source]))

    def _listed(self, file: LakeFile, name: TableId) -> SourceTable:
        parted = self._tables[name]
        is_named_by_row = any(source.table.is_named_by_row for source in parted.sources)
        return SourceTable(name, parted.union.schema, file.token, (), is_named_by_row)


def reader_of(file: LakeFile, connectors: Mapping[str, Connector]) -> tuple[str, Connector | None]:
    """Return the connector that reads a file, and its name; None where there is none."""
    if file.parts:
        return str(file.layout), PartsConnector(connectors)
    connector = connector_for(file.name, connectors)
    return next((name for name, one in connectors.items() if one is connector), ""), connector


def part_of_table(name: TableId, source: Source, union: UnionSchema, rows: Rows, count: int) -> PartOfTable:
    """Return what a part has of a table, once its rows were read."""
    return PartOfTable(
        name, source.part.file.token, count, rows.rejected, rows.scan, union.columns_of(source), union.keys_of(source)
    )


def _notes_of_failed(failed: Sequence[str], parts: int) -> tuple[str, ...]:
    if not failed:
        return ()
    more = f" and {len(failed) - _MOST_TOLD} more" if len(failed) > _MOST_TOLD else ""
    return (f"{len(failed):,} of its {parts:,} files could not be read: {'; '.join(failed[:_MOST_TOLD])}{more}",)


def _notes_of_apart(together: Sequence[Source], apart: Sequence[Source]) -> tuple[str, ...]:
    if not together or not apart:
        return ()
    return (f"{len(apart):,} files that are called alike have other columns and are tables of their own",)
