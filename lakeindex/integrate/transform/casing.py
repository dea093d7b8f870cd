"""Write a program's output in the case of the other side's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lakeindex.integrate.transform.characters import lowered
from lakeindex.integrate.transform.program import Program
from lakeindex.integrate.transform.rewrites import Letters, Write

_FINISHES = ((), (Write(Letters.LOWER),), (Write(Letters.UPPER),), (Write(Letters.TITLE),))


def in_case_of(program: Program, pairs: Sequence[tuple[str, str]]) -> Program:
    """Finish a program with the case that gives the most targets as they are written; with none, where none helps."""
    made = [(program.on(value), target) for value, target in pairs]
    hit = [(output, target.strip(" ")) for output, target in made if output and _alike(output, target)]
    counts = [
        sum(Program(program.pieces, finish).on(value) == target.strip(" ") for value, target in pairs)
        for finish in _FINISHES
    ]
    best = max(range(len(_FINISHES)), key=lambda one: counts[one])
    return replace(program, finish=_FINISHES[best]) if hit and counts[best] > counts[0] else program


def _alike(output: str, target: str) -> bool:
    return lowered(output) == lowered(target.strip(" "))
