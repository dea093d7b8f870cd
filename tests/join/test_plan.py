"""Joins of tables that are empty, gone, copied into the index, or that nobody has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, LakeIndexError, NotFound, UnreadableTable
from lakeindex.join.plan import JoinPlan


def write_tables(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "cities.csv").write_text("id,name,note\n1,Rom,\n2,Paris,\n3,,\n")
    (folder / "people.csv").write_text("id,city\n1,ROM\n2,rom\n3,Bonn\n4,\n")
    (folder / "header_only.csv").write_text("id,city\n")
    (folder / "visits.jsonl").write_text('{"city": "Paris"}\n{"city": "Rom"}\n')
    return folder


@pytest.fixture
def indexed(tmp_path: Path) -> Lake:
    return Lake.index(write_tables(tmp_path / "lake"), tmp_path / "index", Settings(model="hashing", jobs=1))


def test_rows_without_a_value_join_nothing_and_stay_where_they_are_wanted(indexed: Lake) -> None:
    pair = ("people.csv", "city", "cities.csv", "name")
    joined = {how: indexed.join(*pair, how=how).to_arrow().num_rows for how in ("inner", "left", "full", "anti")}
    assert joined == {"inner": 2, "left": 4, "full": 6, "anti": 2}
    assert indexed.join(*pair).to_arrow().column_names == ["id", "city", "id (cities)", "name", "note"]
    assert indexed.join(*pair, how="anti").to_arrow().to_pydict() == {"id": [3, 4], "city": ["Bonn", None]}


def test_an_empty_side_joins_nothing_and_gives_the_reason(indexed: Lake) -> None:
    plan = indexed.join("header_only.csv", "city", "cities.csv", "name", how="full")
    assert plan.to_arrow().num_rows == 3
    assert plan.remarks(3)[1] == "nothing is joined: header_only.csv has no rows"
    plan = indexed.join("cities.csv", "note", "people.csv", "city")
    assert "cities.csv · note has no value that could meet another" in plan.remarks(0)[1]


def test_a_table_joins_with_itself(indexed: Lake) -> None:
    pairs = indexed.join("people.csv", "city", "people.csv", "city", match="normalised").rows()
    found = list(zip(pairs["left_row"].to_pylist(), pairs["right_row"].to_pylist(), strict=True))
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2)]
    assert [one == 1.0 for one in pairs["probability"].to_pylist()] == [True, False, False, True, True]


@pytest.mark.parametrize(
    ("words", "choices", "error", "message"),
    [
        (("person.csv", "city"), {}, NotFound, "'people.csv'"),
        (("people.csv", "town"), {}, NotFound, "people.csv has no column 'town'"),
        (("people.csv", "city"), {"match": "telepathic"}, InvalidSetting, "there is no match 'telepathic'; there are"),
        (("people.csv", "city"), {"how": "outer"}, InvalidSetting, "there is no how 'outer'; there are: inner, left"),
        (("people.csv", "city"), {"precision": 90.0}, InvalidSetting, "precision is a number from 0 to 1"),
    ],
)
def test_what_can_not_be_joined_is_refused(
    indexed: Lake, words: tuple[str, str], choices: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        indexed.join(*words, "cities.csv", "name", **choices)


def test_a_table_that_is_gone_is_unreadable(indexed: Lake, tmp_path: Path) -> None:
    def plan() -> JoinPlan:
        return indexed.join("people.csv", "city", "cities.csv", "name", match="exact")

    before = plan()
    (tmp_path / "lake" / "cities.csv").unlink()
    with pytest.raises(LakeIndexError, match=r"cities\.csv is gone or no regular file any more; index the lake again"):
        plan()
    with pytest.raises(UnreadableTable, match=r"can't be read: .*cities\.csv"):
        before.to_arrow()


def test_a_materialised_lake_joins_without_its_files_but_numbers_only_their_rows(tmp_path: Path) -> None:
    settings = Settings(model="hashing", jobs=1, materialize=True)
    lake = Lake.index(write_tables(tmp_path / "lake"), tmp_path / "index", settings)
    pair = ("visits.jsonl", "city", "cities.csv", "name")
    assert lake.join(*pair).rows().to_pydict()["right_row"] == [1, 0]
    shutil.rmtree(tmp_path / "lake")
    (tmp_path / "lake").mkdir()
    plan = Lake.open(tmp_path / "index", settings).join(*pair)
    assert plan.to_arrow().num_rows == 2
    assert 'materialised."' not in plan.sql()
    with pytest.raises(UnreadableTable, match=r"cities\.csv"):
        plan.rows()


def test_equal_instants_in_two_offsets_are_promised_as_they_join(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    for name, hour, zone in (("a", "05:30:00", "+05:30"), ("b", "00:00:00", "Z")):
        rows = [f"2024-01-0{day}T{hour}{zone},{day}" for day in range(1, 6)]
        (tmp_path / "lake" / f"{name}.csv").write_text("\n".join([f"{name}_at,n", *rows]) + "\n")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", Settings(model="hashing", jobs=1))
    plan = lake.join("a.csv", "a_at", "b.csv", "b_at")
    assert plan.promised_precision == 1.0
    assert (plan.promised.rows.low, plan.promised.rows.high, plan.promised.match_rate.low) == (5.0, 5.0, 1.0)
    assert plan.rows().num_rows == 5
