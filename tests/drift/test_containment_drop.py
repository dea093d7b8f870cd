"""A drop is distinguished from the noise of sketches."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lakeindex.arrays.aliases import Hashes
from lakeindex.drift.containment_drop import NO_CONTAINMENT, ContainmentEstimate, containment_estimates, lost_share
from lakeindex.index.oracle import TermOracle
from lakeindex.types.columns import TermSet

SKETCH = 256
COUNTED = (1.0, 0.0)


def column(hashes: Hashes, size: int = SKETCH) -> TermSet:
    kept = np.sort(hashes)[:size]
    return TermSet(kept, np.ones(len(kept), np.int64), is_complete=len(hashes) < size)


def measured(query: TermSet, candidate: TermSet) -> tuple[ContainmentEstimate, ContainmentEstimate]:
    compared = TermOracle([candidate]).compare(query, np.array([0]))
    return containment_estimates(compared, query, np.array([candidate.is_complete]))[0]


def test_what_was_counted_has_no_error() -> None:
    few, more = np.arange(10, dtype=np.uint64), np.arange(40, dtype=np.uint64)
    assert measured(column(few), column(more)) == (ContainmentEstimate(1.0, 0.0), ContainmentEstimate(0.25, 0.0))
    assert ContainmentEstimate(*COUNTED).dropped_to(ContainmentEstimate(0.89, 0.0), 0.1)
    assert not ContainmentEstimate(*COUNTED).dropped_to(ContainmentEstimate(0.9, 0.0), 0.1)


def test_an_estimate_has_the_error_of_its_sample() -> None:
    large = np.arange(1000, dtype=np.uint64)
    forward, _ = measured(column(large), column(large))
    smoothed = (SKETCH + 4.5) / (SKETCH + 9)
    assert forward == ContainmentEstimate(1.0, pytest.approx(smoothed * (1 - smoothed) / (SKETCH + 9)))


def test_without_terms_to_estimate_from_the_variance_is_infinite() -> None:
    low, high = np.arange(1000, dtype=np.uint64), np.arange(10, dtype=np.uint64) + np.uint64(5000)
    forward, _ = measured(column(high), column(low))
    assert forward == ContainmentEstimate(0.0, math.inf)
    assert not ContainmentEstimate(*COUNTED).dropped_to(forward, 0.1)


def test_an_empty_column_is_known_to_share_nothing() -> None:
    empty, large = column(np.zeros(0, np.uint64)), column(np.arange(1000, dtype=np.uint64))
    assert measured(empty, large) == (NO_CONTAINMENT, NO_CONTAINMENT)
    assert measured(large, empty) == (NO_CONTAINMENT, NO_CONTAINMENT)


def random_hashes(choose: np.random.Generator, size: int) -> Hashes:
    return choose.integers(0, 2**63, size, dtype=np.uint64)


def falls(true_share: float, tolerance: float, trials: int = 300) -> int:
    """Count the alarms where four in five values were shared before, and `true_share` of other values are now."""
    choose = np.random.default_rng(7)
    alarms = 0
    for _ in range(trials):
        candidate = random_hashes(choose, 5000)
        before = np.concatenate([candidate[:4000], random_hashes(choose, 1000)])
        shared = round(5000 * true_share)
        other = choose.choice(candidate, shared, replace=False)
        now = np.concatenate([other, random_hashes(choose, 5000 - shared)])
        was, became = (measured(column(one), column(candidate))[0] for one in (before, now))
        alarms += was.dropped_to(became, tolerance)
    return alarms


def test_noise_raises_no_alarm() -> None:
    assert falls(0.8, tolerance=0.1) == 0
    assert falls(0.7, tolerance=0.1) <= 2  # the fall is the tolerance: only noise of more than three sigmas alarms
    assert falls(0.8, tolerance=0.0) <= 2


def test_a_fall_beyond_the_noise_raises_one() -> None:
    assert falls(0.45, tolerance=0.1) == 300


def test_the_lost_share_counts_what_both_held_and_one_does_not_any_more() -> None:
    ten, twenty = np.arange(10, dtype=np.uint64), np.arange(20, dtype=np.uint64)
    half = np.arange(5, dtype=np.uint64)
    assert lost_share((column(ten), column(twenty)), (column(ten), column(twenty))) == 0.0
    assert lost_share((column(ten), column(twenty)), (column(half), column(twenty))) == 0.5
    assert lost_share((column(ten), column(half)), (column(ten), column(half + np.uint64(100)))) == 1.0


def test_the_lost_share_leaves_out_what_a_later_sketch_has_cut_off() -> None:
    hundred = np.arange(0, 1000, 10, dtype=np.uint64)
    grown = np.arange(1000, dtype=np.uint64)
    assert lost_share((column(hundred), column(hundred)), (column(grown), column(hundred))) == 0.0
    assert lost_share((column(hundred + np.uint64(900)), column(hundred)), (column(grown), column(hundred))) == 1.0
