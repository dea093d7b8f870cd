"""All perturbations, which of them fit a column, and how to apply one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.synthesis.codes import CODES
from lakeindex.synthesis.corruption import Perturbation, where
from lakeindex.synthesis.dates import DATES
from lakeindex.synthesis.numbers import NUMBERS_WRITTEN
from lakeindex.synthesis.text_variants import WORDING
from lakeindex.synthesis.typos import SPELLING
from lakeindex.synthesis.value_shapes import Look

if TYPE_CHECKING:
    pass

PERTURBATIONS = (*SPELLING, *WORDING, *CODES, *DATES, *NUMBERS_WRITTEN)


@cache
def fitting(look: Look) -> tuple[Perturbation, ...]:
    """Return the perturbations that fit columns of a look."""
    return tuple(one for one in PERTURBATIONS if look in one.looks)


def choose(look: Look, rng: np.random.Generator) -> Perturbation | None:
    """Draw a perturbation that fits, None where none does."""
    found = fitting(look)
    return found[int(rng.integers(len(found)))] if found else None


def perturbed(texts: pa.Array[Any], perturbation: Perturbation, rng: np.random.Generator) -> pa.Array[Any]:
    """Write every value of a column otherwise, equal ones alike; null stays null, and no value becomes empty."""
    encoded = texts.dictionary_encode()
    distinct: Any = encoded.dictionary
    if not len(distinct):
        return texts
    changed = perturbation.change(distinct, rng)
    is_empty = pc.utf8_length(pc.utf8_trim_whitespace(changed)).to_numpy() == 0
    return where(is_empty, distinct, changed).take(encoded.indices)


def shuffle_cells(texts: pa.Array[Any], share: float, rng: np.random.Generator) -> pa.Array[Any]:
    """Shuffle the cells of a column as DeepJoin does, so many of them; more than .4 of them hurts training."""
    if not 0 <= share <= MOST_SHUFFLED:
        raise ValueError(f"the share of shuffled cells should be at most {MOST_SHUFFLED}, not {share}")
    places = np.arange(len(texts))
    chosen = np.sort(rng.permutation(len(texts))[: int(share * len(texts))])
    places[chosen] = rng.permutation(chosen)
    return texts.take(places)


MOST_SHUFFLED = 0.4
