"""The terms of a query, looked up in an index once for all that is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.pairs import Hashes, Numbers, Weights


@dataclass(frozen=True, slots=True, eq=False)
class AskedTerms:
    """The terms of a query as an index knows them."""

    hashes: Hashes
    """Folded, ascending, distinct."""
    rarity: Weights
    """A term that the lake doesn't know is as rare as can be."""
    weights: Weights
    known: Numbers
    """Places of those that the lake knows."""
    first: Numbers
    """The number of each known one's first term in the lake."""
    last: Numbers
    """And that after its last."""
    frequency: Numbers
    """How many columns hold each known one."""
