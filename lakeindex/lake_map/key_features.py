"""What speaks for a set of columns as the key of a table: where they stand, what they are called, what they hold.

That their values are unique says little in a small table. By the birthday problem, n values drawn from a domain of size
d are all different with a probability of about exp(-n(n-1)/2d): unique values are evidence where that is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Integers
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import KeyNames
from lakeindex.models.monotone import AGAINST, EITHER, FOR
from lakeindex.types.columns import KINDS, Kind

_DIRECTIONS = {
    "columns": AGAINST,
    "rows": FOR,
    "collisions": FOR,
    "first place": AGAINST,
    "last place": AGAINST,
    "spread": AGAINST,
    "width": EITHER,
    "key names": FOR,
    "called after table": FOR,
    "decimals": AGAINST,
    "dates": AGAINST,
    "texts": EITHER,
    "longest": EITHER,
    "shortest": EITHER,
    "nulls": AGAINST,
    "serial": EITHER,
    "earlier keys": AGAINST,
}
KEY_FEATURES = tuple(_DIRECTIONS)
KEY_DIRECTIONS = tuple(_DIRECTIONS.values())


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of one table in the lake: the first one's key, and their number."""

    columns: KeyColumns
    names: KeyNames
    first: int
    count: int

    def features(self, sets: Sequence[tuple[int, ...]], unique_before: int = 0) -> Features:
        """Return KEY_FEATURES of sets of columns, (n, features), which are given by their places in the table."""
        return np.array([self._of(one, place + unique_before) for place, one in enumerate(sets)]).reshape(
            len(sets), len(KEY_FEATURES)
        )

    def _of(self, places: tuple[int, ...], before: int) -> list[float]:
        keys = self.first + np.array(places)
        facts, columns = self.columns.directory.facts, self.columns
        kinds = [KINDS[kind] for kind in facts.kinds[keys].tolist()]
        table = set(self.names.tables[self.first].split())
        after = [bool(table & set(self.names.words[key].split())) for key in keys.tolist()]
        rows = float(facts.rows[self.first])
        return [
            len(places), np.log1p(rows), np.log1p(self._collisions(keys, rows)), places[0], places[-1],
            places[-1] - places[0] + 1 - len(places), self.count, float(self.names.is_key_name[keys].mean()),
            float(np.mean(after)), kinds.count(Kind.DECIMAL), kinds.count(Kind.DATE), kinds.count(Kind.TEXT),
            float(columns.mean_lengths[keys].max()), float(columns.mean_lengths[keys].min()),
            float(columns.null_shares[keys].max()), float(facts.is_serial[keys].mean()), min(before, 5),
        ]  # fmt: skip

    def _collisions(self, keys: Integers, rows: float) -> float:
        """Return how many pairs of rows chance would make equal, were each column drawn from its domain."""
        domains = [self._domain(key) for key in keys.tolist()]
        return float(rows * (rows - 1) / 2 / np.prod(domains))

    def _domain(self, key: int) -> float:
        """Return how many values a column may have: those it has, or of numbers and days those between them."""
        facts = self.columns.directory.facts
        width = facts.highs[key] - facts.lows[key] + 1
        distinct = max(float(facts.distinct[key]), 1.0)
        if facts.is_kind(Kind.DECIMAL)[key]:
            return max(distinct, width * 100) if np.isfinite(width) else distinct
        return max(distinct, float(width)) if np.isfinite(width) else distinct
