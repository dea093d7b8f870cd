"""The rows of a table as features of nodes: numbers and moments to scale, frequent texts one a column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Integers, Vectors
from lakeindex.lake_map.enrich.predictors import Predictor

_MOST_TEXTS = 10
"""The most frequent values of a column of texts that are a feature each."""
_MICROSECONDS = 1_000_000
NO_TIME = np.iinfo(np.int64).min
"""The time of a row that has none."""


@dataclass(frozen=True, slots=True, eq=False)
class RowFeatures:
    """The rows of a table in the order of its file."""

    values: Vectors
    """(rows, features) float32, of mean 0 and deviation 1, 0 where a row has no value."""
    names: tuple[str, ...]
    """(features,) `column`, or `column = value`."""
    times: Integers
    """(rows,) seconds since 1970 by the first column of moments, NO_TIME where there is none."""

    @classmethod
    def of(cls, rows: pa.Table, without: frozenset[str]) -> RowFeatures:
        """Take the columns of rows but for some: keys and references, whose values mean nothing."""
        named = [
            pair
            for name in rows.column_names
            if name not in without
            for pair in _columns(name, rows[name])
        ]  # fmt: skip
        columns = [_scaled(values) for _, values in named]
        values = np.column_stack(columns).astype(np.float32) if columns else np.zeros((rows.num_rows, 0), np.float32)
        return cls(values, tuple(name for name, _ in named), _times(rows))


def _columns(name: str, column: pa.ChunkedArray[Any]) -> Iterator[tuple[str, Floats]]:
    found = Predictor.of(name, column)
    if found is None:
        return
    if not found.is_category:
        yield name, found.values
        return
    encoded: Any = pc.dictionary_encode(column.combine_chunks())
    texts = encoded.dictionary.to_pylist()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    for place in np.argsort(-counts, kind="stable")[:_MOST_TEXTS].tolist():
        yield f"{name} = {texts[place]}", (codes == place).astype(np.float64)


def _scaled(values: Floats) -> Floats:
    finite = values[np.isfinite(values)]
    spread = float(finite.std()) if len(finite) else 0.0
    scaled = (values - (finite.mean() if len(finite) else 0.0)) / (spread if spread > 1e-12 else 1.0)
    return np.where(np.isfinite(scaled), scaled, 0.0)


def _times(rows: pa.Table) -> Integers:
    for name in rows.column_names:
        kind = rows.schema.field(name).type
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            moments: Any = rows[name].cast(pa.timestamp("us")).cast(pa.int64())
            known = moments.is_valid().to_numpy()
            seconds = moments.fill_null(0).to_numpy() // _MICROSECONDS
            return np.where(known, seconds, NO_TIME)
    return np.full(rows.num_rows, NO_TIME)


def inherited(times: dict[str, Integers], links: list[tuple[str, str, Integers, Integers]]) -> dict[str, Integers]:
    """Return the times of rows, with those of rows that have none: the latest of the rows that they refer to.

    A result is known no sooner than its race. `links` are (child, parent, child rows, parent rows); times spread over
    several of them, from parents to children.
    """
    found = {table: one.copy() for table, one in times.items()}
    for _ in range(len(times)):
        is_changed = False
        for child, parent, rows, parents in links:
            late = np.full(len(found[child]), NO_TIME)
            np.maximum.at(late, rows, found[parent][parents])
            able = (times[child] == NO_TIME) & (late > found[child])
            found[child][able] = late[able]
            is_changed |= bool(able.any())
        if not is_changed:
            break
    return found
