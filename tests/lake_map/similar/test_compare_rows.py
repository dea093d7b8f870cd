"""Rows of two tables compared: against multisets of Python, and verdicts against their definitions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.canonical.column_reading import PLAIN
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.records import Records
from lakeindex.lake_map.similar.coded_rows import CodedRows, shared_rows
from lakeindex.lake_map.similar.compare_rows import compare_rows
from lakeindex.lake_map.similar.verdict import Common, Verdict, differences, verdict_of
from lakeindex.types.lake import TableId

Rows = list[tuple[str | None, ...]]
cells = st.one_of(st.none(), st.sampled_from(["a", "b", "7", "7.0", "B"]))
rows_of_two = st.lists(st.tuples(cells, cells), max_size=12)


def records(name: str, rows: Rows, names: list[str]) -> Records:
    columns = [pa.array([row[place] for row in rows], pa.large_string()) for place in range(len(names))]
    return Records(TableId(name), pa.table(columns, names=names), (PLAIN,) * len(names))


def compared(left: Rows, right: Rows, names: list[str], others: list[str]) -> Common:
    rows = CodedRows.of(records("left", left, names), records("right", right, others))
    return compare_rows(rows, [AlignedPair(one, one, 0.9) for one in names if one in others])


def folded(row: tuple[str | None, ...]) -> tuple[str | None, ...]:
    return tuple(None if one is None else one.lower().removesuffix(".0") for one in row)


@given(rows_of_two, rows_of_two)
def test_shared_rows_are_those_of_multisets(left: Rows, right: Rows) -> None:
    coded = CodedRows.of(records("left", left, ["x", "y"]), records("right", right, ["x", "y"]))
    both = [name for name in ("x", "y") if all(name in some for some in coded.names)]
    places = [np.array([some.index(name) for name in both], np.int64) for some in coded.names]
    kept = [["x", "y"].index(name) for name in both]
    counts = [Counter(folded(tuple(row[place] for place in kept)) for row in some) for some in (left, right)]
    if both:
        assert shared_rows(*coded.numbered(*places)) == sum((counts[0] & counts[1]).values())


@given(st.permutations(range(10)), st.integers(1, 10))
def test_rows_in_any_order_are_a_duplicate_and_fewer_a_subset(order: list[int], count: int) -> None:
    rows: Rows = [(str(place), f"name {place}", "x" if place % 3 else "y") for place in range(10)]
    other = [rows[place] for place in order[:count]]
    names = ["id", "name", "flag"]
    expected = Verdict.DUPLICATE if count == 10 else Verdict.SUBSET
    assert verdict_of(compared(rows, other, names, names)) is expected
    assert verdict_of(compared(other, rows, names, names)) is expected


def test_columns_that_were_not_aligned_are_found_by_their_rows() -> None:
    left: Rows = [(str(place), f"p{place % 4}", f"q{place % 5}") for place in range(20)]
    right: Rows = [(one, third, second) for one, second, third in left]
    common = compared(left, right, ["id", "a", "b"], ["id", "c1", "c2"])
    assert common.pairs == (("id", "id"), ("a", "c2"), ("b", "c1"))
    assert verdict_of(common) is Verdict.DUPLICATE
    assert differences(common) == "headers a → c2, b → c1"


def test_changed_cells_are_counted_by_column() -> None:
    left: Rows = [(str(place), "a", str(place * 2)) for place in range(10)]
    right: Rows = [(one, "b" if one == "4" else second, third) for one, second, third in left[1:]]
    common = compared(left, right, ["id", "kind", "size"], ["id", "kind", "size"])
    assert verdict_of(common) is Verdict.VERSION
    assert differences(common) == "1 row fewer, 1 value of kind changed"


def test_repeated_rows_count_as_often_as_they_are_there() -> None:
    left, right = [("a", "b")] * 3, [("a", "b")] * 2
    common = compared(left, right, ["x", "y"], ["x", "y"])
    assert (common.shared, common.removed) == (2, 1)
    assert verdict_of(common) is Verdict.SUBSET


def test_columns_without_values_make_no_difference() -> None:
    left: Rows = [("1", None), ("2", None)]
    common = compared(left, [("1",), ("2",)], ["x", "empty"], ["x"])
    assert verdict_of(common) is Verdict.DUPLICATE


@pytest.mark.parametrize("rows", [(0, 0), (0, 5), (5, 0)])
def test_tables_without_rows_have_no_verdict(rows: tuple[int, int]) -> None:
    assert verdict_of(Common(rows, 0, (("x", "x"),), ((), ()))) is Verdict.NONE


def test_tables_with_little_in_common_are_told_in_brief() -> None:
    common = Common((5, 5), 0, (("x", "x"),), (("a", "b"), ("c", "d", "e")))
    assert (verdict_of(common), differences(common)) == (Verdict.NONE, "1 column in common")
    assert differences(Common((5, 5), 0, (), (("a",), ("b",)))) == "no column in common"


def test_a_sample_counts_about() -> None:
    common = Common((500, 520), 500, (("x", "x"),), ((), ()), is_sample=True)
    assert differences(common) == "about 20 rows more"
