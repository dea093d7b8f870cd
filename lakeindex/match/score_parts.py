"""What else adds to the evidence, beside signals and trees: each a part by its own name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lakeindex.arrays.aliases import Features, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What something says of the candidates of a query."""

    name: str
    added: Floats
    """(n,) What it adds to the evidence of each."""
    strengths: Floats
    """(n,) in [0, 1]: how strong it is."""
    meaning: Callable[[int], str]
    """Tells, for people, what it says of the candidate at a place."""


Addition = Callable[[Features, Floats], Part]
"""Makes a part of the features, (n, f), and of the evidence that signals and trees give, (n,)."""
