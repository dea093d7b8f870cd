"""Choose, among proposed programs, the few that together cover a sample best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers
from lakeindex.join.transform.chance import Evidence, mixed_outputs
from lakeindex.join.transform.characters import lowered, stripped
from lakeindex.join.transform.cuts import Steps
from lakeindex.join.transform.program import Constant, Extract, Piece, Program

_MOST_PROGRAMS = 4
_TRIED = 24
_LEAST_SHARE = 0.04
_LEAST_HITS = 3
_LEAST_PRECISION = 0.75
_ALL = 0.98
_NATS = 4.0
"""The least evidence, in nats, beyond a correction for the number of programs that were tried."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A program, and its evidence on the values that the programs before it left."""

    program: Program
    evidence: Evidence
    is_beyond_chance: bool
    """Whether it hits more than by chance. If not, it maps nearly all values, each to a different one."""


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

    def evidence(self, program: Program, rows: npt.NDArray[np.bool_]) -> Evidence:
        """Count the hits of a program on some of the values: of its distinct outputs, and of mixed-up ones."""
        pieces = [[one for one, is_in in zip(piece, rows, strict=True) if is_in] for piece in self.pieces(program)]
        real = sorted({one for one, is_in in zip(self.outputs(program), rows, strict=True) if is_in and one})
        if program.is_reformatting:
            return Evidence(len(real), int((self.find(real) >= 0).sum()), 0, 0, is_reformatted=True)
        constant = [not isinstance(piece, Extract) for piece in program.pieces]
        mixed = [stripped(lowered(one)) for one in mixed_outputs(pieces, constant)]
        found = self.find([*real, *mixed]) >= 0
        return Evidence(len(real), int(found[: len(real)].sum()), len(mixed), int(found[len(real) :].sum()))


def choose(programs: Sequence[Program], sample: Sample) -> list[Chosen]:
    """Cover the sample greedily: each further program has to hit a real share of the rest, beyond chance."""
    if not programs or not sample.values:
        return []
    keys = sample.hits(programs)
    hits = keys >= 0
    rest = np.ones(len(sample.values), bool)
    sizes = np.array([program.size for program in programs])
    chosen: list[Chosen] = []
    while len(chosen) < _MOST_PROGRAMS:
        gains = (hits & rest).sum(1)
        least = max(_LEAST_HITS, math.ceil(_LEAST_SHARE * len(rest)))
        spread = np.array([len(np.unique(row[row >= 0])) for row in np.where(rest, keys, -1)])
        shortlist = [int(one) for one in np.lexsort((sizes, -gains - spread))[:_TRIED] if gains[one] >= least]
        evidences = {one: sample.evidence(programs[one], rest) for one in shortlist}
        weighed = [one for one in shortlist if _is_real(evidences[one], len(programs))]
        # Any program hits numbers without gaps: only one that maps nearly all values, each to another, is accepted.
        dense = [one for one in shortlist if not chosen and min(evidences[one].rate, spread[one] / len(rest)) > _ALL]
        if not weighed and not dense:
            return chosen
        # A program that maps all values to a few is worth less than one that maps each to another.
        meant = {
            one: (gains[one] + spread[one]) * evidences[one].precision_at(evidences[one].rate)
            for one in weighed or dense
        }
        enough = max(meant.values()) - 0.02 * len(rest)
        best = min((one for one in meant if meant[one] >= enough), key=lambda one: sizes[one])
        chosen.append(Chosen(programs[best], evidences[best], bool(weighed)))
        if not weighed:
            return chosen
        rest &= ~hits[best]
    return chosen


def _is_real(evidence: Evidence, tried: int) -> bool:
    if evidence.hits < _LEAST_HITS:
        return False
    is_beyond_chance = evidence.weight >= _NATS + math.log(tried)
    return is_beyond_chance and evidence.precision_at(evidence.rate) >= _LEAST_PRECISION
