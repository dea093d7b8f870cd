"""Score a CSV reader: F1 of a table's header and of its cells in place, and rows that were lost silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tests.messy.messy_table import Cells, GroundTruth

LEAST_ALIKE = 0.5
"""Two rows with fewer equal cells than this share aren't the same row."""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table as a reader returned it."""

    header: Cells
    rows: tuple[Cells, ...]
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    header_f1: float
    cell_f1: float
    silent: int
    """Rows of the ground truth that were neither returned nor counted as rejected."""


def score(read: ReadTable, ground_truth: GroundTruth) -> Score:
    """Compare a table with the ground truth, cells by their text and place, rows aligned in their order."""
    pairs = _aligned(read.rows, ground_truth.rows)
    cells_right = sum(_equal(read.rows[ours], ground_truth.rows[theirs]) for ours, theirs in pairs)
    cell_f1 = _f1(cells_right, sum(map(len, read.rows)), sum(map(len, ground_truth.rows)))
    header_f1 = _f1(_equal(read.header, ground_truth.header), len(read.header), len(ground_truth.header))
    found = sum(_equal(read.rows[a], ground_truth.rows[b]) >= LEAST_ALIKE * len(ground_truth.rows[b]) for a, b in pairs)
    return Score(header_f1, cell_f1, _silent(read, ground_truth, found))


def _silent(read: ReadTable, ground_truth: GroundTruth, found: int) -> int:
    """Count lost rows; a rejected line that was no row explains none, so that it can't hide a lost one."""
    surplus = len(read.rows) - found
    unfit_returned = min(ground_truth.unfit, surplus)
    others_returned = min(ground_truth.other_lines, surplus - unfit_returned)
    lost = len(ground_truth.rows) - found + ground_truth.unfit - unfit_returned
    return max(lost - max(read.rejected - (ground_truth.other_lines - others_returned), 0), 0)


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
