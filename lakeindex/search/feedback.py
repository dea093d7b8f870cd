"""People's verdicts on an index's pairs: given, withdrawn, listed, and carried from one index to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from lakeindex.catalog.directory import Directory
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.store.feedback_csv import read_verdicts, write_verdicts
from lakeindex.store.feedback_log import FeedbackFile, LabelledPair, no_verdict_on
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import ColumnId
from lakeindex.types.names import is_utf8

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("left_table", pa.string()),
    ("left_column", pa.string()),
    ("right_table", pa.string()),
    ("right_column", pa.string()),
    ("verdict", pa.string()),
    ("note", pa.string()),
    ("given_at", pa.string()),
    ("in_lake", pa.bool_()),
]
FEEDBACK_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended. `in_lake`: both columns are there, so the verdict counts."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The verdicts on pairs of an index."""

    file: FeedbackFile
    directory: Directory
    """Of the columns that there are now."""

    def give(self, left: ColumnId, right: ColumnId, joins: bool, note: str) -> None:
        """Keep a verdict, in place of an earlier one on this pair, in either direction.

        Raises NotFound with the nearest names, InvalidSetting for two columns of one table, LockHeld when another
        writer doesn't come to an end.
        """
        for column in (left, right):
            self.directory.key_of(column)
        if left.table == right.table:
            raise InvalidSetting(
                f"{left} and {right} are columns of one table, which are never an answer to one another: "
                "give columns of two tables"
            )
        if not is_utf8(note):
            raise InvalidSetting(f"the note {note!r} is no text in UTF-8: write it anew")
        verdict = Verdict.ACCEPTED if joins else Verdict.REJECTED
        self.file.give([LabelledPair(left, right, verdict, note, _now())])

    def import_csv(self, path: Path) -> pa.Table:
        """Keep the verdicts of a CSV file, in place of earlier ones on their pairs, and return them as `to_arrow` does.

        Those on columns that the lake doesn't have are kept, too. Raises NotFound where there is no such file, and for
        a table that the caller may not see, InvalidSetting, with the line, where it isn't as it should be: nothing is
        kept then.
        """
        verdicts = read_verdicts(path, _now())
        for one in verdicts:
            for column in one.pair:
                self.directory.require_allowed(column.table)
        self.file.give(verdicts)
        return self._rows(verdicts)

    def export_csv(self, path: Path, force: bool) -> int:
        """Write all verdicts as CSV and return how many they are.

        Raises Refused where the file exists, unless `force` is set.
        """
        verdicts = self._visible()
        write_verdicts(verdicts, path, force)
        return len(verdicts)

    def to_arrow(self) -> pa.Table:
        """List all verdicts as FEEDBACK_SCHEMA, a row a pair. Raises IndexDamaged when they can't be read."""
        return self._rows(self._visible())

    def withdraw(self, left: ColumnId, right: ColumnId) -> None:
        """Withdraw the verdict on a pair. Raises NotFound where there is none, LockHeld as `give`."""
        if not all(self.directory.globs.allow(column.table) for column in (left, right)):
            raise no_verdict_on(left, right)
        self.file.withdraw(left, right)

    def _visible(self) -> list[LabelledPair]:
        """Read the verdicts on tables that the caller may see, whether the lake has these now or not."""
        allow = self.directory.globs.allow
        return [one for one in self.file.read() if allow(one.left.table) and allow(one.right.table)]

    def _rows(self, verdicts: Iterable[LabelledPair]) -> pa.Table:
        rows = [
            {
                "left_table": one.left.table,
                "left_column": one.left.name,
                "right_table": one.right.table,
                "right_column": one.right.name,
                "verdict": str(one.verdict),
                "note": one.note,
                "given_at": one.given_at,
                "in_lake": self._has(one.left) and self._has(one.right),
            }
            for one in verdicts
        ]
        return pa.Table.from_pylist(rows, schema=FEEDBACK_SCHEMA)

    def _has(self, column: ColumnId) -> bool:
        try:
            self.directory.key_of(column)
        except NotFound:
            return False
        return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
