"""A corruption: one way to write all values of a column differently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

Change = Callable[["Texts", np.random.Generator], "Texts"]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to write all values of a column differently."""

    name: str
    shapes: frozenset[ValueShape]
    """Shapes of the columns that it applies to."""
    kind: JoinKind
    """How a column joins with its corrupted copy; whether values are still equal by chance has to be counted."""
    change: Change
    """Maps distinct texts without nulls to their corrupted forms."""


def replace(texts: Texts, pattern: str, by: str) -> Texts:
    """Replace every match of an RE2 pattern, which may name Unicode classes of characters in brackets only."""
    if r"\p{" in pattern and pc.all(pc.string_is_ascii(texts)).as_py():
        # Compiling Unicode's classes takes a hundred times as long as matching a few texts.
        for unicode, ascii_range in ((r"\p{L}", "A-Za-z"), (r"\p{N}", "0-9"), (r"\p{M}", r"\x00")):
            pattern = pattern.replace(unicode, ascii_range)
    return pc.replace_substring_regex(texts, pattern, by)


def where(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], changed: Texts, texts: Texts) -> Texts:
    """Return the changed texts where `chosen`, and the original ones elsewhere."""
    result: Texts = pc.if_else(pa.array(chosen), changed, texts)
    return result


def pick(rng: np.random.Generator, count: int) -> int:
    """Draw a place below `count`."""
    return int(rng.integers(count))
