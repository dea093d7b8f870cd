"""How sure a contested value is: what becomes of it when some of the sources are left out.

Truth discovery takes errors for independent. Those of real sources are not, so that it is sure of whatever camp it came
to trust. Leaving sources out (Quenouille's jackknife; Tukey, 1958) shows which answers hang on whom it trusts, without
knowing any truth: the sources are what would be drawn anew, not the cells.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.posterior import Truth, posterior_of
from lakeindex.integrate.conflicts.source_copying import independence, sampled_cells
from lakeindex.integrate.conflicts.truth_discovery import MOST_COMPARISONS, discover

_FOLDS = 9
_LEFT_OUT = 1 / 3
"""The share of the sources that are left out at once, where they are more than the folds."""
_FEWEST_SOURCES = 3
_SEED = 0


def jackknifed(ballots: Ballots, posterior: Floats) -> Floats:
    """Return the posterior of options, (options,), in contested cells as the mean over some of the sources each time.

    An option is not asked about where none of those that claim it are left.
    """
    cells = np.flatnonzero(np.diff(ballots.first_options) > 1)
    sources = np.unique(ballots.vote_source)
    if len(sources) < _FEWEST_SOURCES or not len(cells):
        return posterior
    contested, sample = ballots.only(cells), ballots.only(sampled_cells(ballots, MOST_COMPARISONS))
    places = np.flatnonzero(np.isin(ballots.option_cell, cells))
    total, count = posterior[places], np.ones(len(places))
    for left_out in _folds(sources):
        some, known = contested.without(left_out), sample.without(left_out).of_voted_cells()
        if not known.options:
            continue
        is_claimed = some.of_options(some.vote_weight) > 0
        total += np.where(is_claimed, _of_others(some, known), 0.0)
        count += is_claimed
    found = posterior.copy()
    found[places] = total / count
    return found


def _folds(sources: Integers) -> Iterator[Integers]:
    """Yield the sources that are left out: each alone, or of many a part, drawn anew."""
    if len(sources) <= _FOLDS:
        yield from np.split(sources, len(sources))
        return
    chance = np.random.default_rng(_SEED)
    for _ in range(_FOLDS):
        yield chance.permutation(sources)[: int(len(sources) * _LEFT_OUT)]


def _of_others(ballots: Ballots, sample: Ballots) -> Floats:
    """Return the posterior of ballots, (options,), by whom to trust as a sample of them tells."""
    truth = discover(sample)
    own = independence(ballots, _enlarged(truth.dependence, int(ballots.vote_source.max(initial=0)) + 1))
    accuracy = _by_source_and_attribute(ballots, sample, truth)[
        ballots.vote_source, ballots.cell_attribute[ballots.vote_cell]
    ]
    false_values = np.full(int(ballots.cell_attribute.max()) + 1, np.median(truth.false_values))
    known = sample.cell_attribute < len(false_values)
    false_values[sample.cell_attribute[known]] = truth.false_values[known]
    return posterior_of(ballots, accuracy, own, false_values[ballots.cell_attribute])


def _by_source_and_attribute(ballots: Ballots, sample: Ballots, truth: Truth) -> Floats:
    """Return how often each source is right, (sources, attributes); as often as most where that isn't known."""
    sources = max(int(one.vote_source.max(initial=0)) for one in (ballots, sample)) + 1
    attributes = max(int(one.cell_attribute.max(initial=0)) for one in (ballots, sample)) + 1
    found = np.full((sources, attributes), np.median(truth.accuracy))
    found[sample.vote_source, sample.cell_attribute[sample.vote_cell]] = truth.accuracy
    return found


def _enlarged(dependence: Floats, sources: int) -> Floats:
    size = max(sources, len(dependence))
    found = np.zeros((size, size))
    found[: len(dependence), : len(dependence)] = dependence
    return found
