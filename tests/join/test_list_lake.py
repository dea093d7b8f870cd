"""List columns of a lake's Parquet and JSON files join by their elements, from the command's options to its files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.join.kinds import How, MatchKind

USERS = [f"u{number:03d}" for number in range(40)]
POSTS = [
    {
        "post": number,
        "mentions": None
        if number % 11 == 0
        else [USERS[(number * step) % 45 % 40] for step in range(1, number % 4 + 1)],
        "teams": [[number % 3], [], [number % 5, None]],
        "items": [{"sku": f"S-{number % 7}", "n": number % 2}],
    }
    for number in range(60)
]
TABLES = ("posts.parquet", "posts.jsonl")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "lake").mkdir()
    pq.write_table(pa.Table.from_pylist(POSTS), folder / "lake" / "posts.parquet")
    (folder / "lake" / "posts.jsonl").write_text("\n".join(map(json.dumps, POSTS)))
    (folder / "lake" / "users.csv").write_text(
        "user,shown,team\n" + "\n".join(f"{name},{name.upper()},{place % 6}" for place, name in enumerate(USERS))
    )
    (folder / "lake" / "skus.csv").write_text("sku\n" + "\n".join(f"S-{number}" for number in range(5)))
    return Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=2))


def by_mention(place: int) -> set[str]:
    return set(POSTS[place]["mentions"] or [])  # type: ignore[call-overload]


MENTIONS = [(i, j) for i in range(len(POSTS)) for j, user in enumerate(USERS) if user in by_mention(i)]
TEAMS = [(i, j) for i in range(len(POSTS)) for j in range(len(USERS)) if j % 6 in {i % 3, i % 5}]
ITEMS = [(i, i % 7) for i in range(len(POSTS)) if i % 7 < 5]


def numbered(rows: pa.Table) -> list[tuple[int, int]]:
    return list(zip(rows["left_row"].to_pylist(), rows["right_row"].to_pylist(), strict=True))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("column", "other", "expected"),
    [
        ("mentions", ("users.csv", "user"), MENTIONS),
        ("teams", ("users.csv", "team"), TEAMS),
        ("items", ("skus.csv", "sku"), ITEMS),
    ],
)
def test_each_row_meets_the_partners_of_all_its_elements(
    lake: Lake, table: str, column: str, other: tuple[str, str], expected: list[tuple[int, int]]
) -> None:
    plan = lake.join(table, column, *other)
    assert plan.condition.match == "exact"
    assert numbered(plan.rows()) == expected
    assert plan.counts.pairs == plan.promised.rows.expected == len(expected)
    assert plan.condition.matched == pytest.approx(plan.counts.match_rate)
    back = lake.join(*other, table, column)
    assert sorted((i, j) for j, i in numbered(back.rows())) == expected


@pytest.mark.parametrize("table", TABLES)
def test_case_is_folded_in_elements(lake: Lake, table: str) -> None:
    plan = lake.join(table, "mentions", "users.csv", "shown")
    assert plan.condition.match == "normalised"
    assert numbered(plan.rows()) == MENTIONS


def test_two_columns_of_lists_share_elements(lake: Lake) -> None:
    expected = [(i, j) for i in range(len(POSTS)) for j in range(len(POSTS)) if by_mention(i) & by_mention(j)]
    plan = lake.join("posts.parquet", "mentions", "posts.jsonl", "mentions")
    assert numbered(plan.rows()) == expected
    assert plan.counts.pairs == len(expected)


@pytest.mark.parametrize("how", list(How))
def test_the_statement_runs_without_lakeindex(lake: Lake, how: How, tmp_path: Path) -> None:
    plan = lake.join("posts.parquet", "mentions", "users.csv", "user", how=how)
    rows = plan.to_arrow()
    with duckdb.connect() as connection:
        found = connection.sql(plan.sql()).to_arrow_table()
        assert connection.sql(plan.rows_sql()).to_arrow_table().equals(plan.rows())
    assert Counter(map(str, found.to_pylist())) == Counter(map(str, rows.to_pylist()))
    assert rows.num_rows == plan.counts.rows(how)
    written = tmp_path / "out.parquet"
    assert plan.write(written) == rows.num_rows
    assert pq.read_table(written).num_rows == rows.num_rows
    assert rows.column_names[: len(POSTS[0])] == list(POSTS[0])


def test_further_columns_are_equal_besides(lake: Lake) -> None:
    plan = lake.join("posts.parquet", "mentions", "users.csv", "user", also=[("teams", "team")])
    assert numbered(plan.rows()) == sorted(set(MENTIONS) & set(TEAMS))
    assert 0 < len(plan.rows()) < len(MENTIONS)


def test_what_lists_can_not_is_refused(lake: Lake) -> None:
    with pytest.raises(InvalidSetting, match=r"posts\.parquet · mentions holds lists"):
        lake.join("posts.parquet", "mentions", "users.csv", "user", MatchKind.ASOF)
    with pytest.raises(LakeIndexError, match="postgres can't express this join, as a column of it holds lists"):
        lake.join("posts.parquet", "mentions", "users.csv", "user").sql("postgres")
