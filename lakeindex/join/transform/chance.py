"""Estimate how often a program's outputs would hit values of the other side by chance, and compare with its hits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.join.transform.shapes import by_shape, is_redrawn

_SHIFTS = (1, 2, 3, 5, 8, 13)
_DRAWS = 3
_LONGEST_LIST = 300
_REFORMATTED_CHANCE = 0.02
_Z = 1.645
"""Of the lower bound of a share, one-sided: 95 % of the bounds are below the true share."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The hits of a program's outputs, and those of mixed-up outputs, which hit by chance only."""

    outputs: int
    """Distinct outputs."""
    hits: int
    """Distinct outputs that are on the other side."""
    mixed: int
    """Distinct mixed-up outputs."""
    mixed_hits: int
    is_reformatted: bool = False
    """Whether outputs are the values in another format, so that a hit is no chance: of a date or a number."""
    redrawable: int = 0
    """Outputs with digits, which could as well be others."""
    redrawn: int = 0
    """Distinct outputs whose digits are drawn anew from those in their place."""
    redrawn_hits: int = 0

    @property
    def rate(self) -> float:
        """The share of outputs that hit."""
        return self.hits / self.outputs if self.outputs else 0.0

    @property
    def chance(self) -> float:
        """The share of mixed-up outputs that hit (Krichevsky and Trofimov's estimate)."""
        if self.is_reformatted:
            return _REFORMATTED_CHANCE
        mixed = (self.mixed_hits + 0.5) / (self.mixed + 1)
        redrawn = max(mixed, (self.redrawn_hits + 0.5) / (self.redrawn + 1)) if self.redrawn else mixed
        return mixed + (redrawn - mixed) * self.redrawable / max(self.outputs, 1)

    @property
    def weight(self) -> float:
        """The evidence of the hits against chance, in nats (Chernoff's bound of the binomial tail)."""
        rate, chance = self.rate, self.chance
        if rate <= chance:
            return 0.0
        missed = 0.0 if rate == 1 else (1 - rate) * math.log((1 - rate) / (1 - chance))
        return self.outputs * (rate * math.log(rate / chance) + missed)

    def at_least(self, rate: float) -> float:
        """Bound a share of the outputs from below (Wilson, 1927)."""
        if not self.outputs:
            return 0.0
        spread = _Z * _Z / self.outputs
        margin = _Z * math.sqrt(rate * (1 - rate) / self.outputs + spread / (4 * self.outputs))
        return max(0.0, (rate + spread / 2 - margin) / (1 + spread))

    def precision_at(self, rate: float) -> float:
        """Estimate the share of hits that are no chance, where `rate` of the values hit."""
        if rate <= 0:
            return 0.0
        meant = max(0.0, (rate - self.chance) / (1 - self.chance))
        return min(1.0, meant / rate)


def redrawn_outputs(outputs: Sequence[str]) -> tuple[int, list[str]]:
    """Draw each digit anew from those that outputs of the same shape have in its place, and so letters of short codes.

    Return of how many outputs, and what is drawn. Of ids without gaps nearly all that are drawn are ids, too.
    """
    drawn: set[str] = set()
    count = 0
    for shape, texts in by_shape(outputs[:_LONGEST_LIST]).items():
        places = [place for place, kind in enumerate(shape) if is_redrawn(kind, shape)]
        if not places or len(texts) < 2:
            continue
        count += len(texts)
        written = np.array([list(text) for text in texts])
        for shift in _SHIFTS[:_DRAWS]:
            made = written.copy()
            for turn, place in enumerate(places, 1):
                made[:, place] = np.roll(written[:, place], shift * turn)
            # What is drawn as it was says nothing.
            drawn.update("".join(row) for row in made[(made != written).any(1)])
    return count, sorted(drawn)


def mixed_outputs(pieces: Sequence[Sequence[str | None]], is_constant: Sequence[bool]) -> list[str]:
    """Mix up the pieces of different values; where only one comes from the value, the halves of its texts.

    `pieces` are, for every piece of a program, its text for every value. The numbers next to a number are added.
    """
    rows = [row for row in dict.fromkeys(zip(*pieces, strict=True)) if None not in row][:_LONGEST_LIST]
    texts = [tuple(one or "" for one in row) for row in rows]
    taken = [index for index, constant in enumerate(is_constant) if not constant]
    mixed: set[str] = set()
    for shift in _SHIFTS:
        for row, other in zip(texts, texts[shift:] + texts[:shift], strict=False):
            made = list(row)
            if len(taken) == 1:
                made[taken[0]] = _crossed(row[taken[0]], other[taken[0]])
            else:
                for place in taken[shift % len(taken) :: 2]:
                    made[place] = other[place]
            if made != list(row) and made != list(other):
                mixed.add("".join(made))
    for row in texts:
        whole = "".join(row)
        if _is_number(whole):
            mixed.update(_neighbours(whole))
        elif len(taken) == 1 and _is_number(row[taken[0]]):
            start, end = "".join(row[: taken[0]]), "".join(row[taken[0] + 1 :])
            mixed.update(start + number + end for number in _neighbours(row[taken[0]]))
    return sorted(mixed)


def _crossed(one: str, other: str) -> str:
    cut = max(1, len(one) // 2)
    # Cut from the end, so that what follows is as long as it was.
    return one[:cut] + other[max(0, len(other) - (len(one) - cut)) :] if len(one) > 1 else other


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _neighbours(number: str) -> list[str]:
    near = (int(number) + distance for distance in (-3, -2, -1, 1, 2, 3))
    return [str(one).rjust(len(number), "0") if number.startswith("0") else str(one) for one in near if one >= 0]
