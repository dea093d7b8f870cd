"""What a perturbation is: a way to write all values of a column otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.synthesis.value_shapes import Look
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

Change = Callable[["Texts", np.random.Generator], "Texts"]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A way to write all values of a column otherwise."""

    name: str
    looks: frozenset[Look]
    """The columns that it fits."""
    kind: JoinKind
    """How a column joins with its perturbed self; whether values still happen to be equal has to be counted."""
    change: Change
    """Given distinct texts without nulls, return each as it is written now."""


def replace(texts: Texts, pattern: str, by: str) -> Texts:
    """Replace all that matches a pattern (RE2), which names classes of letters and digits in brackets only."""
    if r"\p{" in pattern and pc.all(pc.string_is_ascii(texts)).as_py():
        # To compile Unicode's classes takes a hundred times as long as to read a few texts.
        for unicode, ascii_range in ((r"\p{L}", "A-Za-z"), (r"\p{N}", "0-9"), (r"\p{M}", r"\x00")):
            pattern = pattern.replace(unicode, ascii_range)
    return pc.replace_substring_regex(texts, pattern, by)


def where(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], changed: Texts, texts: Texts) -> Texts:
    """Take the changed texts where chosen and the others elsewhere."""
    result: Texts = pc.if_else(pa.array(chosen), changed, texts)
    return result


def pick(rng: np.random.Generator, count: int) -> int:
    """Draw one of so many."""
    return int(rng.integers(count))
