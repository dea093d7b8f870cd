"""Verify in the rows that columns refer to a composite key: together they are unique there, and meet by no chance.

Zhang et al., "On multi-column foreign key discovery" (VLDB 2010), ask whether the child's values are drawn from the
parent's at random; here, whether its combinations would be keys by chance, were its columns independent of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lakeindex.errors import LakeIndexError
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake_map.foreign_keys.composite_candidates import CompositeCandidate, find_composite_candidates
from lakeindex.lake_map.foreign_keys.count_orphans import OrphanCounter
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
_PROBABILITY = 0.8
"""Of a composite reference that was verified."""


@dataclass(frozen=True, slots=True)
class _Verified:
    reference: Reference
    chance: float
    """The probability that all combinations are keys, were the columns independent."""


def declared_composites(known: KnownReferences, columns: KeyColumns, counter: OrphanCounter | None) -> list[Reference]:
    """Return the declared keys of several columns, with what the rows show of them; nan where that isn't known."""
    found = []
    for children, parents in known.composite:
        counted = None if counter is None else counter.count(*_ids(children, parents, columns))
        orphans, is_unique = (math.nan, False) if counted is None else (counted.orphans, counted.is_unique)
        found.append(Reference(children, parents, 1.0, Method.DECLARED, orphans, is_unique, "declared by the lake"))
    return found


def find_composite_references(
    searcher: Searcher, columns: KeyColumns, tables: LakeTables, known: KnownReferences, least: float
) -> list[Reference]:
    """Find composite references in bounded time; of those of the same columns, the one that chance explains least."""
    if least > _PROBABILITY:
        return []
    decided = {children for children, _ in known.composite}
    able = [one for one in find_composite_candidates(searcher, columns) if one.children not in decided]
    verifier = _Verifier(columns, tables, OrphanCounter(tables, _SECONDS), {})
    best: dict[tuple[int, ...], _Verified] = {}
    for one in able[:_MOST]:
        if any(known.is_rejected(*pair) for pair in zip(one.children, one.parents, strict=True)):
            continue
        found = verifier.verified(one)
        if found and (one.children not in best or found.chance < best[one.children].chance):
            best[one.children] = found
    return [one.reference for one in best.values()]


@dataclass(frozen=True, slots=True)
class _Verifier:
    columns: KeyColumns
    tables: LakeTables
    counter: OrphanCounter
    rows_of: dict[tuple[int, ...], int]
    """The rows of parents that were looked at, 0 where their columns are no key."""

    def verified(self, one: CompositeCandidate) -> _Verified | None:
        """Return the reference where the rows bear it out."""
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
        evidence = f"{len(one.children)} columns together, unique in the parent; by chance {chance:.2g}"
        reference = Reference(
            one.children, one.parents, _PROBABILITY, Method.INFERRED, counted.orphans, counted.is_unique, evidence
        )
        return _Verified(reference, chance)

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
