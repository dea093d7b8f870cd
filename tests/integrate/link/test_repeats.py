"""Tests of rows that one table has twice."""

from __future__ import annotations

import random

import numpy as np
import pytest

from lakeindex.integrate.link.link_records import LINKS_SCHEMA
from lakeindex.integrate.link.repeats import REPEAT, least_score, repeats_within
from lakeindex.integrate.records import Records
from tests.integrate.link.records_of import records
from tests.integrate.link.test_link_by_tables import NAMES, TOWNS

COPIES = np.arange(100.0)
"""Scores of tuples with their copies: the quantiles are about 50, 25 and 10; half of them are within 50."""
YEARS = [str(random.Random(row).randint(1900, 2020)) for row in range(300)]


def restaurants(table: str, twice: range) -> Records:
    """Make rows, of which some are there once more: as they are, with a typo in the name, or without a year."""
    again = [NAMES[row] if row % 3 else NAMES[row][:4] + NAMES[row][5:] for row in twice]
    return records(
        table,
        name=[*NAMES[:300], *again],
        town=[*TOWNS[:300], *(TOWNS[row] for row in twice)],
        year=[*YEARS, *(None if row % 3 == 1 else YEARS[row] for row in twice)],
    )


def pairs_of(*tables: Records) -> list[tuple[int, int]]:
    found = repeats_within(tables)
    assert found.schema == LINKS_SCHEMA
    assert set(found["probability"].to_pylist()) <= {REPEAT}
    left, right = (found[side].to_numpy().tolist() for side in ("left", "right"))
    return list(zip(left, right, strict=True))


def test_a_clean_table_has_no_repeats() -> None:
    assert pairs_of(restaurants("one", range(0))) == []


@pytest.mark.parametrize("count", [6, 30])
def test_what_is_found_in_a_table_are_its_repeats(count: int) -> None:
    found = pairs_of(restaurants("one", range(50, 50 + count)))
    assert set(found) <= {(50 + row, 300 + row) for row in range(count)}
    assert len(found) >= count / 2


def test_tuples_are_numbered_through_all_tables() -> None:
    dirty, clean = restaurants("dirty", range(30)), restaurants("clean", range(0))
    alone = pairs_of(dirty)
    assert pairs_of(clean, dirty, clean) == [(left + 300, right + 300) for left, right in alone]


def test_the_order_of_rows_makes_no_difference_to_which_are_repeats() -> None:
    table = restaurants("one", range(30))
    order = np.random.default_rng(0).permutation(len(table))
    shuffled = Records(table.table, table.values.take(order), table.readings)
    found = {tuple(sorted((int(order[left]), int(order[right])))) for left, right in pairs_of(shuffled)}
    assert len(found ^ set(pairs_of(table))) <= 2  # of neighbours that are equally near, others may be rehearsed


@pytest.mark.parametrize(
    "table", [records("none"), records("empty", name=[]), records("null", name=[None, None]), records("a", name=["x"])]
)
def test_tables_of_nothing_have_no_repeats(table: Records) -> None:
    assert pairs_of(table) == []
    assert pairs_of() == []


def test_pairs_at_the_top_with_a_gap_below_are_repeats() -> None:
    assert least_score(np.array([90.0, 80, 70, -20, -30]), COPIES) == pytest.approx(np.quantile(COPIES, 0.1))
    assert least_score(np.array([90.0, 80, 70, 30, 15]), COPIES) == pytest.approx(np.quantile(COPIES, 0.1))


def test_pairs_that_become_more_and_more_below_are_none() -> None:
    assert least_score(np.concatenate([[60.0], [30.0] * 10, [15.0] * 40]), COPIES) == np.inf
    assert least_score(np.concatenate([[60.0, 61.0], [45.0] * 20, [15.0] * 40]), COPIES) == np.inf


def test_without_a_pair_as_alike_as_half_of_the_copies_there_are_none() -> None:
    assert least_score(np.array([30.0] * 20), COPIES) == np.inf
    assert least_score(np.array([30.0] * 20 + [60.0] * 10), COPIES) == pytest.approx(np.quantile(COPIES, 0.1))


def test_one_pair_alone_says_nothing_of_a_table() -> None:
    assert least_score(np.array([99.0]), COPIES) == np.inf
    assert least_score(np.zeros(0), COPIES) == np.inf
