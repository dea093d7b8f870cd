"""How likely each option is, given whom to trust: the model ACCU.

Dong, Berti-Equille and Srivastava, "Integrating conflicting data: the role of source dependence", VLDB 2009: a source
is right with its accuracy, or claims one of n false values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.integrate.conflicts.ballots import Ballots
from lakeindex.integrate.conflicts.source_copying import independence

FALSE_VALUES = 10.0
"""How many false values a cell can have, before it is learned."""
_PRIOR_PAIRS = 40.0
"""As many pairs of false claims the prior of how many false values there are counts for."""
_MOST_FALSE = 100.0
_UNSOUND = -50.0
"""The log-odds of a value that is not of its attribute's kind, where another is."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is likely true, and whom to trust."""

    posterior: Floats
    """(options,) the probability of each."""
    accuracy: Floats
    """(votes,) of the source, for the attribute."""
    dependence: Floats
    """(sources, sources) the probability that one copies from the other."""
    false_values: Floats
    """(cells,)"""


def vote_shares(ballots: Ballots) -> Floats:
    """Return the share of its cell's votes that each option has."""
    votes = ballots.of_options(ballots.vote_weight)
    return votes / ballots.of_cells(votes)[ballots.option_cell]


def posterior_of(ballots: Ballots, accuracy: Floats, own: Floats, false_values: Floats) -> Floats:
    """Return each option's probability, beside all the values that nobody claims.

    `accuracy` is of votes, `own` how much of each vote is no copy, `false_values` of cells.
    """
    odds = np.log(false_values[ballots.vote_cell] * accuracy / (1 - accuracy))
    scores = ballots.of_options(odds * own * ballots.vote_weight)
    scores = np.where(ballots.option_is_sound, np.round(scores, 9), _UNSOUND)
    top = np.maximum(np.maximum.reduceat(scores, ballots.first_options[:-1]), 0.0)
    powers = np.exp(scores - top[ballots.option_cell])
    unclaimed = np.maximum(false_values + 1 - np.diff(ballots.first_options), 0) * np.exp(-top)
    found: Floats = powers / (ballots.of_cells(powers) + unclaimed)[ballots.option_cell]
    return found


def false_values_of(ballots: Ballots, posterior: Floats, dependence: Floats) -> Floats:
    """Return how many false values an attribute seems to have, by cell: n where two false claims meet once in n times.

    That counts how popular false values are, too. Copies of one another are one claim.
    """
    votes = ballots.of_options(independence(ballots, dependence, copy_rate=1.0) * ballots.vote_weight)
    pairs = np.maximum(votes * (votes - 1), 0)
    cell = ballots.option_cell
    in_cell, within, squares = (ballots.of_cells(amounts) for amounts in (votes, pairs, votes**2))
    # All pairs of claims for other options than the one that is true, which is each with its probability.
    others = np.maximum((in_cell[cell] - votes) ** 2 - (squares[cell] - votes**2) + within[cell] - pairs, 0)
    both = ballots.of_cells(posterior * others)
    both += (1 - ballots.of_cells(posterior)) * np.maximum(in_cell**2 - squares + within, 0)
    same = ballots.of_cells((1 - posterior) * pairs)
    all_of, same_of = (np.bincount(ballots.cell_attribute, amounts) for amounts in (both, same))
    found = np.clip((all_of + _PRIOR_PAIRS) / (same_of + _PRIOR_PAIRS / FALSE_VALUES), 1, _MOST_FALSE)
    of_cells: Floats = found[ballots.cell_attribute]
    return of_cells
