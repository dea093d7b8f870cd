"""What was read of the parts of tables, each to its end, and what a table in many files is by that."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lakeindex.profile.parts.known_parts import opened_to_json
from lakeindex.profile.parts.part_json import part_from_json, part_to_json
from lakeindex.profile.parts.scans import common_scan
from lakeindex.profile.parts.union_schema import Source, UnionSchema
from lakeindex.types.lake import LakeFile, Rows, SourceTable, TableId
from lakeindex.types.reports import PartOfTable


@dataclass(frozen=True, slots=True)
class PartedTable:
    """A table of some parts."""

    sources: tuple[Source, ...]
    union: UnionSchema
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A part that was read to its end."""

    part: PartOfTable
    notes: tuple[str, ...]
    content: str
    """A hash of its file."""

    def to_json(self, file: LakeFile, opened: Sequence[SourceTable]) -> dict[str, Any]:
        """Return what is known of it and its file, in which tables were `opened`, as JSON has it."""
        known = {"part": part_to_json(self.part), "notes": self.notes, "content": self.content}
        return known | opened_to_json(file, opened)

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> ReadPart:
        """Read it back."""
        return cls(part_from_json(read["part"]), tuple(read["notes"]), str(read["content"]))


@dataclass(slots=True)
class ReadParts:
    """What was read of parts."""

    _by_path: dict[str, dict[TableId, ReadPart]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, path: str, read: ReadPart) -> None:
        """Add a part of the file at a path."""
        self._by_path[path][read.part.table] = read

    def get(self, path: str, table: TableId) -> ReadPart:
        """Return what was read of a table in the file at a path."""
        return self._by_path[path][table]

    def of_file(self, path: str) -> tuple[PartOfTable, ...]:
        """Return what was read of the file at a path."""
        return tuple(one.part for one in self._by_path.get(path, {}).values())

    def content_hashes(self) -> dict[str, str]:
        """Return the hashes of the contents of files, by their paths."""
        return {path: one.content for path, read in self._by_path.items() for one in read.values()}

    def of_table(self, name: TableId, table: PartedTable) -> tuple[int, Rows]:
        """Return how many rows a table has, and what is known of them, once all of its parts were read."""
        read = [self._by_path[source.part.file.name][name] for source in table.sources]
        parts, files = [one.part for one in read], [source.part.file for source in table.sources]
        notes = [*table.notes, *_notes_of_parts(Counter(note for one in read for note in one.notes), len(read))]
        scan = common_scan(table.union, parts, files)
        return sum(one.rows for one in parts), Rows(iter(()), scan, sum(one.rejected for one in parts), notes)


def _notes_of_parts(notes: Counter[str], parts: int) -> list[str]:
    """Return what the connectors note, each once; where it is of some parts only, of how many."""
    return [note if count == parts else f"{note} (in {count:,} of {parts:,} parts)" for note, count in notes.items()]
