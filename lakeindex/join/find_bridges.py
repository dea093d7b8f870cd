"""Find columns beside two that join: a table that maps the one to the other, or what else the two tables share."""

from __future__ import annotations

import heapq
from collections import defaultdict

from lakeindex.join.composite_key import complements
from lakeindex.join.side import JoinSide
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId, TableId

_ASKED = 50
_MOST = 5


def likely_lookups(searcher: Searcher, left: ColumnId, right: ColumnId) -> list[tuple[ColumnId, ColumnId]]:
    """List columns side by side in one table, the likeliest first: one that joins with the left column, and one that
    joins with the right one."""
    of_left, of_right = _found(searcher, left), _found(searcher, right)
    # The right table may say itself what its column goes by on the left.
    of_right[right.table][right] = 1.0
    pairs = [
        (one_probability * other_probability, one, other)
        for table in (of_left.keys() & of_right.keys()) - {left.table}
        for one, one_probability in of_left[table].items()
        for other, other_probability in of_right[table].items()
        if one != other
    ]
    return [(one, other) for _, one, other in heapq.nlargest(_MOST, pairs)]


def complements_of(
    searcher: Searcher, columns: tuple[ColumnId, ColumnId], sides: tuple[JoinSide, JoinSide]
) -> list[tuple[tuple[str, str], ...]]:
    """List what makes a key of two columns: further pairs of columns that join, as few as do, for either table."""
    pairs = _joining_besides(searcher, *columns)
    found: list[tuple[tuple[str, str], ...]] = []
    for place, side in enumerate(sides):
        partner = {pair[place]: pair for pair in pairs}
        found += [tuple(partner[name] for name in names) for names in complements(side, list(partner))]
    return list(dict.fromkeys(found))


def _joining_besides(searcher: Searcher, left: ColumnId, right: ColumnId) -> list[tuple[str, str]]:
    """List the other columns of the two tables that join with one another, each with its best partner."""
    pairs: list[tuple[str, str]] = []
    for key in searcher.directory.keys_of_table(left.table).tolist():
        other = searcher.directory.id_of(key)
        partners = {} if other == left else _found(searcher, other).get(right.table, {})
        best = max(partners, key=lambda one: partners[one], default=None)
        if best is not None and best != right:
            pairs.append((other.name, best.name))
    return pairs


def _found(searcher: Searcher, column: ColumnId) -> dict[TableId, dict[ColumnId, float]]:
    by_table: defaultdict[TableId, dict[ColumnId, float]] = defaultdict(dict)
    for match in searcher.search(searcher.column(column), _ASKED).matches(searcher.directory):
        if match.accepted:
            by_table[match.column.table][match.column] = match.score
    return by_table
