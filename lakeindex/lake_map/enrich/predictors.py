"""Columns as numbers that a model can learn from: numbers and moments as they are, texts as codes of categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Codes, Flags, Floats, Integers

_MOST_CATEGORIES = 60
"""Of a column; the rarer ones are one together."""
_OTHER = 0
_FEW_VALUES = 10
"""Numbers of so few distinct values are classes."""
_MOST_CLASSES = 10
_BINS = 16
_NUMBERS = pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """A column of rows as numbers."""

    name: str
    values: Floats
    """(rows,) nan where a row has none."""
    is_category: bool

    @classmethod
    def of(cls, name: str, column: pa.ChunkedArray[Any]) -> Predictor | None:
        """Take a column; None for one that tells nothing: constant, of lists, or of texts that are all different."""
        values, is_category = _numbers(column)
        if values is None:
            return None
        known = np.unique(values[np.isfinite(values)])
        return cls(name, values, is_category) if len(known) > 1 else None

    def binned(self) -> Integers:
        """Return a few codes, (rows,): categories as they are, numbers by quantiles; one of their own for no value."""
        if self.is_category:
            return np.where(np.isfinite(self.values), self.values + 1, 0).astype(np.int64)
        finite = self.values[np.isfinite(self.values)]
        edges = np.unique(np.quantile(finite, np.linspace(0, 1, _BINS + 1)[1:-1]))
        return np.where(np.isfinite(self.values), 1 + np.searchsorted(edges, self.values, side="right"), 0)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What is predicted: a number or a class of each row."""

    values: Floats
    """(rows,)."""
    is_class: bool

    @classmethod
    def of(cls, column: pa.ChunkedArray[Any]) -> Target | None:
        """Take a column without nulls; None for one that can't be predicted: constant, or of lists."""
        values, is_category = _numbers(column, _MOST_CLASSES)
        if values is None or len(np.unique(values)) < 2:
            return None
        is_class = is_category or len(np.unique(values)) <= _FEW_VALUES
        return cls(np.unique(values, return_inverse=True)[1].astype(float) if is_class else values, is_class)

    def binned(self) -> Integers:
        """Return a few codes, (rows,)."""
        return Predictor("", self.values, self.is_class).binned()


def _numbers(column: pa.ChunkedArray[Any], categories: int = _MOST_CATEGORIES) -> tuple[Floats | None, bool]:
    """Return a column as numbers, and whether they are the codes of categories; None where it can't be."""
    kind = column.type
    if (
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
    ):
        return _floats(column.cast(pa.float64())), False
    if pa.types.is_temporal(kind) and not pa.types.is_time(kind):
        return _floats(column.cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.float64())), False
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _codes(column, categories), True
    return None, False


def _floats(column: Any) -> Floats:
    values: Floats = column.to_numpy().astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _codes(column: Any, categories: int) -> Floats | None:
    """Number the most frequent texts; None where no text comes twice."""
    encoded: Any = pc.dictionary_encode(column.combine_chunks())
    codes: Codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(codes[codes >= 0], minlength=1)
    if counts.max(initial=0) < 2:
        return None
    frequent = np.argsort(-counts, kind="stable")[: categories - 1]
    renamed = np.full(len(counts) + 1, _OTHER, np.float64)
    renamed[frequent] = 1 + np.arange(len(frequent))
    renamed[-1] = np.nan
    return renamed[codes]


def as_matrix(predictors: list[Predictor]) -> tuple[Floats, Flags]:
    """Return predictors as columns, (rows, predictors), and which are categories, (predictors,)."""
    return (
        np.column_stack([one.values for one in predictors]),
        np.array([one.is_category for one in predictors], bool),
    )
