"""Columns that refer to their own table: a manager to the employees, a parent to the categories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.types.matches import Match
from tests.serve.cli.test_main import rows, run

SIZE = 90
STAFF = [f"E{number:04d}" for number in range(SIZE)]
CATEGORIES = list(range(1, SIZE + 1))
TABLES: Mapping[str, Mapping[str, Sequence[object]]] = {
    "staff": {
        "employee_id": STAFF,
        "manager_id": ["" if number == 0 else STAFF[(number - 1) // 4] for number in range(SIZE)],
        "badge": STAFF,
        "former_id": [STAFF[number - number % 2 * (number % 10 == 1)] for number in range(SIZE)],
        "desk": [number % 7 + 1 for number in range(SIZE)],
    },
    "categories": {
        "id": CATEGORIES,
        "parent": [0 if number < 4 else number // 3 for number in CATEGORIES],
        "position": [number % 9 + 1 for number in CATEGORIES],
        "rating": ["" if number % 3 else number % 5 + 1 for number in CATEGORIES],
        "next": [number % SIZE + 1 if number % 2 else "" for number in CATEGORIES],
    },
    "payments": {"customer": [STAFF[number % 40] for number in range(200)], "amount": [7 * n for n in range(200)]},
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("self")
    (folder / "lake").mkdir()
    for name, columns in TABLES.items():
        lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        (folder / "lake" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield Lake.index(folder / "lake", folder / "index", Settings(model="static", jobs=1))


def accepted(lake: Lake, table: str, column: str, probe: int | None = 0) -> list[Match]:
    return [match for match in lake.query(table, column, probe=probe).self_matches if match.accepted]


@pytest.mark.parametrize(
    ("table", "column", "key"), [("staff.csv", "manager_id", "employee_id"), ("categories.csv", "parent", "id")]
)
def test_a_column_that_refers_to_its_table_is_found_from_both_sides(
    lake: Lake, table: str, column: str, key: str
) -> None:
    ahead, back = accepted(lake, table, column), accepted(lake, table, key)
    assert key in [match.column.name for match in ahead]
    assert [match.column.name for match in back] == [column]
    assert {match.column.table for match in (*ahead, *back)} == {table}
    assert [match.rank for match in ahead] == list(range(1, len(ahead) + 1))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("staff.csv", "former_id"),  # nearly always the row itself
        ("staff.csv", "desk"),
        ("categories.csv", "position"),  # within 1, 2, 3, ... by chance
        ("categories.csv", "rating"),  # and with gaps
    ],
)
def test_a_column_whose_values_lie_within_a_key_by_chance_refers_to_nothing(
    lake: Lake, table: str, column: str
) -> None:
    assert accepted(lake, table, column) == []


def test_a_key_and_its_copy_don_t_refer_to_each_other(lake: Lake) -> None:
    for column in ("employee_id", "badge"):
        assert [match.column.name for match in accepted(lake, "staff.csv", column)] == ["manager_id"]


def test_the_parts_of_the_score_sum_to_it(lake: Lake) -> None:
    (match, *_) = accepted(lake, "categories.csv", "parent")
    assert sum(one.part for one in match.evidence) == pytest.approx(match.score, abs=1e-9)
    assert match.evidence[0].name == "self reference"


def test_other_answers_never_hold_the_own_table(lake: Lake) -> None:
    answer = lake.query("staff.csv", "manager_id", k=50)
    assert answer.self_matches
    assert "staff.csv" not in {match.column.table for match in answer.matches}
    assert "staff.csv" not in answer.to_arrow()["table"].to_pylist()
    assert "staff.csv" in answer.to_arrow(with_self=True)["table"].to_pylist()


def test_the_own_table_changes_no_other_answer(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [lake.query(table, column, k=50) for table, column in (("staff.csv", "manager_id"), ("staff.csv", "badge"))]
    monkeypatch.setattr("lakeindex.search.self_references.self_candidates", lambda searcher, key: None)
    for before in given:
        after = lake.query(before.query.table, before.query.name, k=50)
        assert after.self_matches == ()
        assert after.matches == before.matches


def test_they_are_counted_like_others_and_cut_like_others(lake: Lake) -> None:
    (match, *_) = accepted(lake, "categories.csv", "parent", probe=None)
    assert match.measured is not None
    assert match.measured.rows == sum(number >= 4 for number in CATEGORIES)
    assert str(match.cardinality) == "n:1"
    assert lake.query("categories.csv", "parent", min_probability=1.0).self_matches == ()
    assert lake.query("categories.csv", "parent", within="staff*").self_matches == ()
    assert lake.query("categories.csv", "parent", sources=["names"]).self_matches == ()


def test_all_roads_give_them(lake: Lake, tmp_path: Path) -> None:
    expected = [match.column for match in lake.query("staff.csv", "manager_id", probe=0).self_matches]
    (many,) = lake.query_many([lake.opened.searcher.directory.id_of(lake_key(lake))])
    assert [match.column for match in many.self_matches] == expected
    copy = tmp_path / "staff.csv"
    copy.write_bytes((lake.root / "staff.csv").read_bytes())
    outside = lake.query(copy, "manager_id", probe=1)
    assert [match.column for match in outside.self_matches] == expected
    other = tmp_path / "other" / "staff.csv"
    other.parent.mkdir()
    other.write_text(copy.read_text().replace("E0089", "E1089"))
    assert lake.query(other, "manager_id").self_matches == ()  # of another table, whatever its name


def lake_key(lake: Lake) -> int:
    from lakeindex.types.lake import ColumnId, TableId

    return lake.opened.searcher.directory.key_of(ColumnId(TableId("staff.csv"), "manager_id"))


def test_the_command_line_lists_them_apart(lake: Lake, tmp_path: Path) -> None:
    index = Path(lake.settings.index)
    asked = ("query", "staff.csv", "manager_id", "-o")
    answer = json.loads(run(*asked, "json", index=index).stdout)
    assert "employee_id" in [match["column"] for match in answer["self"]]
    assert all(set(answer["matches"][0]) - {"note"} <= set(match) for match in answer["self"] if answer["matches"])
    assert "staff.csv" not in [row["table"] for row in rows(run(*asked, "csv", index=index).stdout)]
    with_self = [(row["table"], row["column"]) for row in rows(run(*asked, "csv", "--self", index=index).stdout)]
    assert ("staff.csv", "employee_id") in with_self
    (tmp_path / "queries.csv").write_text("query_table,query_column\nstaff.csv,manager_id\n")
    batch = ("query", "--batch", tmp_path / "queries.csv", "-o", "csv")
    assert [(row["table"], row["column"]) for row in rows(run(*batch, "--self", index=index).stdout)] == with_self
    assert "staff.csv" not in [row["table"] for row in rows(run(*batch, index=index).stdout)]
    shown = run("query", "staff.csv", "manager_id", index=index).stdout
    assert [line.split()[0] for line in shown.splitlines() if "staff.csv · employee_id" in line] == ["self"]


def test_a_table_that_is_gone_gives_a_note_and_accepts_nothing(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    lines = ["id,boss", *(f"{one},{boss}" for one, boss in zip(STAFF, TABLES["staff"]["manager_id"], strict=True))]
    (tmp_path / "lake" / "people.csv").write_text("\n".join(lines) + "\n")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", Settings(model="static", jobs=1))
    assert [match.column.name for match in accepted(lake, "people.csv", "boss")] == ["id"]
    (tmp_path / "lake" / "people.csv").unlink()
    (match,) = lake.query("people.csv", "boss", probe=0).self_matches
    assert match.accepted is False
    assert "people.csv" in match.note


def test_numbers_called_a_relative_are_found_whatever_the_model_makes_of_the_names(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    rows = [f"{number},item {number},{'' if number < 4 else number // 3}" for number in range(1, 41)]
    (tmp_path / "lake" / "categories.csv").write_text("\n".join(["id,label,parent", *rows]) + "\n")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", Settings(model="hashing", jobs=1))
    found = [(match.column.name, match.accepted) for match in lake.query("categories.csv", "parent").self_matches]
    assert found == [("id", True)]
