"""The most frequent of the sampled texts of many columns, from a list column of a table of profile records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers, Texts


@dataclass(frozen=True, slots=True)
class FrequentTexts:
    """Texts of several columns, one column after the other, the most frequent of each first."""

    texts: Texts
    starts: Integers
    """(columns + 1,) where those of each column start."""

    @classmethod
    def of(cls, sampled: pa.ChunkedArray[Any], most: int | None = None) -> FrequentTexts:
        """Choose `most` texts of each column, or all: of lists of (text, rows, value_hash); ties by the hash."""
        flat: Any = pc.list_flatten(sampled)
        flat = flat.combine_chunks() if isinstance(flat, pa.ChunkedArray) else flat
        counts = pc.list_value_length(sampled).fill_null(0).to_numpy()
        owners = np.repeat(np.arange(len(counts)), counts)
        rows, hashes = flat.field("rows").to_numpy(), flat.field("value_hash").to_numpy()
        order = np.lexsort((hashes, -rows, owners))
        if most is not None:
            order = order[np.arange(len(order)) - np.searchsorted(owners, owners) < most]
            counts = np.minimum(counts, most)
        texts: Any = flat.field("text").take(pa.array(order)).cast(pa.large_string())
        return cls(texts, np.cumsum(np.concatenate([np.zeros(1, np.int64), counts]).astype(np.int64)))

    def of_each(self) -> Iterator[list[str]]:
        """Yield the texts of each column."""
        texts: Any = self.texts.to_pylist()
        yield from (texts[start:end] for start, end in pairwise(self.starts.tolist()))
