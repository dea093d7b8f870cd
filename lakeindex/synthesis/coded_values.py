"""The values of a column of few, written by codes, or with codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

_MOST_VALUES = 12

Coding = Callable[[str, int], str]
"""Writes a value, given its number from 1 on."""

_CODINGS: Sequence[Coding] = (
    lambda value, number: str(number),
    lambda value, number: value[:1].upper(),
    lambda value, number: value[:3].lower(),
    lambda value, number: f"{number}: {value}",
)


def recoded(texts: pa.Array[Any], rng: np.random.Generator) -> pa.Array[Any]:
    """Write values by numbers, letters or beginnings, or with numbers.

    They stay as they are where they are many, or where two of them would be one.
    """
    encoded = texts.dictionary_encode()
    values = [str(value) for value in encoded.dictionary.to_pylist()]
    if not 1 < len(values) <= _MOST_VALUES:
        return texts
    coding = _CODINGS[int(rng.integers(len(_CODINGS)))]
    numbers = (rng.permutation(len(values)) + 1).tolist()
    codes = list(map(coding, values, numbers))
    coded: pa.Array[Any] = pa.array(codes, texts.type).take(encoded.indices)
    return coded if len(set(codes)) == len(codes) else texts
