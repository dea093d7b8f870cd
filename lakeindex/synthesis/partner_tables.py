"""Make two tables out of one, of which it is known how they are related and which of their columns are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.headers import HEADER_CHANGES, HeaderPlace
from lakeindex.synthesis.source_tables import SourceData, texts_of
from lakeindex.types.names import sql_names

SPLIT, DUPLICATE, SUBSET, VERSION, TEMPLATE = "split", "duplicate", "subset", "version of", "same template"
RELATIONS = (SPLIT, DUPLICATE, SUBSET, VERSION, TEMPLATE)

_FEWEST_ROWS, _FEWEST_COLUMNS = 8, 2
_MOST_ROWS, _MOST_COLUMNS = 400, 40
_CHANGES = tuple(name for name in HEADER_CHANGES if name not in ("opaque", "empty", "hub"))
_OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Partition:
    """How a table is made into two."""

    relation: str
    overlap: float
    """The share of each side's rows that both have, of a split."""
    dropped: float
    """The share of the columns that each side lacks, of a split."""
    renamed: float
    """The share of one side's headers that are changed."""
    is_opaque: bool = False
    """Whether a changed header tells nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """Two tables that were one; the second one is the part, the newer one or the copy."""

    source: str
    first: pa.Table
    second: pa.Table
    same: tuple[tuple[str, str], ...]
    """The columns of both that are the same."""
    partition: Partition


def draw_partition(rng: np.random.Generator, relation: str) -> Partition:
    """Draw how a table is made into two."""
    overlap, dropped = float(rng.choice((0.0, 0.0, 0.25, 0.5))), float(rng.choice((0.0, 0.25, 0.5)))
    return Partition(relation, overlap, dropped, float(rng.choice((0.0, 0.25, 0.5, 1.0))), bool(rng.random() < 0.1))


def make_partners(table: SourceData, partition: Partition, rng: np.random.Generator) -> Partners | None:
    """Make two tables out of one; None where it has too few rows or columns."""
    texts = _texts(table.table, rng)
    if texts.num_rows < _FEWEST_ROWS or texts.num_columns < _FEWEST_COLUMNS:
        return None
    first, second = _rows(texts, partition, rng)
    columns = _columns(texts.num_columns, partition, rng)
    if partition.relation == VERSION:
        second = _edited(second, rng)
    names = [[texts.column_names[place] for place in kept.tolist()] for kept in columns]
    headers = [names[0], _headers(names[1], table.name, partition, rng)]
    sides = [
        part.select(kept).rename_columns(named)
        for part, kept, named in zip((first, second), names, headers, strict=True)
    ]
    of_first = dict(zip(names[0], headers[0], strict=True))
    same = [(of_first[name], header) for name, header in zip(names[1], headers[1], strict=True) if name in of_first]
    return Partners(table.name, sides[0], sides[1], tuple(same), partition)


def _texts(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    names = sql_names([" ".join(name.split()) or f"column_{at}" for at, name in enumerate(table.column_names, 1)])
    start = int(rng.integers(0, max(1, table.num_rows - _MOST_ROWS)))
    part = table.slice(start, _MOST_ROWS)
    arrays = [texts_of(part.column(place).combine_chunks()) for place in range(min(part.num_columns, _MOST_COLUMNS))]
    kept = [place for place, array in enumerate(arrays) if array.null_count < len(array)]
    return pa.table([arrays[place] for place in kept], names=[names[place] for place in kept])


def _rows(texts: pa.Table, partition: Partition, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    count = texts.num_rows
    order = rng.permutation(count)
    if partition.relation in (DUPLICATE, VERSION):
        return texts, texts.take(order)
    if partition.relation == SUBSET:
        return texts, texts.take(order[: max(2, round(count * rng.uniform(0.2, 0.9)))])
    overlap = 0.0 if partition.relation == TEMPLATE else partition.overlap
    shared = round(count * overlap / (2 - overlap))
    half = shared + (count - shared) // 2
    own = order[shared:half], order[half:]
    first, second = (np.concatenate([order[:shared], one]) for one in own)
    return texts.take(np.sort(first)), texts.take(rng.permutation(second))


def _columns(count: int, partition: Partition, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Draw the places of the columns of both sides, some of them common; those of the second in an order of its own."""
    kept = max(_FEWEST_COLUMNS, round(count * (1 - partition.dropped)))
    order = rng.permutation(count)
    if partition.relation == SUBSET:
        return np.arange(count), order[:kept]
    if partition.relation != SPLIT:
        return np.arange(count), order
    common = max(_FEWEST_COLUMNS, 2 * kept - count, round(kept * (1 - partition.dropped)))
    own = order[common:]
    first = np.concatenate([order[:common], own[: kept - common]])
    second = np.concatenate([order[:common], own[len(own) - (kept - common) :]])
    return np.sort(first), rng.permutation(second)


def _edited(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Change some cells, and leave some rows out: another version."""
    count = table.num_rows
    kept = np.sort(rng.permutation(count)[: max(2, round(count * rng.uniform(0.85, 1.0)))])
    columns = [_edited_column(table.column(place).combine_chunks(), rng) for place in range(table.num_columns)]
    return pa.table(columns, names=table.column_names).take(kept)


def _edited_column(texts: pa.Array[Any], rng: np.random.Generator) -> pa.Array[Any]:
    """Let some rows, at least one in some columns, have the value of another row."""
    if rng.random() < 0.6:
        return texts
    places = np.arange(len(texts))
    changed = rng.random(len(texts)) < rng.uniform(0.02, 0.1)
    places[changed] = rng.integers(0, len(texts), int(changed.sum()))
    return texts.take(places)


def _headers(names: Sequence[str], title: str, partition: Partition, rng: np.random.Generator) -> list[str]:
    changed = []
    for place, name in enumerate(names, 1):
        change = _OPAQUE if partition.is_opaque else str(rng.choice(_CHANGES))
        is_changed = rng.random() < partition.renamed
        changed.append(HEADER_CHANGES[change](HeaderPlace(name, title, place), rng) if is_changed else name)
    return sql_names(changed)


def plain_table(table: SourceData) -> pa.Table:
    """Return the first rows of a table as texts, under unique names, without columns that hold nothing."""
    return _texts(table.table, np.random.default_rng(0))
