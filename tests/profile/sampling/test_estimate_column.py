from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.sampling.block_counts import BlockScan
from lakeindex.profile.sampling.estimate_column import SampleOf, estimate_nulls, estimated
from lakeindex.profile.sampling.estimates import CountEstimate
from lakeindex.profile.scan import profiles_of
from lakeindex.profile.table_scan import scan_each
from lakeindex.types.lake import RowCount, TableId

LIMITS = ProfileLimits()
ROWS = 40_000


def profile_of(values: pa.Array, blocks: Sequence[range]) -> ColumnProfile:
    """Estimate the profile of a column of which some blocks of rows are read."""
    columns = [BlockScan(LIMITS)]
    parts = [pa.table({"a": values.slice(block.start, len(block))}) for block in blocks]
    (scan,) = scan_each(parts, LIMITS, None, columns, None)
    (profile,) = profiles_of([scan], LIMITS)
    total = RowCount(len(values), len(values), len(values))
    return estimated(profile, columns[0].blocks, SampleOf(total, sum(map(len, blocks))))


def blocks_of(count: int, size: int, seed: int = 0) -> list[range]:
    rng = np.random.default_rng(seed)
    stratum = ROWS // count
    starts = [place * stratum + int(rng.integers(0, stratum - size + 1)) for place in range(count)]
    return [range(start, start + size) for start in starts]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=60), st.integers(1, 7))
def test_all_blocks_give_what_there_is(values: list[int | None], size: int) -> None:
    blocks = [range(start, min(start + size, len(values))) for start in range(0, len(values), size)]
    estimates = profile_of(pa.array(values, pa.int64()), blocks).estimates
    assert estimates is not None
    distinct, nulls = len({one for one in values if one is not None}), values.count(None)
    assert estimates.rows == CountEstimate(len(values), len(values), len(values))
    assert estimates.distinct == CountEstimate(distinct, distinct, distinct)
    assert estimates.nulls == CountEstimate(nulls, nulls, nulls)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    values: np.ndarray
    most_error: float
    """By which factor the expected number of distinct values may differ."""


def cases() -> Iterator[Case]:
    rng = np.random.default_rng(7)
    for distinct in (3, 400, 20_000):
        drawn = rng.integers(0, distinct, ROWS)
        yield Case(f"{distinct} at random", drawn, 1.35)
        yield Case(f"{distinct} sorted", np.sort(drawn), 3.5)  # many blocks have two that they share
    yield Case("a key", np.arange(ROWS), 1.05)
    yield Case("a key in any order", rng.permutation(ROWS), 1.05)
    yield Case("neighbours alike", np.arange(ROWS) // 40, 2.2)
    yield Case("a cycle", np.arange(ROWS) % (ROWS // 4), 1.6)
    yield Case("few frequent ones", np.minimum(rng.zipf(1.6, ROWS), 10**9), 3.0)


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
@pytest.mark.parametrize("count", [25, 100])
def test_the_distinct_values_lie_in_the_interval(case: Case, count: int) -> None:
    found = profile_of(pa.array(case.values), blocks_of(count, 4000 // count)).estimates
    assert found is not None
    true = len(np.unique(case.values))
    assert found.distinct.low <= true <= found.distinct.high
    assert 1 / case.most_error <= found.distinct.expected / true <= case.most_error


def test_intervals_hold_for_nearly_all_samples() -> None:
    rng = np.random.default_rng(3)
    values = np.sort(np.minimum(rng.zipf(1.4, ROWS), 10**9)).reshape(-1, 100)
    column = pa.array(values[rng.permutation(len(values))].ravel())
    nulls = pa.array(np.where(np.arange(ROWS) // 500 % 3 == 0, None, 1))
    hits, held = 0, 0
    for seed in range(6):
        blocks = blocks_of(25, 80, seed)
        one, other = profile_of(column, blocks).estimates, profile_of(nulls, blocks).estimates
        assert one is not None
        assert other is not None
        hits += one.distinct.low <= len(np.unique(values)) <= one.distinct.high
        held += other.nulls.low <= nulls.null_count <= other.nulls.high
    assert hits >= 5
    assert held >= 5


def test_counts_are_scaled_to_the_whole_column() -> None:
    values = np.arange(ROWS) % 10
    profile = profile_of(pa.array(values), blocks_of(20, 100))
    assert profile.rows == ROWS
    assert profile.distinct == 10
    assert profile.values.counts.tolist() == [ROWS // 10] * 10
    assert profile.texts.rows.tolist() == [ROWS // 10] * 10


def test_a_sample_in_which_nothing_repeats_shows_no_key() -> None:
    profile = profile_of(pa.array(np.arange(ROWS)), blocks_of(20, 100))
    assert profile.distinct > 0.95 * ROWS
    assert not profile.is_key
    assert profile.is_serial


def test_nulls_that_no_row_has_may_still_be() -> None:
    found = estimate_nulls(np.zeros(20, np.int64), np.full(20, 50), CountEstimate(100_000, 100_000, 100_000))
    assert (found.expected, found.low) == (0, 0)
    assert 200 <= found.high <= 500


def test_records_tell_what_is_estimated_and_what_is_counted() -> None:
    counted = profile_of(pa.array(np.arange(ROWS) % 10), [range(ROWS)])
    columns = [ProfiledColumn(TableId("t"), place, "a", one) for place, one in enumerate(
        (profile_of(pa.array(np.arange(ROWS) % 10), blocks_of(20, 100)), ColumnProfile(**{
            name: getattr(counted, name) for name in (
                "rows", "nulls", "values", "words", "alternates", "texts", "value_types", "lengths", "patterns",
                "spans", "reading",
            )
        })))]  # fmt: skip
    records = to_records(columns, LIMITS).select(["sampled", "distinct_low", "distinct_high"]).to_pylist()
    assert records[0]["sampled"] == 2000
    assert records[0]["distinct_low"] == 10 < records[0]["distinct_high"]
    assert records[1] == {"sampled": 0, "distinct_low": None, "distinct_high": None}
