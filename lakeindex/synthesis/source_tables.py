"""Source tables of training data, their columns as distinct texts and the place of every row's value among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import ArrowArray, Integers
from lakeindex.synthesis.value_shapes import ValueShape, value_shape_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts


_MISSING = pa.array(["", "null", "none", "nan", "n/a", "#n/a", "\\n", "-", "--", "?"], pa.large_string())
_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
_LONGEST = 200


@dataclass(frozen=True, slots=True, eq=False)
class SourceData:
    """A table to make training data from."""

    name: str
    table: pa.Table


@dataclass(frozen=True, slots=True, eq=False)
class SourceColumn:
    """A column of a source."""

    name: str
    values: pa.Array[Any]
    """As in the source, one per row."""
    distinct: Texts
    """Trimmed, the most frequent first, then in order of appearance."""
    codes: Integers
    """(rows,) The place of each row's value in `distinct`, -1 where there is none."""
    shape: ValueShape

    @property
    def filled(self) -> int:
        """Return the number of rows that have a value."""
        return int((self.codes >= 0).sum())

    @property
    def is_key(self) -> bool:
        """Whether every row has a different value."""
        return len(self.codes) > 0 and len(self.distinct) == len(self.codes)

    def take(self, rows: Integers) -> SourceColumn:
        """Keep some rows, in the order given; the shape stays the same."""
        kept = np.bincount(self.codes[rows] + 1, minlength=len(self.distinct) + 1)[1:] > 0
        codes = np.append(np.cumsum(kept) - 1, -1)[self.codes[rows]]
        distinct: Texts = self.distinct.filter(pa.array(kept))
        return SourceColumn(self.name, self.values.take(rows), distinct, codes, self.shape)

    def texts(self) -> pa.Array[Any]:
        """Return the text of each row, null where there is none."""
        places: Any = pa.array(self.codes, mask=self.codes < 0)
        return self.distinct.take(places)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A table to make training data from, its columns dictionary-encoded."""

    name: str
    columns: tuple[SourceColumn, ...]
    rows: int

    @classmethod
    def of(cls, data: SourceData, most_rows: int = 20_000) -> Source:
        """Encode a table; of one with more than `most_rows` rows, only evenly spaced ones."""
        step = max(1, -(-data.table.num_rows // most_rows))
        table = data.table if step == 1 else data.table.take(np.arange(0, data.table.num_rows, step))
        columns = tuple(to_source_column(name, table.column(place)) for place, name in enumerate(table.column_names))
        return cls(data.name, columns, table.num_rows)


def to_source_column(name: str, values: pa.ChunkedArray[Any]) -> SourceColumn:
    """Encode a column, and find its shape."""
    array: pa.Array[Any] = values.combine_chunks()
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    encoded = texts_of(array).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    counts = np.bincount(codes[codes >= 0], minlength=len(encoded.dictionary))
    order = np.argsort(-counts, kind="stable")
    ranks = np.empty(len(order) + 1, np.int64)
    ranks[order], ranks[-1] = np.arange(len(order)), -1
    distinct: Any = encoded.dictionary.take(order)
    filled = int(counts.sum())
    return SourceColumn(name, array, distinct, ranks[codes], value_shape_of(distinct, filled))


def texts_of(array: pa.Array[Any]) -> pa.Array[Any]:
    """Return values of any Arrow type as trimmed and clipped texts, null for those that mean a missing value."""
    if pa.types.is_nested(array.type) or pa.types.is_interval(array.type):
        array = pa.array([None if one is None else str(one) for one in array.to_pylist()], pa.large_string())
    elif any(is_bytes(array.type) for is_bytes in _BYTES):
        array = pa.array([None if one is None else one.hex() for one in array.to_pylist()], pa.large_string())
    texts = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(array.cast(pa.large_string())), 0, _LONGEST)
    filled: pa.Array[Any] = pc.if_else(
        pc.is_in(pc.utf8_lower(texts), value_set=_MISSING), pa.scalar(None, pa.large_string()), texts
    )
    return filled


def normal(texts: ArrowArray) -> Texts:
    """Normalise texts for comparison: trimmed, lower-cased, whole numbers without zero decimals."""
    lowered: Any = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    written: Texts = pc.replace_substring_regex(lowered, r"^([+-]?\d+)\.0+$", r"\1")
    return written


def to_sources(sources: Sequence[SourceData]) -> list[Source]:
    """Encode all sources that have rows and columns."""
    return [Source.of(data) for data in sources if data.table.num_rows and data.table.num_columns]
