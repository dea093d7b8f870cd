from __future__ import annotations

import datetime
import random
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from lakeindex.join.condition import MAPPING_SCHEMA, ByExpression, ByMapping, JoinCondition
from lakeindex.join.transform import Transformation, condition_of, find_transformation
from lakeindex.join.transform.chance import Evidence


def words_of(text: str) -> list[str]:
    return text.split()


FIRST = words_of(
    "Tobias Bess Annalisa Lakenya Alaina Rudolf Chong Maryann Coralee Stefany Rae Kathlyn Georgina Trinidad Melodi "
    "Mackenzie Joaquin Alida Madelaine Gertude Lashanda Jacquiline Émile Zoë Søren"
)
LAST = words_of(
    "Dermody Chilcott Gregori Edison Partida Akiyama Aylward Casler Scalia Reily Mcgaughey Eccleston Brescia Mulloy "
    "Chism Spell Clasen Bogle Ghoston Montiel Cortes Heintz Dupont Vogel Kierkegaard"
)
COUNTRIES = words_of(
    "France Germany Brazil Chile Peru Spain Italy Norway Sweden Finland Denmark Poland Austria Hungary Greece Turkey "
    "Egypt Kenya Ghana Nigeria India China Japan Vietnam Thailand Canada Mexico Cuba Jordan Chad"
)
NAMES = [(FIRST[number], LAST[number * 7 % len(LAST)]) for number in range(len(FIRST))]


def found(lefts: list[Any], rights: list[Any]) -> Transformation | None:
    # No order of rows may help.
    shuffled = random.Random(3).sample(rights, len(rights))
    return find_transformation(pa.array(lefts), pa.array(shuffled))


def pairs_of(transformation: Transformation | None) -> set[tuple[str, str]]:
    assert transformation is not None
    assert transformation.pairs.schema == MAPPING_SCHEMA
    return {(row["left_value"], row["right_value"]) for row in transformation.pairs.to_pylist()}


def pairs_by(condition: JoinCondition, lefts: list[str], rights: list[str]) -> set[tuple[str, str]]:
    assert isinstance(condition.rule, ByExpression)
    sql = f"""SELECT l, r FROM unnest($1::VARCHAR[]) AS a(l) JOIN unnest($2::VARCHAR[]) AS b(r)
              ON {condition.rule.of_left("l")} = {condition.rule.of_right("r")}"""
    return set(duckdb.execute(sql, [lefts, rights]).fetchall())


PHONES = [f"+{7 * n % 190 + 1} {271 * n % 1000:03d}-{617 * n % 1000:03d}-{389 * n % 1000:03d}" for n in range(1, 80)]
DAYS = [datetime.date(2015, 1, 1) + datetime.timedelta(days=17 * n) for n in range(90)]
CASES = {
    "initials": [(f"{a} {b}", f"{a[0]}.{b[0]}.") for a, b in NAMES],
    "a title and the last name": [(f"{a} {b}", f"Dr. {b}") for a, b in NAMES],
    "the first name": [(f"{a} {b}", a) for a, b in NAMES],
    "the last name first": [(f"{a} {b}", f"{b}, {a[0]}.") for a, b in NAMES],
    "a middle name on one side": [(f"{a} Q. {b}", f"{b} {a}") for a, b in NAMES],
    "an address": [(f"{a} {b}", f"{a}_{b}@mail.example.org".lower()) for a, b in NAMES],
    "a login": [(f"{a} {b}", f"{a[0]}{b}".lower()) for a, b in NAMES],
    "what stands in brackets": [(f"{b} ({n * 37 % 900}-{a})", a) for n, (a, b) in enumerate(NAMES)],
    "the name of a file": [(f"/data/{a}/{b}.v2.csv", b.upper()) for a, b in NAMES],
    "an area code": [(phone, phone.split(" ")[1][:3]) for phone in PHONES],
    "another separator": [(phone, phone.replace("-", ".")) for phone in PHONES],
    "a place and its state": [(f"{b}, {a} 0{n * 3571 % 9000 + 1000}", f"{a} - {b}") for n, (a, b) in enumerate(NAMES)],
    "ISO dates": [(day.strftime("%d/%m/%Y"), day.isoformat()) for day in DAYS],
    "American dates": [(day.strftime("%m/%d/%Y"), day.strftime("%d.%m.%Y")) for day in DAYS],
    "months by name": [(day.strftime("%Y-%m-%d"), f"{day.strftime('%B')} {day.day}, {day.year}") for day in DAYS],
    "zeros on the left": [(str(n * n), f"{n * n:08d}") for n in range(4, 90)],
    "thousands": [(f"{n**3 * 17:,}.50", f"{n**3 * 17}.5") for n in range(9, 60)],
}


@pytest.mark.parametrize(("name", "is_swapped"), list(product(CASES, [False, True])))
def test_each_value_meets_its_own_whichever_side_is_rewritten(name: str, is_swapped: bool) -> None:
    # Where several values have one partner, each of them meets it.
    rows = [(right, left) if is_swapped else (left, right) for left, right in CASES[name]]
    lefts, rights = [left for left, _ in rows], [right for _, right in rows]
    transformation = found(lefts, rights)
    assert pairs_of(transformation) == set(rows)
    assert transformation is not None
    assert (transformation.coverage, transformation.matched) == (1.0, 1.0)
    assert transformation.precision >= 0.9
    assert pairs_by(condition_of(transformation), lefts, sorted(set(rights))) >= set(rows)


@pytest.mark.parametrize(
    ("lefts", "rights"),
    [
        (COUNTRIES, [f"{a} {b}" for a, b in NAMES]),
        ([f"{a} {b}" for a, b in NAMES], [f"{b} {a}" for a, b in zip(COUNTRIES, COUNTRIES[3:], strict=False)]),
        ([str(n) for n in range(1, 200)], [str(n) for n in range(1, 200)]),
        ([str(n) for n in range(1, 400)], [str(n) for n in range(1, 100)]),
        (list(range(500)), list(range(1000, 1300))),
        ([day.isoformat() for day in DAYS], [str(n) for n in range(1, 32)]),
        (PHONES, [str(n) for n in range(1, 60)]),
        (FIRST, [name.upper() for name in FIRST]),
        (FIRST, [f" {name} " for name in FIRST]),
        (["a"], ["b"]),
        ([], ["b"]),
        ([None, None], ["b"]),
        (["", " "], ["b", None]),
    ],
)
def test_columns_that_have_no_transformation_get_none(lefts: list[Any], rights: list[Any]) -> None:
    assert found(lefts, rights) is None


def test_two_formats_take_two_programs_and_a_mapping() -> None:
    rows = [
        (f"{a} {b}", f"{b}, {a}") if number % 2 else (f"{a} {number:02d}-{b}", f"{number:02d}/{b.lower()}")
        for number, (a, b) in enumerate(NAMES)
    ]
    transformation = found([left for left, _ in rows], [right for _, right in rows])
    assert pairs_of(transformation) == set(rows)
    assert transformation is not None and len(transformation.programs) == 2
    condition = condition_of(transformation)
    assert isinstance(condition.rule, ByMapping)
    assert (condition.match, condition.matched, condition.precision) == ("transform", 1.0, transformation.precision)
    assert condition.rule.pairs.equals(transformation.pairs)
    assert set(condition.rule.pairs["probability"].to_pylist()) == {transformation.precision}


def test_values_that_meet_as_they_are_are_kept_beside_those_that_need_a_program() -> None:
    rows = [(f"{a} {b}", f"{a} {b}" if number % 3 else f"{b}, {a}") for number, (a, b) in enumerate(NAMES)]
    assert pairs_of(found([left for left, _ in rows], [right for _, right in rows])) == set(rows)


def test_a_short_list_is_found_in_a_long_column() -> None:
    long = [f"{a} {b}" for a in FIRST for b in LAST]
    rows = [(f"{a} {b}", f"{a}.{b}@example.com".lower()) for a, b in NAMES]
    transformation = found(long, [right for _, right in rows])
    assert pairs_of(transformation) == set(rows)
    assert transformation is not None and transformation.matched == pytest.approx(25 / 625)


def test_the_output_is_written_in_the_case_of_the_other_side() -> None:
    transformation = found([f"{a} {b}" for a, b in NAMES], [f"{b}_{a}".upper() for a, b in NAMES])
    assert transformation is not None and transformation.is_of_left
    assert transformation.apply(pa.array(["Ann Lee", None])).to_pylist() == ["LEE_ANN", None]
    assert transformation.describe() == 'left value: (last word + "_" + word 1) in upper case'


def test_values_without_a_partner_lower_coverage_and_meet_nothing() -> None:
    lefts = [f"{a} {b}" for a, b in NAMES] + [f"{a} Nowhere{number}" for number, a in enumerate(FIRST)]
    rights = [f"{b}, {a}" for a, b in NAMES]
    transformation = found(lefts, rights)
    assert pairs_of(transformation) == set(zip(lefts, rights, strict=False))
    assert transformation is not None and transformation.matched == 0.5


def test_quotes_and_the_placeholder_in_values_do_no_harm() -> None:
    rows = [(f'{a}\'s "{b}"', f"{{value}} {b} o'{a}") for a, b in NAMES]
    transformation = found([left for left, _ in rows], [right for _, right in rows])
    assert pairs_of(transformation) == set(rows)
    assert transformation is not None
    lefts, rights = [left for left, _ in rows], [right for _, right in rows]
    assert pairs_by(condition_of(transformation), lefts, rights) == set(rows)


def test_hits_that_chance_explains_are_no_evidence() -> None:
    assert Evidence(100, 50, 1000, 500).weight == pytest.approx(0.0, abs=1e-9)
    assert Evidence(100, 50, 1000, 500).precision_at(0.5) == pytest.approx(0.0, abs=1e-3)
    # Of 60 hits in 100, at a chance of one half, 20 are meant: 0.2 / 0.6.
    assert Evidence(100, 60, 999, 499).precision_at(0.6) == pytest.approx((0.6 - 0.4995) / 0.5005 / 0.6)
    assert Evidence(50, 50, 99, 9).precision_at(1.0) == 1.0
