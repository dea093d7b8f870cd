"""Verdicts on pairs of rows that an index keeps: taken over from review files, and used by whatever links rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Hashes
from lakeindex.catalog.table_globs import TableGlobs
from lakeindex.config.index_settings import limits_built_with
from lakeindex.config.profile_limits import RawValues, limits_from_json
from lakeindex.config.settings import Settings
from lakeindex.errors import InvalidSetting
from lakeindex.integrate.link.review import ReviewedPair, read_review
from lakeindex.integrate.link.verdicts import RowVerdicts, row_hashes, under_key
from lakeindex.integrate.records import Records
from lakeindex.store.link_verdicts import LabelledRows, LinkVerdictFile, RowId, RowPair
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import TableId

_FIELDS: list[tuple[str, pa.DataType]] = [
    (name, pa.string())
    for name in ("left_table", "right_table", "verdict", "note", "given_at", "left_hash", "right_hash")
]
LINK_VERDICTS_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What became of the verdicts of a review file."""

    new: int = 0
    changed: int = 0
    same: int = 0
    """Verdicts that were kept already."""
    withdrawn: int = 0
    passed_over: int = 0
    """Lines on rows that the tables don't have."""
    alone: RowVerdicts | None = None
    """The verdicts, where the index may keep nothing of values: they count for one call."""

    def describe(self) -> str:
        """Return in a sentence how many are kept, and how many are not."""
        if self.alone is not None:
            return (
                f"{len(self.alone)} verdicts count for this call alone: the index is to keep nothing of some values, "
                "so none of rows"
            )
        counts = {"new": self.new, "changed": self.changed, "as before": self.same, "withdrawn": self.withdrawn}
        listed = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none that is new"
        passed_over = f"; {self.passed_over} passed over: their rows are not, or no longer, in these tables"
        return f"verdicts kept in the index: {listed}" + (passed_over if self.passed_over else "")


@dataclass(frozen=True, slots=True)
class KeptVerdicts:
    """The verdicts on pairs of rows of an index, as far as the caller may see their tables."""

    file: LinkVerdictFile
    globs: TableGlobs
    built_with: Mapping[str, Any]
    """The settings in the generation's manifest."""
    settings: Settings

    @property
    def key(self) -> bytes | None:
        """The key that rows are hashed under, empty for none; None where nothing may be kept of some values.

        A hash of a row is one of every value in it: it keeps as little as that of which the index keeps least. Raises
        StaleArtifact where the index's hashes have another key than the settings.
        """
        limits = limits_from_json(self.built_with["limits"])
        kept = (limits.raw, limits.of_personal.raw)
        if RawValues.NONE in kept:
            return None
        if RawValues.HASH not in kept:
            return b""
        return bytes.fromhex(limits_built_with(self.built_with, self.settings).hash_key)

    def on(self, tables: Collection[TableId]) -> RowVerdicts:
        """Return the verdicts on pairs of rows of some tables. Raises IndexDamaged when they can't be read."""
        if self.file.stamp() is None or (key := self.key) is None:
            return RowVerdicts.none()
        asked = set(tables)
        given = [one for one in self.file.read() if asked.issuperset(one.tables)]
        given.sort(key=lambda one: one.given_at)
        judged = ((one.left.content, one.right.content, one.verdict is Verdict.ACCEPTED) for one in given)
        return RowVerdicts.of(judged, key)

    def keep(self, file: Path, left: Records, right: Records) -> Keeping:
        """Keep the verdicts of a review file of two tables, or of one: they count at once, and across all builds.

        Each replaces an earlier one on its pair. Raises InvalidSetting where none is on rows of these tables,
        NotFound and InvalidSetting as `read_review`,
        LockHeld when another writer doesn't come to an end, LakeIndexError where the index can't be written,
        IndexDamaged as `on`: nothing is kept then.
        """
        reviewed = read_review(file)
        if (key := self.key) is None:
            return Keeping(alone=_alone(reviewed))
        before = {one.pair: one for one in self.file.read()}
        found = _found(reviewed, _Sides.of(left, right, key), before)
        if reviewed and not found:
            raise InvalidSetting(
                f"none of the rows that {file} has verdicts on is in {_named(left, right)}: it is a review file of "
                "other tables, or the rows have changed since; nothing was kept"
            )
        given = {one.pair: one for one, verdict in found if verdict is not None}
        other = {pair: one for pair, one in given.items() if pair not in before or not _is_same(before[pair], one)}
        withdrawn = {one.pair for one, verdict in found if verdict is None} & before.keys()
        if other or withdrawn:  # else nothing is written, as to an index that is only to be read
            self.file.change(other.values(), withdrawn)
        changed, same = len(other.keys() & before.keys()), len(given) - len(other)
        return Keeping(len(other) - changed, changed, same, len(withdrawn), len(reviewed) - len(found))

    def to_arrow(self) -> pa.Table:
        """List all verdicts as LINK_VERDICTS_SCHEMA, a row a pair. Raises IndexDamaged when they can't be read."""
        allow = self.globs.allow
        rows = [_as_row(one) for one in self.file.read() if all(map(allow, one.tables))]
        return pa.Table.from_pylist(rows, schema=LINK_VERDICTS_SCHEMA)


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """Two tables with the hashes of their rows."""

    tables: tuple[TableId, TableId]
    hashes: tuple[Hashes, Hashes]
    key: bytes

    @classmethod
    def of(cls, left: Records, right: Records, key: bytes) -> _Sides:
        first = row_hashes(left)
        hashes = first, first if right is left else row_hashes(right)
        return cls((left.table, right.table), hashes, key)

    def ways(self, reviewed: Sequence[ReviewedPair]) -> list[tuple[tuple[RowId, RowId], bool]]:
        """Return both rows of each pair, and whether the tables have them: a file may name them the other way round."""
        ends = [np.array([getattr(one, side) for one in reviewed], np.uint64) for side in ("left", "right")]
        ahead = np.isin(ends[0], self.hashes[0]) & np.isin(ends[1], self.hashes[1])
        back = np.isin(ends[0], self.hashes[1]) & np.isin(ends[1], self.hashes[0]) & ~ahead
        kept = [under_key(one, self.key).tolist() for one in ends]
        first = [self.tables[one] for one in back.astype(int).tolist()]
        other = [self.tables[1 - one] for one in back.astype(int).tolist()]
        pairs = zip(map(RowId, first, kept[0]), map(RowId, other, kept[1]), strict=True)
        return list(zip(pairs, (ahead | back).tolist(), strict=True))


def _found(
    reviewed: Sequence[ReviewedPair], sides: _Sides, before: Collection[RowPair]
) -> list[tuple[LabelledRows, Verdict | None]]:
    """Return the verdicts on rows that the tables have, and those that change what is kept of rows that are gone."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    found = []
    for one, (rows, is_there) in zip(reviewed, sides.ways(reviewed), strict=True):
        labelled = LabelledRows(*rows, one.verdict or Verdict.REJECTED, one.note, now)
        if is_there or labelled.pair in before:
            found.append((labelled, one.verdict))
    return found


def _is_same(before: LabelledRows, given: LabelledRows) -> bool:
    return (before.verdict, before.note) == (given.verdict, given.note)


def _alone(reviewed: Iterable[ReviewedPair]) -> RowVerdicts:
    given = (one for one in reviewed if one.verdict is not None)
    return RowVerdicts.of((one.left, one.right, one.verdict is Verdict.ACCEPTED) for one in given)


def _as_row(one: LabelledRows) -> dict[str, str]:
    return {
        "left_table": one.left.table,
        "right_table": one.right.table,
        "verdict": str(one.verdict),
        "note": one.note,
        "given_at": one.given_at,
        "left_hash": one.left.digits,
        "right_hash": one.right.digits,
    }


def _named(left: Records, right: Records) -> str:
    return str(left.table) if left is right else f"{left.table} and {right.table}"
