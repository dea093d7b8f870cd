"""The keys of a table: the columns, alone or up to three together, that tell its rows apart and not only by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import KeyNames
from lakeindex.lake_map.key_dependencies import dependencies_table, find_dependencies
from lakeindex.lake_map.key_features import TableColumns
from lakeindex.lake_map.key_model import KeyModel
from lakeindex.lake_map.key_rows import SetCounts, TableRows
from lakeindex.lake_map.known_keys import KnownKeys
from lakeindex.lake_map.relationship import Method
from lakeindex.models.weights import KEYS
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import KINDS, Kind
from lakeindex.types.frames import Frames
from lakeindex.types.lake import TableId

_TEXT: Any = pa.string()
KEYS_SCHEMA = pa.schema(
    [
        pa.field("rank", pa.int64()),
        pa.field("columns", _TEXT),
        pa.field("probability", pa.float64()),
        pa.field("evidence", _TEXT),
        pa.field("method", _TEXT),
    ]
)
"""`columns` are the names, joined by `+`; `probability` that more rows of the same kind would still be told apart, 1 of
what is declared or confirmed; `method` is one of Method. Columns are only ever appended."""

MOST_COLUMNS = 3
_MOST_COMBINED, _MOST_ALONE = 12, 200
_MOST_NULLS = 0.1
_LEAST_PROBABILITY = 0.2
"""Below, values are unique by chance: the table is small, or the column measures something."""
_NEVER = (Kind.EMPTY, Kind.BOOLEAN)
_HARDLY = (Kind.EMPTY, Kind.DECIMAL)


@dataclass(frozen=True, slots=True)
class TableKey:
    """A key of a table."""

    places: tuple[int, ...]
    """Of its columns in the table."""
    probability: float
    evidence: str
    method: Method


@dataclass(frozen=True, slots=True, eq=False)
class TableKeys(Frames):
    """The keys of a table, and how its columns depend on each other."""

    found: pa.Table
    remarks: tuple[str, ...]
    names: tuple[str, ...]
    rows: TableRows | None
    """None where the lake's rows can't be reached."""

    def to_arrow(self) -> pa.Table:
        """Return the keys as KEYS_SCHEMA: those that are known, the others with the likeliest first."""
        return self.found

    def dependencies(self) -> pa.Table:
        """Return which columns decide which others: determinant, dependent, share. Raises UnreadableTable."""
        found = [] if self.rows is None else find_dependencies(self.rows, len(self.names))
        return dependencies_table(found, self.names)


_NOTHING = KnownKeys()


def find_keys(searcher: Searcher, tables: LakeTables | None, table: TableId, known: KnownKeys = _NOTHING) -> TableKeys:
    """Find the keys of a table beside those that are known; without its rows, only single columns, by their profiles.

    Raises NotFound with the nearest names, UnreadableTable when the file is gone or no longer what it was.
    """
    keys = searcher.directory.keys_of_table(table)
    names = tuple(searcher.directory.column_names(table))
    columns = KeyColumns(searcher.directory)
    own = TableColumns(columns, KeyNames.of_table(searcher.directory, table), int(keys[0]), len(keys))
    rows = None if tables is None else TableRows.open(tables, table, int(searcher.directory.facts.rows[keys[0]]))
    unique = unique_sets(own, rows)
    inferred = _inferred(own, {one: filled for one, filled in unique.items() if not known.has(one)})
    found = keys_table([*_known(own, known, rows), *inferred.keys], names)
    return TableKeys(found, (*known.remarks, *_remarks(inferred, found, rows)), names, rows)


def unique_sets(own: TableColumns, rows: TableRows | None) -> dict[tuple[int, ...], int]:
    """Return the sets of columns whose values are unique together, with the rows that have all of them.

    No set contains another one.
    """
    alone = [(place,) for place in range(own.count) if not _is_kind(own, place, _NEVER)][:_MOST_ALONE]
    facts = own.columns.directory.facts
    if rows is None:
        return {(place,): int(own.columns.filled[own.first + place]) for (place,) in alone
                if facts.is_key[own.first + place] and _is_filled(own, (place,))}  # fmt: skip
    unique: dict[tuple[int, ...], int] = _take_unique(own, alone, rows.count_sets(alone))
    able = [place for (place,) in alone if (place,) not in unique and not _is_kind(own, place, _HARDLY)][
        :_MOST_COMBINED
    ]
    for size in range(2, MOST_COLUMNS + 1):
        sets = [one for one in combinations(able, size) if _may_be_unique(own, one, unique)]
        unique |= _take_unique(own, sets, rows.count_sets(sets))
    return unique


def _take_unique(own: TableColumns, sets: Sequence[tuple[int, ...]], counts: SetCounts) -> dict[tuple[int, ...], int]:
    return {
        one: filled
        for one, filled, distinct in zip(sets, counts.filled.tolist(), counts.distinct.tolist(), strict=True)
        if filled == distinct > 1 and filled >= (1 - _MOST_NULLS) * own.columns.directory.facts.rows[own.first]
    }


def _may_be_unique(own: TableColumns, places: tuple[int, ...], unique: dict[tuple[int, ...], int]) -> bool:
    """Whether columns have enough values to tell all rows apart, and no part of them does so already."""
    facts = own.columns.directory.facts
    most = float(np.prod(facts.distinct[own.first + np.array(places)].astype(np.float64) + 1))
    parts = (part for size in range(1, len(places)) for part in combinations(places, size))
    return most >= (1 - _MOST_NULLS) * facts.rows[own.first] and not any(part in unique for part in parts)


def _is_kind(own: TableColumns, place: int, kinds: Sequence[Kind]) -> bool:
    return KINDS[own.columns.directory.facts.kinds[own.first + place]] in kinds


def _is_filled(own: TableColumns, places: tuple[int, ...]) -> bool:
    return bool((own.columns.null_shares[own.first + np.array(places)] <= _MOST_NULLS).all())


def _known(own: TableColumns, known: KnownKeys, rows: TableRows | None) -> Iterator[TableKey]:
    """Yield the keys that are known, with what the rows show of them."""
    sets = list(known.said)
    counts = None if rows is None else rows.count_all(sets)
    total = int(own.columns.directory.facts.rows[own.first])
    for place, columns in enumerate(sets):
        method, said = known.said[columns]
        shown = "the rows can't be read"
        if counts is not None:
            shown = _shown(total, int(counts.filled[place]), int(counts.distinct[place]))
        yield TableKey(columns, 1.0, f"{said}; {shown}", method)


def _shown(rows: int, filled: int, distinct: int) -> str:
    repeated = f"{filled - distinct:,} of them repeat another one" if distinct < filled else "all different"
    return f"{filled:,} rows, {repeated}{_missing(rows, filled)}"


def _missing(rows: int, filled: int) -> str:
    return f", {rows - filled:,} of {rows:,} without a value" if filled < rows else ""


@dataclass(frozen=True, slots=True)
class _Inferred:
    keys: list[TableKey]
    rejected: int
    """Sets of columns that are unique by chance."""


def _inferred(own: TableColumns, unique: dict[tuple[int, ...], int]) -> _Inferred:
    sets = list(unique)
    probabilities = KeyModel.open(KEYS).probabilities(own.features(sets))
    order = [place for place in _order(sets, probabilities).tolist() if probabilities[place] >= _LEAST_PROBABILITY]
    keys = [
        TableKey(sets[one], float(probabilities[one]), _evidence(own, sets[one], unique[sets[one]]), Method.INFERRED)
        for one in order
    ]
    return _Inferred(keys, len(sets) - len(keys))


def _order(sets: Sequence[tuple[int, ...]], probabilities: Floats) -> Integers:
    """Return the places of sets: the likeliest first, of equals the one of fewer columns, then the earlier one."""
    firsts, sizes = (np.array([measure(one) for one in sets], np.int64) for measure in (min, len))
    return np.lexsort((firsts, sizes, -probabilities))


def _evidence(own: TableColumns, places: tuple[int, ...], filled: int) -> str:
    directory = own.columns.directory
    # Of a table that was sampled only the rows that were read are known.
    rows = filled if directory.sampled_columns()[own.first] else int(directory.facts.rows[own.first])
    expected = np.expm1(own.features([places])[0][2])
    return f"{_shown(rows, filled, filled)}; by chance {expected:,.3g} pairs of them would be equal"


def keys_table(keys: Sequence[TableKey], names: Sequence[str]) -> pa.Table:
    """Return keys as KEYS_SCHEMA, in their order; `names` are those of the table's columns."""
    columns: dict[str, list[Any]] = {
        "rank": list(range(1, len(keys) + 1)),
        "columns": ["+".join(names[place] for place in one.places) for one in keys],
        "probability": [one.probability for one in keys],
        "evidence": [one.evidence for one in keys],
        "method": [str(one.method) for one in keys],
    }
    return pa.table(columns, KEYS_SCHEMA)


def _remarks(inferred: _Inferred, found: pa.Table, rows: TableRows | None) -> tuple[str, ...]:
    remarks = (
        [] if rows is not None else ["the rows can't be read: only single columns are looked at, by their profiles"]
    )
    if inferred.rejected:
        remarks.append(
            f"{inferred.rejected:,} sets of columns are unique only as the table has few rows, or measures something"
        )
    if not len(found):
        remarks.append("nothing tells the rows apart that would go on doing so")
    return tuple(remarks)
