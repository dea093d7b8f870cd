"""Names for types of arrays, by what an array holds; they are defined nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Integers = npt.NDArray[np.int64]
"""Keys of columns, counts, or places in another array."""
Floats = npt.NDArray[np.float64]
"""Scores, probabilities, sums of weights."""
Flags = npt.NDArray[np.bool_]
"""Whether something is so."""
Hashes = npt.NDArray[np.uint64]
"""Of texts, of columns, or of pairs."""
Places = npt.NDArray[np.integer[Any]]
"""Places in another array, in as few bytes as suffice."""
TreePlaces = npt.NDArray[np.integer[Any]]
"""Numbers of features, or places of a tree's nodes."""
Codes = npt.NDArray[np.int8]
"""Choices from a short list, as numbers: kinds of columns, verdicts."""
Bytes = npt.NDArray[np.uint8]
"""Bytes of text, or shares of 255."""
Tokens = npt.NDArray[np.uint16]
"""Numbers of word pieces in a vocabulary of fewer than 65,536."""
TokenIds = npt.NDArray[np.int32]
"""Numbers of word pieces as a model's tokenizer gives them."""
Vectors = npt.NDArray[np.float32]
"""(n, dimension), one vector a row; of unit length where they are of columns."""
Similarities = npt.NDArray[np.float32]
"""Cosines."""
Coordinates = npt.NDArray[np.floating]
"""(n, dimension), one point a row: the coordinates from which CUR predicts scores."""
Features = npt.NDArray[np.float64]
"""(n, features), one pair of columns a row."""
Texts: TypeAlias = "pa.LargeStringArray"
"""Without nulls."""
TokenLists: TypeAlias = "pa.LargeListArray[Any]"
"""A list of tokens a column."""
ArrowArray: TypeAlias = "pa.Array[Any]"
"""Of any type."""
