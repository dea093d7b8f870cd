from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.index.term_stats import STRENGTH_STEP, strengths_of
from lakeindex.join.estimate.counts import LOG_STEP, bounds_of, calibrated, capped, extremes
from lakeindex.join.estimate.estimate import Interval, JoinEstimate, estimate_join
from lakeindex.join.estimate.samples import DistinctCount
from lakeindex.types.columns import TermSet

KEPT = 512


@dataclass(frozen=True)
class Column:
    """Distinct values by their hashes, and the rows of each."""

    hashes: Hashes
    counts: Integers

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    def sketch(self, size: int = KEPT, rounded: bool = False) -> TermSet:
        order = np.argsort(self.hashes)[:size]
        counts = self.counts[order]
        if rounded:
            counts = np.rint(np.expm1(strengths_of(counts) * STRENGTH_STEP)).astype(np.int64)
        return TermSet(self.hashes[order], counts, len(self.hashes) < size)


def column_of(values: list[int]) -> Column:
    counted = Counter(values)
    hashes = np.array([hash_of(value) for value in counted], np.uint64)
    return Column(hashes, np.array(list(counted.values()), np.int64))


def hash_of(value: int) -> int:
    return (value + 1) * 0x9E3779B97F4A7C15 % 2**64


def joined(left: Column, right: Column) -> tuple[float, int]:
    """Return the match rate and the rows of a join, counted."""
    partners = dict(zip(right.hashes.tolist(), right.counts.tolist(), strict=True))
    found = [
        (rows, partners.get(value, 0)) for value, rows in zip(left.hashes.tolist(), left.counts.tolist(), strict=True)
    ]
    matched = sum(rows for rows, others in found if others)
    return matched / left.rows if left.rows else 0.0, sum(rows * others for rows, others in found)


def promised(left: Column, right: Column, size: int = KEPT, rounded: bool = False) -> JoinEstimate:
    step = LOG_STEP if rounded else 0.0
    return estimate_join(left.sketch(size, rounded), right.sketch(size, rounded), left.rows, right.rows, step)


def holds(interval: Interval, value: float) -> bool:
    return interval.low * (1 - 1e-9) <= value <= interval.high * (1 + 1e-9)


VALUES = st.lists(st.integers(0, 30), min_size=0, max_size=200)


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_complete_sketches_with_exact_counts_promise_what_counting_finds(left: list[int], right: list[int]) -> None:
    expected = promised(column_of(left), column_of(right))
    rate, rows = joined(column_of(left), column_of(right))
    assert expected.is_exact
    assert expected.match_rate.low == pytest.approx(rate, abs=1e-12)
    assert expected.rows.high == pytest.approx(rows, abs=1e-9)
    if rows:
        assert expected.fan_out.expected == pytest.approx(rows / (rate * len(left)))
    assert expected.multiplies == (rows > max(len(left), len(right)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_rounded_counts_leave_an_interval_that_holds_the_truth(left: list[int], right: list[int]) -> None:
    columns = [
        column_of(np.repeat(np.arange(3 * at, 3 * at + len(of)), of).tolist()) for at, of in enumerate((left, right))
    ]
    expected = promised(columns[0], columns[1], rounded=True)
    rate, rows = joined(columns[0], columns[1])
    assert holds(expected.match_rate, rate)
    assert holds(expected.rows, rows)
    if rows:
        assert holds(expected.fan_out, rows / (rate * columns[0].rows))


@settings(max_examples=100, deadline=None)
@given(VALUES.filter(bool), VALUES.filter(bool))
def test_hashes_without_counts_promise_no_more_than_totals_allow(left: list[int], right: list[int]) -> None:
    columns = [column_of(values) for values in (left, right)]
    bare = [TermSet(one.sketch().hashes, np.ones(len(one.hashes), np.int64), True) for one in columns]
    expected = estimate_join(bare[0], bare[1], columns[0].rows, columns[1].rows, 0.0)
    rate, rows = joined(columns[0], columns[1])
    assert holds(expected.match_rate, rate)
    assert holds(expected.rows, rows)


@settings(max_examples=200, deadline=None)
@given(VALUES, VALUES, st.integers(1, 25), st.integers(1, 25), st.booleans())
@example([0, 0], [0, 0], 1, 1, False)
def test_any_two_sketches_promise_ordered_and_possible_figures(
    left: list[int], right: list[int], left_size: int, right_size: int, bare: bool
) -> None:
    sides = [column_of(left).sketch(left_size), column_of(right).sketch(right_size)]
    if bare:
        sides = [TermSet(side.hashes, np.ones(len(side.hashes), np.int64), side.is_complete) for side in sides]
    expected = estimate_join(sides[0], sides[1], len(left), len(right))
    for interval in (expected.match_rate, expected.fan_out, expected.rows):
        assert 0.0 <= interval.low <= interval.expected <= interval.high < np.inf
    assert expected.match_rate.high <= 1.0 + 1e-9
    assert expected.rows.high <= len(left) * len(right) + 1e-6


def test_counts_are_bounded_as_an_index_rounds_them() -> None:
    assert LOG_STEP == STRENGTH_STEP
    counts = np.arange(1, 200_000)
    rounded = np.rint(np.expm1(strengths_of(counts) * STRENGTH_STEP)).astype(np.int64)
    low, high = bounds_of(rounded, LOG_STEP)
    assert np.all((low <= counts) & (counts <= high))
    assert np.array_equal(low[:11], high[:11])
    assert float((high / low).max()) < 1.12


def test_extremes_are_those_of_every_way_to_reach_the_total() -> None:
    low, high, weights = np.array([1.0, 1.0, 2.0]), np.array([3.0, 2.0, 4.0]), np.array([5.0, 1.0, 2.0])
    sums = [
        float(np.array([a, b, c]) @ weights)
        for a in range(1, 4) for b in range(1, 3) for c in range(2, 5) if a + b + c == 6
    ]  # fmt: skip
    assert extremes(low, high, weights, 6.0) == (min(sums), max(sums))


def test_counts_move_towards_their_bounds_until_the_total_fits() -> None:
    counts, low, high = np.array([12.0, 5.0]), np.array([12.0, 5.0]), np.array([13.0, 5.0])
    assert calibrated(counts, low, high, 18.0).tolist() == [13.0, 5.0]
    assert calibrated(counts, low, high, 17.0).tolist() == [12.0, 5.0]


def test_capped_counts_have_the_mean_asked_for() -> None:
    assert capped(np.array([1.0, 9.0, 2.0, 8.0]), 3.0).tolist() == [1.0, 4.5, 2.0, 4.5]
    assert capped(np.array([1.0, 3.0]), 2.0).tolist() == [1.0, 3.0]


def test_an_empty_side_promises_nothing_for_sure() -> None:
    empty, full = column_of([]), column_of(list(range(2_000)))
    for left, right in ((empty, full), (full, empty), (empty, empty)):
        expected = promised(left, right)
        assert expected.match_rate == expected.fan_out == expected.rows == Interval(0.0, 0.0, 0.0)
        assert expected.is_exact
        assert not expected.multiplies


def test_an_index_that_keeps_no_values_promises_nothing() -> None:
    nothing = TermSet(np.zeros(0, np.uint64), np.zeros(0, np.int64), False)
    expected = estimate_join(nothing, column_of([1, 2]).sketch(), 5, 2)
    assert (expected.match_rate.low, expected.match_rate.high) == (0.0, 1.0)
    assert (expected.rows.low, expected.rows.high) == (0.0, 10.0)
    assert not expected.is_exact


def test_a_sample_that_shares_nothing_still_allows_three_in_its_size() -> None:
    left, right = column_of(list(range(5_000))), column_of(list(range(5_000, 10_000)))
    expected = promised(left, right)
    assert expected.match_rate.low == expected.rows.low == expected.fan_out.low == 0.0
    assert 3 / KEPT < expected.match_rate.high < 15 / KEPT
    assert not expected.is_exact


def test_a_key_on_the_right_gives_one_row_for_each_match() -> None:
    rng = np.random.default_rng(3)
    left, right = column_of(rng.integers(0, 600, 9_000).tolist()), column_of(list(range(300)))
    expected = promised(left, right)
    assert expected.fan_out == Interval(1.0, 1.0, 1.0)
    assert expected.rows.expected == pytest.approx(expected.match_rate.expected * 9_000)
    assert holds(expected.match_rate, joined(left, right)[0])


def test_frequent_values_beyond_the_sample_are_not_overlooked() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        hashes = rng.integers(0, 2**64, 6_000, np.uint64)
        counts = np.ones(6_000, np.int64)
        counts[np.argsort(hashes)[-1]] = 4_000
        others = hashes[rng.random(6_000) < 0.5]
        left, right = Column(hashes, counts), Column(others, np.ones(len(others), np.int64))
        assert holds(promised(left, right).match_rate, joined(left, right)[0])


def test_an_interval_narrows_as_the_sketch_grows_until_it_is_exact() -> None:
    left, right = drawn(np.random.default_rng(5), ["uniform", "key"], [4_000, 3_000], 0.5)
    widths = [width(promised(left, right, size).match_rate) for size in (128, 512, 2_048, 5_000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0.1
    assert widths[-1] == 0.0


def test_more_shared_values_promise_a_higher_match_rate() -> None:
    values = list(range(6_000))
    rates = [promised(column_of(values), column_of(values[:size])).match_rate for size in (1_500, 3_000, 4_500, 6_000)]
    assert [rate.expected for rate in rates] == sorted({rate.expected for rate in rates})
    assert all(before.high < after.low for before, after in pairwise(rates))
    assert rates[-1].high == 1.0


COUNTS = ("key", "uniform", "zipf")


@pytest.mark.parametrize("rounded", [False, True])
def test_intervals_of_cut_sketches_hold_the_truth_in_95_of_100_joins(rounded: bool) -> None:
    rng = np.random.default_rng(11)
    rates, rows, fan_outs, widths, times = [], [], [], [], []
    for _ in range(600):
        sizes = np.exp(rng.uniform(np.log(200), np.log(12_000), 2)).astype(int).tolist()
        sizes[int(rng.integers(2))] += KEPT
        kinds = rng.choice(COUNTS, 2).tolist()
        left, right = drawn(rng, kinds, sizes, float(rng.choice([0.1, 0.5, 0.9, 1.0])))
        rate, total = joined(left, right)
        expected = promised(left, right, rounded=rounded)
        rates.append(holds(expected.match_rate, rate))
        rows.append(holds(expected.rows, total))
        fan_outs.append(not total or holds(expected.fan_out, total / (rate * left.rows)))
        widths.append(width(expected.match_rate))
        times.append(expected.rows.high / max(expected.rows.low, 1.0))
    assert min(np.mean(rates), np.mean(rows), np.mean(fan_outs)) >= 0.95
    # An interval that is wide enough holds anything.
    assert np.median(widths) <= 0.2
    assert np.median(times) <= 3.0


def drawn(rng: np.random.Generator, kinds: list[str], sizes: list[int], share: float) -> tuple[Column, Column]:
    """Draw two columns; `share` of the smaller one's values are in the other, in no order of their counts."""
    size, shared = sizes[0], round(min(sizes) * share)
    hashes = rng.integers(0, 2**64, sum(sizes) - shared, np.uint64)
    left, right = (counts_of(rng, *of) for of in zip(kinds, sizes, strict=True))
    return Column(hashes[:size], left), Column(np.concatenate([hashes[:shared], hashes[size:]]), right)


def counts_of(rng: np.random.Generator, kind: str, size: int) -> Integers:
    if kind == "key":
        return np.ones(size, np.int64)
    if kind == "uniform":
        return rng.integers(1, 9, size)
    return rng.permutation(np.maximum(1, np.rint(2_000 * np.arange(1, size + 1) ** -1.0))).astype(np.int64)


def width(interval: Interval) -> float:
    return interval.high - interval.low


def test_an_estimate_is_described_in_one_line() -> None:
    exact = promised(column_of([1, 1, 2, 3]), column_of([1, 1, 2, 2, 9]))
    assert exact.describe() == (
        "75.0% of the left rows find a partner, 2 joined rows for each of them, 6 rows; more than either side has"
    )
    cut = JoinEstimate(
        Interval(0.8, 0.85, 0.9),
        Interval(1.0, 1.0, 1.0),
        Interval(1600.0, 1700.0, 1800.0),
        is_exact=False,
        multiplies=False,
    )
    assert cut.describe() == (
        "about 85.0% (80.0% to 90.0%) of the left rows find a partner, 1 joined row for each of them, "
        "about 1,700 (1,600 to 1,800) rows"
    )


@pytest.mark.parametrize("seed", range(10))
def test_two_keys_are_not_promised_to_multiply_where_their_values_are_well_known(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    values = 30_000
    hashes = rng.integers(0, 2**64, values, np.uint64, endpoint=False)
    # As of a sketch that by bad luck holds fewer small hashes than it should.
    unlucky = hashes[hashes > np.quantile(hashes, 0.08 * KEPT / values)]
    key = Column(hashes=unlucky, counts=np.ones(len(unlucky), np.int64))
    sketch, counted = key.sketch(), DistinctCount(float(key.rows), 2048.0)
    expected = estimate_join(sketch, sketch, key.rows, key.rows, 0.0, (counted, counted))
    assert not expected.multiplies
    assert holds(expected.rows, key.rows) and expected.rows.high < 1.1 * key.rows
