"""Lake: index a folder, ask what joins, look inside. Every flow starts here, one hop from its stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.answer import Answer
from lakeindex.catalog.generations import Checked, Generation, open_current, verify
from lakeindex.config import Settings
from lakeindex.encode.model_options import Device, ModelOptions, Precision
from lakeindex.errors import InvalidSetting, NotFound, Refused, StaleArtifact, UnreadableTable
from lakeindex.layout import CATALOG, COPIES, ENCODER_ROLE, ROWS
from lakeindex.querying import Searcher
from lakeindex.reading import ReadRows, read_file
from lakeindex.types import ColumnId, JoinKind, Match, Progress, RawValues, ReadTable, Report, TableId

if TYPE_CHECKING:
    from lakeindex.broken_joins import WatchedJoins, WatchRules
    from lakeindex.catalog.catalog import Catalog
    from lakeindex.catalog.lake_database import LakeDatabase, ViewedTable
    from lakeindex.integrate.join_side import JoinSide
    from lakeindex.integrate.lookup import Lookup
    from lakeindex.integrate.pairing.candidates import Embed
    from lakeindex.integrate.probe import JoinProbe, ProbedColumn
    from lakeindex.join_plan import JoinPlan
    from lakeindex.pairs import QueryColumn
    from lakeindex.protocols import Encoder

# A query of a lake's column needs neither DuckDB nor a model nor what builds an index: those are imported where they
# are used, and a cold query takes half the time.


def _silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


class Lake:
    """An indexed lake, open for questions; it sees one generation of the index from beginning to end."""

    def __init__(self, generation: Generation, settings: Settings, report: Report | None = None) -> None:
        self.generation = generation
        self.settings = settings
        self.report = report
        """What the build did, where this process built the index."""

    @classmethod
    def index(
        cls,
        path: str | Path,
        index: str | Path | None = None,
        settings: Settings | None = None,
        progress: Progress = _silent,
    ) -> Lake:
        """Index the files below `path`, which are only read, and open the result.

        Raises NotFound when there is no such folder, LockHeld when another writer is at work.
        """
        from lakeindex.encode.encoders import fingerprint, make_encoder
        from lakeindex.encode.named_models import remember_model
        from lakeindex.encoding import Model
        from lakeindex.indexing import build_index

        settings = _with_index(settings, index)
        options = _model(settings)
        model = Model(fingerprint(options), lambda: make_encoder(options))
        remember_model(options.model)
        report = build_index(Path(path), Path(settings.index), settings, model, progress)
        return cls(open_current(Path(settings.index)), settings, report)

    @classmethod
    def open(cls, index: str | Path | None = None, settings: Settings | None = None) -> Lake:
        """Open an index. Raises IndexMissing, IndexDamaged or StaleArtifact, each with the way out."""
        from lakeindex.trial import require_tried

        settings = _with_index(settings, index)
        generation = open_current(Path(settings.index))
        require_tried(Path(settings.index), generation)
        return cls(generation, settings)

    @staticmethod
    def verify(index: str | Path | None = None, settings: Settings | None = None) -> list[Checked]:
        """Compare every file of every generation with its checksum, the newest generation first.

        Raises IndexMissing where there is no index, IndexDamaged where it doesn't say which generation answers.
        """
        return list(verify(Path(_with_index(settings, index).index)))

    @staticmethod
    def rollback(
        index: str | Path | None = None, to: int | None = None, settings: Settings | None = None
    ) -> Generation:
        """Make the generation before answer again, or the one numbered `to`.

        Raises IndexMissing, NotFound where there is no such generation, IndexDamaged where it isn't whole.
        """
        from lakeindex.catalog.publishing import rollback

        return rollback(Path(_with_index(settings, index).index), to)

    def query(
        self,
        table: object,
        column: str,
        k: int = 10,
        probe: int | None = None,
        sources: Sequence[str] = (),
        min_probability: float = 0.0,
    ) -> Answer:
        """Find the columns that join with a column.

        `table` is the name of a table of the lake, a Path to a file anywhere, or any object that offers an Arrow
        stream (pyarrow, polars, pandas, a DuckDB relation). The figures of the best `probe` (5 unless told
        otherwise) are counted in the source files; `sources` asks some sources alone, whose scores are no
        probabilities; matches less probable than `min_probability` are left out.
        Raises NotFound for a table or column that isn't there, with the nearest names, StaleArtifact when the index's
        hashes have another key than the settings give.
        """
        query = self._query_column(table, column)
        found = self.searcher.search(query, k, sources)
        ranked = found.matches(self.searcher.directory)
        matches = [match for match in ranked if match.accepted is None or match.score >= min_probability]
        if isinstance(table, str):
            probed = 5 if probe is None else probe
            matches[:probed] = self.measured(matches[:probed])
        return Answer(query.id, tuple(matches), found.tried, len(ranked) - len(matches))

    def explain(self, left: ColumnId, right: ColumnId) -> Match:
        """Tell what speaks for a join of two columns of the lake, whatever their rank, counted in the files."""
        return self.measured([self.searcher.explain(left, right)])[0]

    def watch_joins(self, since: int | None = None, rules: WatchRules | None = None) -> WatchedJoins:
        """Find the confident joins that broke since an earlier generation, the one before unless told otherwise.

        Raises NotFound with the generations that are there.
        """
        from lakeindex.broken_joins import WatchRules
        from lakeindex.watching import watch_joins

        return watch_joins(self.generation, since, rules or WatchRules(), self.settings)

    def measured(self, matches: Sequence[Match]) -> list[Match]:
        """Count matches of one query in the source files; what can't be counted keeps its estimates, with a note."""
        if not matches:
            return []
        from lakeindex.integrate.probe import JoinProbe

        try:
            query, *columns = self._probed([matches[0].query, *(match.column for match in matches)])
            with JoinProbe(self.database.connection, query) as probe:
                counted = [_counted(match, probe, column) for match, column in zip(matches, columns, strict=True)]
            return self._with_programs(counted)
        except UnreadableTable as error:
            return [replace(match, note=str(error)) for match in matches]

    def join(
        self,
        left_table: str,
        left_column: str,
        right_table: str,
        right_column: str,
        match: str = "auto",
        precision: float = 0.9,
        how: str = "inner",
        also: Sequence[tuple[str, str]] = (),
    ) -> JoinPlan:
        """Plan the join of two columns of the lake: nothing is joined before the plan is asked for rows.

        `also` names up to two further pairs of columns, left and right, that have to meet together with these.
        Raises NotFound for a table or column that isn't there, with the nearest names, InvalidSetting for a match or
        a how that there isn't and for types that are never equal, UnreadableTable when a file is gone.
        """
        from lakeindex.integrate.join_kinds import How, MatchKind, chosen
        from lakeindex.join_plan import JoinPlan, expected_of
        from lakeindex.joining import Chooser, Means

        kind, kept = chosen(MatchKind, match, "match"), chosen(How, how, "how")
        ids = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        left, right = (self._join_side(one, [pair[side] for pair in also]) for side, one in enumerate(ids))
        means = Means(self._reader_of_values, (lambda: ()) if also else partial(self._lookups, *ids))
        meeting, tried = Chooser(left, right, precision, means).choose(kind)
        sketched = [self.searcher.column(column) for column in ids]
        expected = None if also else expected_of(self.catalog, sketched, meeting)
        return JoinPlan(left, right, kept, meeting, tried, partial(self._open_database, self._rows), expected)

    def complements(
        self, left_table: str, left_column: str, right_table: str, right_column: str
    ) -> list[tuple[tuple[str, str], ...]]:
        """Find what makes a key of two columns that join: further pairs of columns, for the `also` of `join`.

        Each is as small as can be, of columns that join themselves, and identifies the rows of one of the two tables.
        """
        from lakeindex.lookups import complements_of

        left, right = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        return complements_of(self.searcher, (left, right), (self._join_side(left), self._join_side(right)))

    def sql(self, statement: str) -> pa.Table:
        """Run a SELECT on the lake's tables, each named by its path in double quotes."""
        return self.database.query(statement, lambda: self.table_ids, self.viewed)

    def tables(self) -> pa.Table:
        """List the tables: table, file, connector, rows, rejected, columns."""
        return self.catalog.fetch(
            'SELECT table_id AS "table", file, connector, rows, rejected, '
            "(SELECT count(*) FROM columns WHERE columns.table_id = tables.table_id) AS columns, "
            "notes FROM tables ORDER BY table_id"
        )

    def profile(self, table: str, column: str | None = None) -> pa.Table:
        """Show what the index knows of a table's columns, in the file's order, or of one column.

        `quantiles` are the 5th, 25th, 50th, 75th and 95th hundredths, `values` the most frequent ones.
        """
        self.searcher.directory.keys_of_table(TableId(table))
        if column is not None:
            self.searcher.directory.key_of(ColumnId(TableId(table), column))
        return self.catalog.fetch(
            'SELECT name AS "column", kind, sql_type, rows, nulls, "distinct", is_key, '
            f"{_written('minimum')} AS minimum, {_written('maximum')} AS maximum, "
            f"list_transform(quantiles, lambda q: {_written('q')}) AS quantiles, "
            'list_transform("values"[:5], lambda v: v.text) AS values '
            "FROM columns WHERE table_id = ? AND (? IS NULL OR name = ?) ORDER BY position",
            [table, column, column],
        )

    def read(self, table: str) -> ReadRows:
        """Read a table's rows as lakeindex understood them, out of its file."""
        from lakeindex.catalog.reach import lake_path, require_inside

        _, file = self._table(TableId(table))
        path = lake_path(self.root, file)
        require_inside(path, self.root)
        return read_file(path, self.settings, file, table)

    @cached_property
    def searcher(self) -> Searcher:
        """The generation's indexes."""
        return Searcher.open(self.generation, self.settings.device)

    @cached_property
    def catalog(self) -> Catalog:
        """The generation's catalog."""
        from lakeindex.catalog.catalog import Catalog

        return Catalog.open(self.generation.folder / CATALOG, self.settings.memory)

    @cached_property
    def database(self) -> LakeDatabase:
        """The lake in DuckDB."""
        return self._open_database(self._rows)

    @cached_property
    def encoder(self) -> Encoder:
        """The model that the index was built with. Raises StaleArtifact when it is another one now.

        Raises Refused when only the index names it: who made that may have made the model too.
        """
        from lakeindex.encode.encoders import make_encoder
        from lakeindex.encode.named_models import is_named

        wanted = self.generation.manifest.models[ENCODER_ROLE]
        built = self.generation.manifest.settings
        if built["model"] != self.settings.model and not is_named(built["model"]):
            raise Refused(
                f"the index was made elsewhere with the model {built['model']!r}, which is loaded only when you name "
                f"it: set LAKEINDEX_MODEL to it if you trust it, or index the lake again"
            )
        decisive = {name: built[name] for name in ("model", "max_tokens", "layers", "dims")}
        encoder = make_encoder(replace(_model(self.settings), **decisive))
        if encoder.fingerprint != wanted:
            raise StaleArtifact(
                f"the index was built with the model {wanted}, {built['model']!r} is now {encoder.fingerprint}; "
                f"index the lake again: lakeindex index {self.root} --index {self.settings.index}"
            )
        return encoder

    @cached_property
    def table_ids(self) -> list[TableId]:
        """The names of all tables, ascending."""
        return [
            TableId(str(name)) for name in self.catalog.fetch("SELECT table_id FROM tables ORDER BY 1")[0].to_pylist()
        ]

    @property
    def kept_values(self) -> RawValues:
        """What the index keeps of the values that stand in the cells."""
        return RawValues(self.generation.manifest.settings["limits"]["raw"])

    @property
    def root(self) -> Path:
        """The lake's folder."""
        return Path(self.generation.manifest.lake)

    @property
    def _copies(self) -> Path:
        return self.generation.folder.resolve() / COPIES

    @property
    def _rows(self) -> Path | None:
        rows = self.generation.folder / ROWS
        return rows if rows.exists() else None

    def _open_database(self, rows: Path | None, *folders: Path) -> LakeDatabase:
        """Open the lake in DuckDB, with the rows that the index keeps, if any, and further folders in reach."""
        from lakeindex.catalog.lake_database import LakeDatabase

        return LakeDatabase([self.root, self._copies, *folders], self.settings.memory, rows)

    def _with_programs(self, matches: list[Match]) -> list[Match]:
        """Look for programs by which columns meet whose values are only similar, or mean alike."""
        if not any(_is_unexplained(match) for match in matches):
            return matches
        from lakeindex.joining import program_of, rewritable_texts

        asked = rewritable_texts(self._join_side(matches[0].query))
        found = [
            program_of(asked, rewritable_texts(self._join_side(match.column))) if _is_unexplained(match) else None
            for match in matches
        ]
        return [
            match if program is None else replace(match, kind=JoinKind.TRANSFORM, program=program)
            for match, program in zip(matches, found, strict=True)
        ]

    def _join_side(self, column: ColumnId, also: Sequence[str] = ()) -> JoinSide:
        """Find how DuckDB reads a column, or several of its table. Raises InvalidSetting for more than three."""
        from lakeindex.integrate.composite_key import MOST_COLUMNS
        from lakeindex.join_plan import open_side

        names = list(dict.fromkeys([column.name, *also]))
        if len(names) != 1 + len(also) or len(names) > MOST_COLUMNS:
            raise InvalidSetting(f"up to {MOST_COLUMNS} different columns meet together, not {', '.join(names)}")
        places = [self._place(ColumnId(column.table, name)) for name in names]
        (table,) = self.viewed([column.table])
        return open_side((self.database, self._files), table, places, self._table(column.table)[0].rows)

    @cached_property
    def _files(self) -> LakeDatabase:
        """The lake in DuckDB, read from its files even where the index keeps their rows."""
        return self.database if self._rows is None else self._open_database(None)

    def _reader_of_values(self) -> Embed | None:
        """Give the index's encoder for texts, where that knows what they mean."""
        from lakeindex.encode.encoders import HASHING

        return None if self.generation.manifest.settings["model"] == HASHING else self.encoder.encode

    def _lookups(self, left: ColumnId, right: ColumnId) -> Iterator[Lookup]:
        from lakeindex.integrate.lookup import Lookup
        from lakeindex.lookups import likely_lookups

        for of_left, of_right in likely_lookups(self.searcher, left, right):
            yield Lookup(self._join_side(of_left), self._join_side(of_right))

    def _query_column(self, table: object, column: str) -> QueryColumn:
        if isinstance(table, str):
            return self.searcher.column(ColumnId(TableId(table), column))
        from lakeindex.content import limits_built_with
        from lakeindex.outside import prepare_file_column, prepare_stream_column

        limits = limits_built_with(self.generation.manifest.settings, self.settings)
        if isinstance(table, Path):
            return prepare_file_column(table, column, self.settings, limits, self._to_vectors)
        return prepare_stream_column(table, column, limits, self._to_vectors)

    def _to_vectors(self, records: pa.Table) -> npt.NDArray[np.float32]:
        from lakeindex.encode.column_text import TextOptions, ValueOrder
        from lakeindex.encode.record_texts import describe_records

        built = self.generation.manifest.settings["text"]
        return self.encoder.encode(
            describe_records(records, TextOptions(**built | {"order": ValueOrder(built["order"])}))
        )

    def _probed(self, columns: Sequence[ColumnId]) -> list[ProbedColumn]:
        from lakeindex.integrate.probe import ProbedColumn

        viewed = {table.id: table for table in self.viewed([column.table for column in columns])}
        sources = {name: self.database.select(table) for name, table in viewed.items()}
        return [
            ProbedColumn(column.table, viewed[column.table].columns[self._place(column)][0], sources[column.table])
            for column in columns
        ]

    def _place(self, column: ColumnId) -> int:
        """Return the place of a column in its table."""
        directory = self.searcher.directory
        return directory.key_of(column) - int(directory.keys_of_table(column.table)[0])

    def viewed(self, tables: Sequence[TableId]) -> list[ViewedTable]:
        """Tell what the views of tables are made of."""
        return self.catalog.viewed(self.root, self._copies, tables)

    def _table(self, table: TableId) -> tuple[ReadTable, str]:
        found = self.catalog.table(table)
        if found is None:
            self.searcher.directory.keys_of_table(table)  # raises NotFound with the nearest names
            raise NotFound(f"the index has no table {table!r}")
        return found


def _counted(match: Match, probe: JoinProbe, column: ProbedColumn) -> Match:
    try:
        measure = probe.measure(column)
    except UnreadableTable as error:
        return replace(match, note=str(error))
    return replace(
        match,
        measured=measure,
        containment=measure.containment,
        reverse_containment=measure.reverse_containment,
        cardinality=measure.cardinality,
    )


def _is_unexplained(match: Match) -> bool:
    """Tell whether columns were counted and found to be only similar, or to mean alike."""
    return match.kind in (JoinKind.FUZZY, JoinKind.SEMANTIC) and match.measured is not None


def _written(number: str) -> str:
    """Return SQL that writes a number of a column as the column's values are written: days as a date."""
    whole = f"regexp_replace(CAST({number} AS VARCHAR), '\\.0$', '')"
    date = f"CAST(DATE '1970-01-01' + CAST(floor({number}) AS INTEGER) AS VARCHAR)"
    return f"CASE WHEN isnan({number}) THEN NULL WHEN kind = 'date' THEN {date} ELSE {whole} END"


def _with_index(settings: Settings | None, index: str | Path | None) -> Settings:
    settings = settings or Settings()
    return settings if index is None else replace(settings, index=str(index))


def _model(settings: Settings) -> ModelOptions:
    return ModelOptions(
        model=settings.model,
        max_tokens=settings.max_tokens,
        layers=settings.layers,
        dims=settings.dims,
        device=Device(settings.device),
        precision=Precision(settings.precision),
        allow_download=settings.allow_download,
    )
