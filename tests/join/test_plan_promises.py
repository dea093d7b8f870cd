"""What a plan promises of the precision, and what it says of values that only their alphabet keeps apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex import Lake, Settings

CYRILLIC = {"K": "К", "P": "Р", "M": "М", "T": "Т"}
PLATES = [(100 + 37 * place % 900, "KPMT"[place % 4], "TMKP"[place // 3 % 4]) for place in range(40)]


def write(folder: Path, name: str, header: str, values: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    lines = [f"{header},note", *(f"{value},n{place}" for place, value in enumerate(values))]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    folder = tmp_path / "lake"
    write(folder, "latin.csv", "plate", [f"{one}{number}{other}O" for number, one, other in PLATES])
    write(
        folder,
        "cyrillic.csv",
        "plate_no",
        [f"{CYRILLIC[one]}{number}{CYRILLIC[other]}О" for number, one, other in PLATES],
    )
    write(folder, "march.csv", "return_id", [f"RET03{number:03d}" for number in range(0, 60, 2)])
    write(folder, "april.csv", "return_id", [f"RET04{number:03d}" for number in range(0, 60, 2)])
    write(folder, "labels.csv", "label", [f"no. {number}" for number in range(1, 41)])
    write(folder, "numbers.csv", "number", [f"{number}" for number in range(1, 41)])
    write(folder, "contacts.csv", "kunde", [f"D{number:09d}" for number in range(300_001, 300_061)])
    write(folder, "customers.csv", "id", [f"{number}" for number in range(300_001, 300_061)])
    return Lake.index(folder, tmp_path / "index", Settings(model="hashing", jobs=1))


def test_nothing_is_promised_of_a_join_that_joins_nothing(lake: Lake) -> None:
    for pair in (
        ("march.csv", "return_id", "april.csv", "return_id"),
        ("latin.csv", "plate", "march.csv", "return_id"),
    ):
        plan = lake.join(*pair)
        assert plan.rows().num_rows == 0
        assert plan.promised_precision is None
        assert "joins nothing, so nothing is promised" in plan.describe()
        assert plan.promised.rows.high == 0


def test_hits_that_chance_explains_are_not_chosen_and_promise_nothing_when_asked_for(lake: Lake) -> None:
    pair = ("labels.csv", "label", "numbers.csv", "number")
    assert lake.join(*pair).rows().num_rows == 0
    asked = lake.join(*pair, match="transform")
    assert asked.rows().num_rows == 40
    assert asked.promised_precision is None
    assert "promises nothing: too few values show that the pairs are no chance" in repr(asked)


def test_a_number_inside_a_key_is_chosen_and_its_promise_is_kept(lake: Lake) -> None:
    plan = lake.join("contacts.csv", "kunde", "customers.csv", "id")
    rows = plan.rows()
    assert plan.condition.match == "transform"
    assert rows["left_row"].to_pylist() == rows["right_row"].to_pylist() == list(range(60))
    assert plan.promised_precision == pytest.approx(0.95)
    assert set(rows["probability"].to_pylist()) == {plan.promised_precision}
    assert "promises 95.0% of the pairs right, 100.0% of the left rows with a value matched" in plan.describe()


def test_letters_of_another_alphabet_that_keep_values_apart_are_named(lake: Lake) -> None:
    remarks = lake.join("cyrillic.csv", "plate_no", "latin.csv", "plate").remarks(0)
    assert remarks[-1] == (
        "40 values of cyrillic.csv · plate_no are written in Cyrillic letters that look like Latin ones, and would "
        "meet values of latin.csv · plate if they were"
    )
    others = lake.join("march.csv", "return_id", "april.csv", "return_id").remarks(0)
    assert not any("letters" in remark for remark in others)


def test_sketches_of_normal_values_bound_a_join_on_equal_values_from_above(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    write(folder, "upper.csv", "name", ["ROM", "PARIS", "BONN"])
    write(folder, "lower.csv", "name", ["rom", "PARIS", "bonn"])
    lake = Lake.index(folder, tmp_path / "index", Settings(model="hashing", jobs=1))
    plan = lake.join("upper.csv", "name", "lower.csv", "name", match="exact")
    assert plan.estimate is not None and not plan.estimate.is_exact
    assert (plan.estimate.rows.low, plan.estimate.rows.high) == (0.0, 3.0)
    assert plan.promised.is_exact
    assert plan.promised.rows.expected == plan.rows().num_rows == 1
    normalised = lake.join("upper.csv", "name", "lower.csv", "name", match="normalised")
    assert normalised.promised.rows.expected == normalised.rows().num_rows == 3
