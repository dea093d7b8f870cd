"""Change the case of a program's output to that of the other side's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lakeindex.join.transform.characters import stripped
from lakeindex.join.transform.program import Program
from lakeindex.join.transform.rewrites import Letters, Write

_FINISHES = ((), (Write(Letters.LOWER),), (Write(Letters.UPPER),), (Write(Letters.TITLE),))


def in_case_of(program: Program, pairs: Sequence[tuple[str, str]]) -> Program:
    """Return a program that ends with the case that gives the most targets exactly; unchanged where none helps."""
    finished = [replace(program, finish=finish) for finish in _FINISHES]
    counts = [sum(one.on(value) == stripped(target) for value, target in pairs) for one in finished]
    return finished[counts.index(max(counts))]
