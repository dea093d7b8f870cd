"""The terms of a query, looked up in an index once for all that is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.arrays.aliases import Floats, Hashes, Integers


@dataclass(frozen=True, slots=True, eq=False)
class AskedTerms:
    """The terms of a query as an index knows them."""

    hashes: Hashes
    """Folded, ascending, distinct."""
    rarity: Floats
    """A term that the lake doesn't know is as rare as can be."""
    weights: Floats
    known: Integers
    """Places of those that the lake knows."""
    first: Integers
    """The number of each known one's first term in the lake."""
    last: Integers
    """And that after its last."""
    frequency: Integers
    """How many columns hold each known one."""
