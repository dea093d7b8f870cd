"""How much of a table a reader found: F1 of its header and of its cells in place, and rows that it lost silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tests.messy.messy_table import Cells, Truth

LEAST_ALIKE = 0.5
"""Two rows with fewer equal cells than this share aren't the same row."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of a file."""

    header: Cells
    rows: tuple[Cells, ...]
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    header_f1: float
    cell_f1: float
    silent: int
    """Rows of the truth that were neither returned nor counted as rejected."""


def score(read: Read, truth: Truth) -> Score:
    """Compare what was read with the truth, cells by their text and place, rows aligned in their order."""
    pairs = _aligned(read.rows, truth.rows)
    cells_right = sum(_equal(read.rows[ours], truth.rows[theirs]) for ours, theirs in pairs)
    cell_f1 = _f1(cells_right, sum(map(len, read.rows)), sum(map(len, truth.rows)))
    header_f1 = _f1(_equal(read.header, truth.header), len(read.header), len(truth.header))
    found = sum(_equal(read.rows[a], truth.rows[b]) >= LEAST_ALIKE * len(truth.rows[b]) for a, b in pairs)
    return Score(header_f1, cell_f1, _silent(read, truth, found))


def _silent(read: Read, truth: Truth, found: int) -> int:
    """Count lost rows; a rejected line that was no row explains none, so that it can't hide a lost one."""
    surplus = len(read.rows) - found
    unfit_returned = min(truth.unfit, surplus)
    others_returned = min(truth.other_lines, surplus - unfit_returned)
    lost = len(truth.rows) - found + truth.unfit - unfit_returned
    return max(lost - max(read.rejected - (truth.other_lines - others_returned), 0), 0)


def _aligned(ours: Sequence[Cells], theirs: Sequence[Cells]) -> list[tuple[int, int]]:
    """Pair rows: equal ones first, in order, then what stands between them one by one."""
    pairs = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag in ("equal", "replace"):
            pairs += list(zip(range(i1, i2), range(j1, j2), strict=False))
    return pairs


def _equal(ours: Cells, theirs: Cells) -> int:
    return sum(a == b for a, b in zip(ours, theirs, strict=False))


def _f1(right: int, returned: int, wanted: int) -> float:
    """Return the harmonic mean of precision and recall; 1 where nothing was wanted and nothing came."""
    return 2 * right / (returned + wanted) if returned + wanted else 1.0
