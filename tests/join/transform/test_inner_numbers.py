"""Keys meet by the number inside them where that is long and nearly always there, and never by what counts from 1."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from lakeindex.join.condition import ByExpression, JoinCondition
from lakeindex.join.transform.inner_numbers import inner_number_condition

CUSTOMERS = [str(number) for number in range(400_001, 400_161)]


def found(left: list[str], right: list[str]) -> JoinCondition | None:
    return inner_number_condition(pa.array(left), pa.array(right))


def pairs(condition: JoinCondition | None, left: list[str], right: list[str]) -> set[tuple[str, str]]:
    assert condition is not None and isinstance(condition.rule, ByExpression)
    sql = f"""SELECT l, r FROM unnest($1::VARCHAR[]) AS a(l) JOIN unnest($2::VARCHAR[]) AS b(r)
              ON {condition.rule.of_left("l")} = {condition.rule.of_right("r")}"""
    return set(duckdb.execute(sql, [left, right]).fetchall())


@pytest.mark.parametrize(
    "written",
    ["D{:09d}", "RE-{}-2023", "2023/{}", "kd.{}*", "{:08d}x", "[{}]$^", "ΚΛ{}"],
)
def test_decorated_numbers_meet_plain_ones_both_ways_round(written: str) -> None:
    decorated = [written.format(int(number)) for number in CUSTOMERS]
    condition = found(decorated, CUSTOMERS)
    assert pairs(condition, decorated, CUSTOMERS) == set(zip(decorated, CUSTOMERS, strict=True))
    assert condition is not None and (condition.match, condition.matched) == ("transform", 1.0)
    assert condition.precision >= 0.9
    assert pairs(found(CUSTOMERS, decorated), CUSTOMERS, decorated) == set(zip(CUSTOMERS, decorated, strict=True))


def test_both_sides_may_be_decorated_and_years_differ() -> None:
    contacts = [f"D{int(number):09d}" for number in CUSTOMERS]
    invoices = [f"RE-{number}-{2020 + place % 4}" for place, number in enumerate(CUSTOMERS[::2])]
    condition = found(contacts, invoices)
    assert pairs(condition, contacts, invoices) == set(zip(contacts[::2], invoices, strict=True))
    assert condition is not None and condition.matched == 0.5
    assert condition.description == "the number in dNUMBER is the one in re-NUMBER-..."


def test_ids_that_count_from_one_are_everywhere_and_no_evidence() -> None:
    assert found([f"R{number:04d}" for number in range(1, 101)], [f"D{number}" for number in range(1, 161)]) is None
    assert found([f"P-{number}" for number in range(1, 900)], [str(number) for number in range(1, 900)]) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        # Ranges that overlap in a part.
        ([f"D{number}" for number in range(400_100, 400_300)], CUSTOMERS),
        # Of another text around it, the number may be another key.
        ([f"{'AB'[number % 2]}{number}" for number in range(400_001, 400_161)], CUSTOMERS),
        # Too few to tell.
        ([f"D{number}" for number in CUSTOMERS[:10]], CUSTOMERS),
        # Nothing around them: they are equal or not.
        (CUSTOMERS, [f"0{number}" for number in CUSTOMERS]),
        (["D", "E"], ["1"]),
        ([], CUSTOMERS),
    ],
)
def test_there_is_none_where_evidence_is_missing(left: list[str], right: list[str]) -> None:
    assert found(left, right) is None
