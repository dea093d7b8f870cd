"""All corruptions, which of them apply to a column, and how to apply one."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.synthesis.codes import CODE_VARIANTS
from lakeindex.synthesis.corruption import Corruption, where
from lakeindex.synthesis.dates import DATE_VARIANTS
from lakeindex.synthesis.numbers import NUMBER_VARIANTS
from lakeindex.synthesis.text_variants import TEXT_VARIANTS
from lakeindex.synthesis.typos import TYPOS
from lakeindex.synthesis.value_shapes import ValueShape

CORRUPTIONS = (*TYPOS, *TEXT_VARIANTS, *CODE_VARIANTS, *DATE_VARIANTS, *NUMBER_VARIANTS)


@cache
def applicable(shape: ValueShape) -> tuple[Corruption, ...]:
    """Return the corruptions that apply to columns of a shape."""
    return tuple(one for one in CORRUPTIONS if shape in one.shapes)


def draw_corruption(shape: ValueShape, rng: np.random.Generator) -> Corruption | None:
    """Draw one of the corruptions that apply to a shape; None if there are none."""
    found = applicable(shape)
    return found[int(rng.integers(len(found)))] if found else None


def corrupted(texts: pa.Array[Any], corruption: Corruption, rng: np.random.Generator) -> pa.Array[Any]:
    """Apply a corruption to a column: equal values stay equal, null stays null, and no value becomes empty."""
    encoded = texts.dictionary_encode()
    distinct: Any = encoded.dictionary
    if not len(distinct):
        return texts
    changed = corruption.change(distinct, rng)
    is_empty = pc.utf8_length(pc.utf8_trim_whitespace(changed)).to_numpy() == 0
    return where(is_empty, distinct, changed).take(encoded.indices)


def shuffle_cells(texts: pa.Array[Any], share: float, rng: np.random.Generator) -> pa.Array[Any]:
    """Shuffle a share of the cells of a column, as DeepJoin does; shuffling more than 0.4 of them hurts training."""
    if not 0 <= share <= MOST_SHUFFLED:
        raise ValueError(f"the share of shuffled cells should be at most {MOST_SHUFFLED}, not {share}")
    places = np.arange(len(texts))
    chosen = np.sort(rng.permutation(len(texts))[: int(share * len(texts))])
    places[chosen] = rng.permutation(chosen)
    return texts.take(places)


MOST_SHUFFLED = 0.4
