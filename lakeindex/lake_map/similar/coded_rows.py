"""The rows of two tables as codes: values that are the same, however they are written, have one code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Integers
from lakeindex.integrate.disjunction.equal_join import MISSING, unique_rows
from lakeindex.integrate.records import Records


@dataclass(frozen=True, slots=True, eq=False)
class CodedRows:
    """The rows of two tables, those of columns without a value left out."""

    names: tuple[tuple[str, ...], tuple[str, ...]]
    """Of the columns of either table."""
    left: Integers
    """(rows, columns) Codes that both tables share; MISSING where there is no value."""
    right: Integers

    @classmethod
    def of(cls, left: Records, right: Records) -> CodedRows:
        """Give the values of two tables codes."""
        sides = (left, right)
        keys = [one.keys(name) for one in sides for name in one.names]
        codes = _codes(keys)
        of_left, of_right = codes[: len(left.names)], codes[len(left.names) :]
        kept = [[place for place, one in enumerate(some) if (one != MISSING).any()] for some in (of_left, of_right)]
        names = [tuple(one.names[place] for place in places) for one, places in zip(sides, kept, strict=True)]
        matrices = [
            np.column_stack([some[place] for place in places]) if places else np.zeros((len(one), 0), np.int64)
            for one, some, places in zip(sides, (of_left, of_right), kept, strict=True)
        ]
        return cls((names[0], names[1]), matrices[0], matrices[1])

    def numbered(self, left: Integers, right: Integers) -> tuple[Integers, Integers]:
        """Number the rows of both tables by their values in some columns each, the same values alike."""
        _, numbers = unique_rows(np.concatenate([self.left[:, left], self.right[:, right]]))
        return numbers[: len(self.left)], numbers[len(self.left) :]


def shared_rows(left: Integers, right: Integers) -> int:
    """Return how many rows are in both of two multisets of row numbers."""
    size = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    return int(np.minimum(np.bincount(left, minlength=size), np.bincount(right, minlength=size)).sum())


def _codes(columns: list[pa.LargeStringArray]) -> list[Integers]:
    found: Any = pa.chunked_array(columns, pa.large_string()).dictionary_encode().combine_chunks()
    if isinstance(found, pa.ChunkedArray):
        found = found.chunk(0)
    codes = np.asarray(found.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int64)
    return np.split(codes, np.cumsum([len(one) for one in columns])[:-1])
