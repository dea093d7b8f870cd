from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.sketch import Interval, Sketch, containment, sketch_each

HASHES = st.lists(st.tuples(st.integers(0, 40) | st.integers(0, 2**64 - 1), st.integers(1, 9)), max_size=40)
SIZES = st.integers(1, 12)


def sketch(items: list[tuple[int, int]], size: int) -> Sketch:
    hashes = np.array([item for item, _ in items], np.uint64)
    return Sketch.from_hashes(hashes, np.array([count for _, count in items], np.int64), size)


def sketch_of(values: list[str], size: int) -> Sketch:
    hashes = HashedText.from_arrow(pa.array(values, pa.large_string())).strings()
    return Sketch.from_hashes(hashes, np.ones(len(values), np.int64), size)


@settings(max_examples=50, deadline=None)
@given(HASHES, SIZES)
def test_a_sketch_keeps_the_smallest_hashes_and_their_counts(items: list[tuple[int, int]], size: int) -> None:
    totals: Counter[int] = Counter()
    for item, count in items:
        totals[item] += count
    smallest = sorted(totals)[:size]
    made = sketch(items, size)
    assert (made.hashes.dtype, made.counts.dtype) == (np.uint64, np.int64)
    assert (made.hashes.tolist(), made.counts.tolist()) == (smallest, [totals[item] for item in smallest])


@settings(max_examples=50, deadline=None)
@given(HASHES, HASHES, SIZES)
def test_a_merge_is_the_sketch_of_the_union(
    ones: list[tuple[int, int]], others: list[tuple[int, int]], size: int
) -> None:
    whole = sketch(ones + others, size)
    assert Sketch.merged([sketch(ones, size), sketch(others, size)]).equals(whole)
    assert Sketch.merged([sketch(others, size), sketch(ones, size)]).equals(whole)


@settings(max_examples=50, deadline=None)
@given(st.lists(HASHES, max_size=5), SIZES)
def test_columns_sketched_together_are_sketched_as_each_alone(columns: list[list[tuple[int, int]]], size: int) -> None:
    flat = [item for column in columns for item in column]
    hashes, counts = np.array([h for h, _ in flat], np.uint64), np.array([c for _, c in flat], np.int64)
    owners = np.repeat(np.arange(len(columns)), np.array([len(column) for column in columns], np.int64))
    together = sketch_each(hashes, counts, owners, len(columns), size)
    assert len(together) == len(columns)
    assert all(one.equals(sketch(column, size)) for one, column in zip(together, columns, strict=True))


def test_sketches_of_different_sizes_are_not_merged() -> None:
    with pytest.raises(ValueError, match=r"different sizes can't be merged: \[3, 4\]"):
        Sketch.merged([sketch([], 3), sketch([], 4)])


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_containment_of_complete_sketches_is_that_of_the_sets(query: set[int], candidate: set[int]) -> None:
    made = containment(sketch([(x, 1) for x in query], 64), sketch([(x, 1) for x in candidate], 64))
    share = len(query & candidate) / len(query) if query else 0.0
    assert made == Interval(share, share, share)
    assert made.is_exact


def test_an_incomplete_sketch_that_holds_no_hash_below_the_other_tells_nothing() -> None:
    low, high = sketch([(item, 1) for item in range(4)], 4), sketch([(item, 1) for item in range(100, 104)], 8)
    assert containment(high, low) == Interval(0.0, 0.0, 1.0)
    assert not containment(high, low).is_exact


def test_the_wilson_interval_has_its_published_bounds() -> None:
    # 4 of 10 at 95 %: 0.168 to 0.687 (Newcombe, 1998, method 3, computed with z = 1.96).
    query = sketch([(item, 1) for item in range(10)], 10)
    found = containment(query, sketch([(item, 1) for item in [0, 1, 2, 3, *range(20, 30)]], 14))
    assert found.estimate == 0.4
    assert (round(found.low, 4), round(found.high, 4)) == (0.1682, 0.6873)


@pytest.mark.parametrize(("query_size", "candidate_size"), [(400, 400), (300, 3000), (3000, 300), (60, 3000)])
def test_the_interval_covers_the_true_containment_in_nine_of_ten_trials(query_size: int, candidate_size: int) -> None:
    chooser, covered, trials = random.Random(query_size + candidate_size), 0, 200
    for trial in range(trials):
        shared = chooser.randrange(min(query_size, candidate_size) + 1)
        query = [f"{trial}:{number}" for number in range(query_size)]
        candidate = query[:shared] + [f"{trial}:other:{number}" for number in range(candidate_size - shared)]
        found = containment(sketch_of(query, 128), sketch_of(candidate, 128))
        assert 0.0 <= found.low <= found.estimate <= found.high <= 1.0
        covered += found.low <= shared / query_size <= found.high
    assert covered >= 0.9 * trials


@pytest.mark.parametrize("true", [256, 1_000, 50_000])
def test_distinct_is_estimated_within_three_sigma_and_without_bias(true: int) -> None:
    size = 256
    estimates = [sketch_of([f"{seed}/{number}" for number in range(true)], size).distinct for seed in range(10)]
    sigma = true / (size - 2) ** 0.5
    assert max(abs(estimate - true) for estimate in estimates) <= 3 * sigma
    assert abs(sum(estimates) / 10 - true) <= 3 * sigma / 10**0.5


def test_distinct_is_counted_while_the_sketch_is_complete() -> None:
    assert [sketch_of([f"{number}" for number in range(true)], 64).distinct for true in (0, 1, 63)] == [0.0, 1.0, 63.0]
    assert [sketch_of([f"{number}" for number in range(true)], 64).is_complete for true in (63, 64)] == [True, False]
