"""Verify in the rows that columns refer to a composite key: together they are unique there, and meet by no chance.

Zhang et al., "On multi-column foreign key discovery" (VLDB 2010), ask whether the child's values are drawn from the
parent's at random; here, whether its combinations would be keys by chance, were its columns independent of each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.errors import LakeIndexError
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake_map.foreign_keys.composite_candidates import CompositeCandidate, find_composite_candidates
from lakeindex.lake_map.foreign_keys.count_orphans import CountedReference, OrphanCounter
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.reference import Reference
from lakeindex.lake_map.key_rows import TableRows
from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.lake_map.relationship import Method
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId

_MOST = 400
_MOST_ORPHANS = 0.02
_BY_CHANCE = 0.01
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Verified:
    """A reference that the rows bear out."""

    ends: CompositeCandidate
    counted: CountedReference
    chance: float
    """The probability that all combinations are keys, were the columns independent."""

    def reference(self, rivals: int) -> Reference:
        """Return the reference, given how many others explain the same columns as well.

        That the next combination of the child is a key, too, is Laplace's rule of succession; that all are by chance
        is as likely beforehand as that they refer; and rivals are equally likely.
        """
        met = (1 - self.counted.orphans) * self.counted.distinct
        probability = (met + 1) / (self.counted.distinct + 2) / (1 + self.chance) / (1 + rivals)
        evidence = f"{len(self.ends.children)} columns together, unique in the parent; by chance {self.chance:.2g}"
        if rivals:
            evidence += f"; as well by {rivals} other reference{'s' if rivals > 1 else ''}"
        return Reference(
            self.ends.children, self.ends.parents, probability, Method.INFERRED, self.counted.orphans,
            self.counted.is_unique, evidence,
        )  # fmt: skip


def declared_composites(known: KnownReferences, columns: KeyColumns, counter: OrphanCounter | None) -> list[Reference]:
    """Return the declared keys of several columns, with what the rows show of them; nan where that isn't known."""
    found = []
    for children, parents in known.composite:
        counted = None if counter is None else counter.count(*_ids(children, parents, columns))
        orphans, is_unique = (math.nan, False) if counted is None else (counted.orphans, counted.is_unique)
        found.append(Reference(children, parents, 1.0, Method.DECLARED, orphans, is_unique, "declared by the lake"))
    return found


@dataclass(frozen=True, slots=True)
class CompositeReferences:
    """The references of several columns together."""

    references: list[Reference]
    left_out: int
    """Those that may be some and were not looked at, for being too many, or for want of time."""


def find_composite_references(
    searcher: Searcher, columns: KeyColumns, tables: LakeTables, known: KnownReferences, least: float
) -> CompositeReferences:
    """Find composite references in bounded time; of those of the same columns, the one that chance explains least."""
    decided = {children for children, _ in known.composite}
    able = [
        one
        for one in find_composite_candidates(searcher, columns)
        if one.children not in decided and not _is_rejected(one, known)
    ]
    verifier = _Verifier(columns, tables, OrphanCounter(tables, _SECONDS), {})
    found = _without_rivals([one for one in map(verifier.verified, able[:_MOST]) if one])
    left_out = max(len(able) - _MOST, 0) + verifier.counter.skipped
    return CompositeReferences([one for one in found if one.probability >= least], left_out)


def _is_rejected(one: CompositeCandidate, known: KnownReferences) -> bool:
    return any(known.is_rejected(*pair) for pair in zip(one.children, one.parents, strict=True))


def _without_rivals(verified: Sequence[_Verified]) -> list[Reference]:
    """Choose one parent for each child. Of two keys with the same combinations either may refer to the other."""
    ends = {one.ends for one in verified}
    several: dict[tuple[int, ...], list[_Verified]] = defaultdict(list)
    for one in verified:
        several[one.ends.children].append(one)
    best = [(min(rivals, key=lambda one: one.chance), len(rivals) - 1) for rivals in several.values()]
    return [
        one.reference(others + (CompositeCandidate(one.ends.parents, one.ends.children) in ends))
        for one, others in best
    ]


@dataclass(frozen=True, slots=True)
class _Verifier:
    columns: KeyColumns
    tables: LakeTables
    counter: OrphanCounter
    rows_of: dict[tuple[int, ...], int]
    """The rows of parents that were looked at, 0 where their columns are no key."""

    def verified(self, one: CompositeCandidate) -> _Verified | None:
        """Return the reference where the rows bear it out."""
        if self.counter.is_spent():
            return None
        if one.parents not in self.rows_of:
            self.rows_of[one.parents] = self._rows_of_key(one.parents)
        keys = self.rows_of[one.parents]
        counted = self.counter.count(*_ids(one.children, one.parents, self.columns)) if keys else None
        if counted is None or not counted.orphans <= _MOST_ORPHANS:
            return None
        possible = float(np.prod(self.columns.directory.facts.distinct[list(one.parents)].astype(np.float64)))
        chance = min(keys / max(possible, 1.0), 1.0) ** counted.distinct
        if chance > _BY_CHANCE:
            return None
        return _Verified(one, counted, chance)

    def _rows_of_key(self, parents: tuple[int, ...]) -> int:
        directory = self.columns.directory
        table = directory.id_of(parents[0]).table
        first = int(directory.keys_of_table(table)[0])
        try:
            rows = TableRows.open(self.tables, table, int(directory.facts.rows[first]))
            counts = rows.count_sets([tuple(key - first for key in parents)])
        except LakeIndexError:
            return 0
        return int(counts.filled[0]) if counts.filled[0] == counts.distinct[0] else 0


def _ids(
    children: tuple[int, ...], parents: tuple[int, ...], columns: KeyColumns
) -> tuple[list[ColumnId], list[ColumnId]]:
    child, parent = ([columns.directory.id_of(key) for key in keys] for keys in (children, parents))
    return child, parent
