"""A program that makes up a part of the keys that it hits is no evidence, and neither are hits that chance explains."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lakeindex.join.transform import find_transformation
from lakeindex.join.transform.chance import Evidence, redrawn_outputs
from lakeindex.join.transform.characters import Kind
from lakeindex.join.transform.inventions import invents, takes_whole
from lakeindex.join.transform.program import Constant, Extract
from lakeindex.join.transform.steps import Parts, Run, Span

NUMBER = Run(Kind.DIGITS, 1)


def test_a_constant_that_continues_a_number_is_made_up() -> None:
    last_two = Extract((NUMBER, Span(-2, 2)))
    assert invents((Constant("R00"), last_two), (["R00"] * 3, ["17", "18", "19"]))
    assert not invents((Constant("R-"), last_two), (["R-"] * 3, ["17", "18", "19"]))
    assert not invents((Constant("Dr. "), Extract((Parts(" ", 2, 2),))), (["Dr. "] * 3, ["Who", "No", "Ray"]))


def test_a_cut_that_is_always_the_same_is_made_up_but_not_one_that_varies() -> None:
    head, tail = Extract((NUMBER, Span(1, 2))), Extract((NUMBER, Span(-2, 2)))
    assert invents((Constant("R"), head, tail), (["R"] * 3, ["00"] * 3, ["17", "18", "19"]))
    assert not invents((Constant("R"), head, tail), (["R"] * 3, ["00", "01", "02"], ["17", "18", "19"]))
    # A whole number of the value that is always the same, as a year is, is none.
    assert not invents((Extract((NUMBER,)), tail), (["2024"] * 3, ["17", "18", "19"]))


def test_whole_numbers_and_words_end_where_others_begin() -> None:
    assert takes_whole(["K00100001", "INV-7-2024"], ["100001", "7"])
    assert takes_whole(["log_2024-03-01.csv"], ["2024-03-01"])
    assert takes_whole(["Ann Lee"], ["lee"])
    assert not takes_whole(["K00100001"], ["0001"])
    assert not takes_whole(["Ann Lee"], ["le"])
    assert not takes_whole(["Ann"], [None])


def test_ids_without_gaps_are_hit_by_what_is_drawn_anew() -> None:
    ids = [f"R{number:04d}" for number in range(100)]
    count, drawn = redrawn_outputs(ids)
    assert count == 100
    assert set(drawn) <= set(ids)
    assert redrawn_outputs(["ann", "robert"]) == (0, [])


def test_hits_of_outputs_that_would_hit_anyway_weigh_nothing() -> None:
    assert Evidence(100, 99, 0, 0, redrawable=100, redrawn=100, redrawn_hits=99).weight == pytest.approx(0.0, abs=0.1)
    assert Evidence(100, 100, 600, 0, redrawable=100, redrawn=600, redrawn_hits=3).weight > 400


def test_fewer_held_out_values_promise_less() -> None:
    promised = [
        Evidence(count, count, 60, 3).precision_at(Evidence(count, count, 60, 3).at_least(1.0)) for count in (3, 9, 99)
    ]
    assert promised == sorted(promised)
    assert promised[0] == pytest.approx((3 / 5.706 - 3.5 / 61) / (1 - 3.5 / 61) / (3 / 5.706), abs=1e-3)
    assert promised[2] > 0.99


def test_returns_that_count_from_one_are_no_customers() -> None:
    customers = pa.array([f"K{number:08d}" for number in range(300_001, 300_181)])
    returns = pa.array([f"R{number:04d}" for number in range(1, 101)])
    assert find_transformation(customers, returns) is None
    assert find_transformation(returns, customers) is None


def test_many_ids_are_not_cut_down_to_a_few_with_a_constant_for_the_rest() -> None:
    numbers = pa.array([str(number) for number in range(500_001, 500_181)])
    invoices = pa.array([f"INV-{number}-2021" for number in range(500_001, 500_181, 2)])
    for left, right in ((numbers, invoices), (invoices, numbers)):
        found = find_transformation(left, right)
        assert found is not None
        rows = {(row["left_value"], row["right_value"]) for row in found.pairs.to_pylist()}
        right_rows = {(f"INV-{one}-2021", str(one)) for one in range(500_001, 500_181, 2)}
        assert rows == (right_rows if left is invoices else {(number, invoice) for invoice, number in right_rows})
        assert found.precision >= 0.9 and found.held_out > 0


def test_a_log_meets_the_days_of_a_calendar() -> None:
    import datetime

    days = [datetime.date(2021, 1, 1) + datetime.timedelta(days=number) for number in range(120)]
    logs = [f"web_{day.isoformat()}.log" for day in days[10:80]]
    found = find_transformation(pa.array(logs), pa.array([day.isoformat() for day in days]))
    assert found is not None and found.matched == 1.0 and found.precision >= 0.9


def test_where_chance_would_do_as_well_nothing_is_promised() -> None:
    found = find_transformation(
        pa.array([f"no. {number}" for number in range(1, 41)]), pa.array([str(number) for number in range(1, 41)])
    )
    assert found is not None and found.held_out == 0
