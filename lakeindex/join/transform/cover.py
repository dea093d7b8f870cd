"""Choose, among proposed programs, the few that together cover a sample best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.join.transform.chance import Evidence, mixed_outputs, redrawn_outputs
from lakeindex.join.transform.characters import lowered, stripped
from lakeindex.join.transform.cuts import Steps
from lakeindex.join.transform.inventions import invents, takes_whole
from lakeindex.join.transform.program import Constant, Extract, Piece, Program
from lakeindex.join.transform.shapes import DIGIT, by_shape, pattern_of
from lakeindex.join.transform.steps import Span

_MOST_PROGRAMS = 4
_TRIED = 24
_LEAST_SHARE = 0.04
_LEAST_HITS = 3
_LEAST_PRECISION = 0.75
_ALL = 0.98
_NATS = 4.0
"""The least evidence, in nats, beyond a correction for the number of programs that were tried."""
_MOST_CHANCE = 0.75
_FEWEST_IN_RANGE = 20
_MOST_FILLED = 0.01
"""The greatest share of the numbers of their length that the other side has, for outputs in its range to say more than
chance."""


class Basis(Enum):
    """Why a program is taken to be meant."""

    BEYOND_CHANCE = "it hits values more often than outputs that are mixed up"
    SAME_RANGE = "it takes whole numbers, nearly all of which are in the other side's range of long numbers"
    ONTO = "it maps nearly all values, each to another one, as others would do, too: hardly any evidence"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A program, and its evidence on the values that the programs before it left."""

    program: Program
    evidence: Evidence
    """On values that it was not synthesised from."""
    basis: Basis


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """Programs, and the values that say something of each."""

    programs: tuple[Program, ...]
    held_out: Flags
    """(programs, values of the sample): whether the program was synthesised without the value."""


class Sample:
    """A sample of the side that is rewritten, and the outputs of programs on it."""

    def __init__(self, values: Sequence[str], keys: pa.Array[Any]) -> None:
        """Take the values, and the distinct keys of the other side, trimmed and in lower case."""
        self.values = [stripped(value) for value in values]
        self._keys = keys
        self._made: dict[Steps, list[str | None]] = {(): list(self.values)}

    def pieces(self, program: Program) -> list[list[str | None]]:
        """Return the text of every piece of a program for every value."""
        return [self._piece(piece) for piece in program.pieces]

    def outputs(self, program: Program) -> list[str | None]:
        """Return a program's output for every value, as a key."""
        rows = zip(*self.pieces(program), strict=True)
        return [None if None in row else stripped(lowered("".join(row))) for row in rows]

    def hits(self, programs: Sequence[Program]) -> Integers:
        """Return the other side's key that each program gives for each value, (programs, values); -1 for none."""
        outputs = [one for program in programs for one in self.outputs(program)]
        return self.find(outputs).reshape(len(programs), len(self.values))

    def find(self, outputs: Sequence[str | None]) -> Integers:
        """Return the positions of texts among the other side's keys; -1 for those that are none."""
        array = pa.array(outputs, pa.large_string())
        found = pc.index_in(array, value_set=self._keys, skip_nulls=True)
        return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)

    def _piece(self, piece: Piece) -> list[str | None]:
        return [piece.text] * len(self.values) if isinstance(piece, Constant) else self._steps(piece.steps)

    def _steps(self, steps: Steps) -> list[str | None]:
        made = self._made.get(steps)
        if made is None:
            last = steps[-1]
            made = [None if one is None else last.on(one) for one in self._steps(steps[:-1])]
            self._made[steps] = made
        return made

    def evidence(self, program: Program, rows: Flags) -> Evidence:
        """Count the hits of a program on some of the values: of its distinct outputs, and of mixed-up ones."""
        pieces = [[one for one, is_in in zip(piece, rows, strict=True) if is_in] for piece in self.pieces(program)]
        real = sorted({one for one, is_in in zip(self.outputs(program), rows, strict=True) if is_in and one})
        if program.is_reformatting:
            return Evidence(len(real), int((self.find(real) >= 0).sum()), 0, 0, is_reformatted=True)
        constant = [not isinstance(piece, Extract) for piece in program.pieces]
        mixed = [stripped(lowered(one)) for one in mixed_outputs(pieces, constant)]
        redrawable, redrawn = redrawn_outputs(real)
        found = self.find([*real, *mixed, *redrawn]) >= 0
        counts = [int(part.sum()) for part in np.split(found, np.cumsum([len(real), len(mixed)]))]
        return Evidence(
            len(real), counts[0], len(mixed), counts[1],
            redrawable=redrawable, redrawn=len(redrawn), redrawn_hits=counts[2],
        )  # fmt: skip

    def invents(self, program: Program, rows: Flags) -> bool:
        """Return whether the program makes up a part of the keys that it hits."""
        if len(program.pieces) == 1:
            return False
        taken = [[one for one, is_in in zip(piece, rows, strict=True) if is_in] for piece in self.pieces(program)]
        return invents(program.pieces, taken)

    def is_in_range(self, program: Program, rows: Flags) -> bool:
        """Return whether the program takes whole, long numbers: then hits are no chance, even of ids without gaps."""
        if len(program.pieces) > 1:
            return False
        outputs = [one for one, is_in in zip(self.outputs(program), rows, strict=True) if is_in]
        values = [one for one, is_in in zip(self.values, rows, strict=True) if is_in]
        distinct = {one for one in outputs if one}
        return (
            len(distinct) >= _FEWEST_IN_RANGE
            and self._filled(sorted(distinct)) <= _MOST_FILLED
            and takes_whole(values, outputs)
        )

    def _filled(self, outputs: Sequence[str]) -> float:
        """Return the mean share of all texts of an output's shape that the other side has; of one without digits 1."""
        filled = 0.0
        for shape, texts in by_shape(outputs).items():
            there = len(self._keys.filter(pc.match_substring_regex(self._keys, pattern_of(shape))))
            filled += len(texts) * min(1.0, there / 10.0 ** shape.count(DIGIT))
        return filled / len(outputs)


def choose(proposed: Proposed, sample: Sample) -> list[Chosen]:
    """Cover the sample greedily: each further program has to hit a real share of the rest, beyond chance.

    Only hits of values that a program was not synthesised from count for it.
    """
    if not proposed.programs or not sample.values:
        return []
    keys = sample.hits(proposed.programs)
    rest = np.ones(len(sample.values), bool)
    chosen: list[Chosen] = []
    while len(chosen) < _MOST_PROGRAMS:
        best = _best(proposed, sample, keys, rest, is_first=not chosen)
        if best is None:
            return chosen
        number, one = best
        chosen.append(one)
        if one.basis is Basis.ONTO:
            return chosen
        rest &= keys[number] < 0
    return chosen


def _best(proposed: Proposed, sample: Sample, keys: Integers, rest: Flags, is_first: bool) -> tuple[int, Chosen] | None:
    """Return the program, by its number, that explains most of the rest of the sample; None where none does."""
    counted = proposed.held_out & rest
    hits = (keys >= 0) & counted
    sizes = np.array([program.size for program in proposed.programs])
    gains = hits.sum(1)
    least = max(_LEAST_HITS, math.ceil(_LEAST_SHARE * len(rest)))
    spread = np.array([len(np.unique(row[row >= 0])) for row in np.where(counted, keys, -1)])
    shortlist = [int(one) for one in np.lexsort((sizes, -gains - spread))[:_TRIED] if gains[one] >= least]
    found: dict[int, Chosen] = {}
    for one in shortlist:
        program, evidence = proposed.programs[one], sample.evidence(proposed.programs[one], counted[one])
        basis = _basis(sample, program, evidence, hits[one], counted[one], len(proposed.programs))
        is_onto = is_first and min(evidence.rate, spread[one] / max(1, counted[one].sum())) > _ALL
        if basis is not None or (is_onto and not sample.invents(program, hits[one])):
            found[one] = Chosen(program, evidence, basis or Basis.ONTO)
    # What others would do, too, is only taken where nothing else is.
    meant_ones = [one for one in found if found[one].basis is not Basis.ONTO] or list(found)
    if not meant_ones:
        return None
    # A program that maps all values to a few is worth less than one that maps each to another.
    meant = {one: (gains[one] + spread[one]) * _precision_of(found[one]) for one in meant_ones}
    enough = max(meant.values()) - 0.02 * len(rest)
    # How far a number reaches is not for positions to say.
    best = min(
        (one for one in meant if meant[one] >= enough), key=lambda one: (_counts_characters(found[one]), sizes[one])
    )
    return best, found[best]


def _counts_characters(chosen: Chosen) -> bool:
    steps = [step for extract in chosen.program.extracts for step in extract.steps]
    return chosen.basis is Basis.SAME_RANGE and any(isinstance(step, Span) for step in steps)


def _precision_of(chosen: Chosen) -> float:
    return chosen.evidence.precision_at(chosen.evidence.rate) if chosen.basis is Basis.BEYOND_CHANCE else 1.0


def _basis(
    sample: Sample, program: Program, evidence: Evidence, hits: Flags, counted: Flags, tried: int
) -> Basis | None:
    if _is_real(evidence, tried):
        return None if sample.invents(program, hits) else Basis.BEYOND_CHANCE
    is_in_range = evidence.rate > _ALL and sample.is_in_range(program, counted)
    return Basis.SAME_RANGE if is_in_range else None


def _is_real(evidence: Evidence, tried: int) -> bool:
    # Where most outputs would hit anyway, as ids without gaps do, one hit says nothing that another hasn't said.
    if evidence.hits < _LEAST_HITS or evidence.chance > _MOST_CHANCE:
        return False
    is_beyond_chance = evidence.weight >= _NATS + math.log(tried)
    return is_beyond_chance and evidence.precision_at(evidence.rate) >= _LEAST_PRECISION
