"""Sources that differ by convention, not by error: another's date is always a year later, its weights always in pounds.

No vote can tell which convention is right. The one of most claims is kept, because most cells have no other claim: a
column that mixes both would be wrong in either.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.integrate.conflicts.ballots import Ballots

_MOST_SOURCES, _MOST_CELLS = 32, 20_000
_FEWEST_SHARED = 10
_SHARE = 0.7
"""Of the cells that two sources share, those that differ alike."""
_ALIKE = 0.01
"""By how much differences that are alike may differ, as a share: years have 365 or 366 days."""


def off_convention(ballots: Ballots) -> Flags:
    """Return which options only sources of another convention claim, beside one of the usual, (options,)."""
    is_off = np.zeros(len(ballots.vote_option), bool)
    attribute = ballots.cell_attribute[ballots.vote_cell]
    amount = ballots.option_amount[ballots.vote_option]
    has_amount = ~np.isnan(amount)
    for number in np.unique(attribute[has_amount]).tolist():
        votes = np.flatnonzero(has_amount & (attribute == number))
        is_off[votes] = np.isin(ballots.vote_source[votes], _off_sources(ballots, votes))
    usual = ballots.of_options(np.where(is_off, 0.0, 1.0)) > 0
    has_usual = ballots.of_cells(np.where(usual & ballots.option_is_sound, 1.0, 0.0)) > 0
    return np.asarray(~usual & has_usual[ballots.option_cell])


def _off_sources(ballots: Ballots, votes: Integers) -> Integers:
    """Return the sources of an attribute that don't follow its usual convention."""
    counts = np.bincount(ballots.vote_source[votes])
    sources = np.argsort(-counts, kind="stable")[: min(_MOST_SOURCES, int((counts > 0).sum()))]
    amounts = _amounts(ballots, votes, sources)
    shifted = np.array([_is_shifted(amounts[:, 0], amounts[:, place]) for place in range(len(sources))], bool)
    if counts[sources[shifted]].sum() > counts[sources[~shifted]].sum():
        shifted = ~shifted
    off: Integers = sources[shifted]
    return off


def _amounts(ballots: Ballots, votes: Integers, sources: Integers) -> Floats:
    """Return what the sources say of the cells that the first of them speaks of, (cells, sources), nan for nothing."""
    cells = ballots.vote_cell[votes]
    wanted = np.unique(cells[ballots.vote_source[votes] == sources[0]])
    # Cells of one source alone tell nothing.
    wanted = wanted[np.bincount(cells, minlength=ballots.cells)[wanted] > 1][:_MOST_CELLS]
    row, column = np.full(ballots.cells, -1), np.full(int(ballots.vote_source.max()) + 1, -1)
    row[wanted], column[sources] = np.arange(len(wanted)), np.arange(len(sources))
    at = row[cells], column[ballots.vote_source[votes]]
    known = (at[0] >= 0) & (at[1] >= 0) & (ballots.vote_weight[votes] == 1)
    amounts = np.full((len(wanted), len(sources)), np.nan)
    amounts[at[0][known], at[1][known]] = ballots.option_amount[ballots.vote_option[votes[known]]]
    return amounts


def _is_shifted(usual: Floats, other: Floats) -> bool:
    """Return whether two sources nearly always differ by the same amount, or the same factor."""
    both = ~np.isnan(usual) & ~np.isnan(other)
    usual, other = usual[both], other[both]
    if len(usual) < _FEWEST_SHARED or np.median(np.abs(other - usual)) == 0:
        return False
    if _is_constant(other - usual):
        return True
    is_positive = (usual > 0) & (other > 0)
    return bool(is_positive.mean() >= _SHARE and _is_constant(np.log(other[is_positive] / usual[is_positive])))


def _is_constant(differences: Floats) -> bool:
    middle = np.median(differences)
    return bool(middle != 0 and np.mean(np.abs(differences - middle) <= _ALIKE * np.abs(middle)) >= _SHARE)
