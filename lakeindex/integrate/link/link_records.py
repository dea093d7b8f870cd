"""Link the tuples of two tables, of one, or of many, that describe the same thing; with probabilities, no labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.integrate.alignment import AlignedPair, Alignment
from lakeindex.integrate.link.blocking import Pairs, nearest_pairs
from lakeindex.integrate.link.comparison import ComparedTuples
from lakeindex.integrate.link.competition import Rivals
from lakeindex.integrate.link.scoring import score_pairs
from lakeindex.integrate.link.tuples import Tuples
from lakeindex.integrate.records import Records

_PROBABILITY: pa.Field[Any] = pa.field("probability", pa.float64())
LINK_SCHEMA = pa.schema([*(pa.field(name, pa.int64()) for name in ("left_row", "right_row")), _PROBABILITY])
LINKS_SCHEMA = pa.schema([*(pa.field(name, pa.int64()) for name in ("left", "right")), _PROBABILITY])
MATCH = 0.5
"""A pair of at least this probability counts as a match."""
LEAST = 0.01
"""Pairs less probable are not listed."""
_CANDIDATES = 10
"""Candidates of a tuple, by each kind of terms."""
_FEW = 20_000
"""Up to so many tuples, candidates are found by character grams, too."""


def link_records(left: Records, right: Records, pairs: Sequence[AlignedPair]) -> pa.Table:
    """Find the tuples of two tables that are the same thing, as LINK_SCHEMA by left and right row."""
    tuples = Tuples.of_two(left, right, pairs)
    found, likely = _linked(tuples)
    return _listed((tuples.rows[found.left], tuples.rows[found.right]), likely, LINK_SCHEMA)


def dedupe_records(records: Records) -> pa.Table:
    """Find the tuples of one table that are the same thing, as LINK_SCHEMA; the left row is the smaller one."""
    found, likely = _linked(Tuples.of_one(records))
    return _listed((found.left, found.right), likely, LINK_SCHEMA)


def link_many(records: Sequence[Records], alignment: Alignment) -> pa.Table:
    """Find the tuples of some tables, and within each, that are the same thing, as LINKS_SCHEMA.

    Tuples are numbered through all tables in the given order; apart from the numbers it makes no difference.
    """
    order = sorted(range(len(records)), key=lambda place: records[place].table)
    sizes = np.array([len(one) for one in records], np.int64)
    starts = np.cumsum(sizes) - sizes
    tuples = Tuples.of_many([records[place] for place in order], alignment)
    found, likely = _linked(tuples)
    numbers = starts[np.array(order, np.int64)][tuples.tables] + tuples.rows if len(tuples) else tuples.rows
    ends = numbers[found.left], numbers[found.right]
    return _listed((np.minimum(*ends), np.maximum(*ends)), likely, LINKS_SCHEMA)


def _linked(tuples: Tuples) -> tuple[Pairs, Floats]:
    compared = ComparedTuples.of(tuples)
    spaces = [compared.words, compared.grams] if len(tuples) <= _FEW else [compared.words]
    pairs = nearest_pairs(spaces, tuples.tables, _CANDIDATES, tuples.is_within)
    if not len(pairs):
        return pairs, np.zeros(0)
    rivals = Rivals.of(pairs, tuples.tables)
    return pairs, score_pairs(pairs, compared.compare(pairs), rivals).probabilities


def _listed(ends: tuple[Integers, Integers], likely: Floats, schema: pa.Schema) -> pa.Table:
    order = np.lexsort((ends[1], ends[0]))
    kept = order[likely[order] >= LEAST]
    return pa.table([ends[0][kept], ends[1][kept], likely[kept]], schema=schema)
