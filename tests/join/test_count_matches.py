"""What `query` calls counted is what `join` does with the same pair."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinMeasure, Match, ValueMatch

CODES = [f"{number:05d}" for number in range(1, 160, 2)]
DAYS = np.arange("2023-01-01", "2024-01-01", dtype="datetime64[D]")
TABLES = {
    "counties": {"fips": CODES, "seats": [f"seat {code}" for code in CODES]},
    "votes": {"county": [str(int(code)) for code in CODES for _ in range(2)], "votes": list(range(2 * len(CODES)))},
    "rain": {"fips_code": [None] * 5 + [str(int(code)) for code in CODES[5:]], "millimetres": list(range(len(CODES)))},
    "posts": {"county_code": [f"K{code}-X" for code in CODES], "post": [f"post {code}" for code in CODES]},
    "takings": {"day": [str(day) for day in DAYS], "amount": list(range(len(DAYS)))},
    "budget": {"month": [f"2023-{month:02d}" for month in range(1, 13)], "planned": list(range(100, 112))},
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("counted")
    (folder / "lake").mkdir()
    for name, columns in TABLES.items():
        lines = [",".join(columns)] + [
            ",".join(f'"{one}"' if isinstance(one, str) else "" if one is None else str(one) for one in row)
            for row in zip(*columns.values(), strict=True)
        ]
        (folder / "lake" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield Lake.index(folder / "lake", folder / "index", Settings(model="static", jobs=1))


def match_of(lake: Lake, left: tuple[str, str], right: tuple[str, str], probe: int | None = 50) -> Match:
    answer = lake.query(*left, k=50, probe=probe)
    return next(match for match in answer.matches if (match.column.table, match.column.name) == right)


def measured(match: Match) -> JoinMeasure:
    assert match.measured is not None, match.note
    return match.measured


PAIRS = [
    (("counties.csv", "fips"), ("votes.csv", "county"), "normalised", 1.0),
    (("rain.csv", "fips_code"), ("counties.csv", "fips"), "normalised", 1.0),
    (("counties.csv", "fips"), ("rain.csv", "fips_code"), "normalised", 75 / 80),
    (("posts.csv", "county_code"), ("counties.csv", "fips"), "transform", 1.0),
]


@pytest.mark.parametrize(("left", "right", "match", "share"), PAIRS)
def test_what_is_counted_is_what_the_join_does(
    lake: Lake, left: tuple[str, str], right: tuple[str, str], match: str, share: float
) -> None:
    explained = lake.explain(*columns(left, right))
    plan = lake.join(*left, *right)
    rows = plan.rows()
    assert (explained.exact, str(explained.match), explained.match) == (True, match, plan.condition.match)
    assert explained.matched == pytest.approx(share)
    assert measured(explained).match_rate == pytest.approx(plan.counts.match_rate)
    assert measured(explained).rows == rows.num_rows
    assert len(set(rows["left_row"].to_pylist())) == round(measured(explained).match_rate * plan.counts.left_valued)


def columns(*names: tuple[str, str]) -> list[ColumnId]:
    return [ColumnId(TableId(table), name) for table, name in names]


def test_values_written_otherwise_are_counted_by_default(lake: Lake) -> None:
    match = match_of(lake, ("counties.csv", "fips"), ("votes.csv", "county"), None)
    assert (match.exact, match.match, match.matched, match.reverse_matched) == (True, ValueMatch.NORMALISED, 1.0, 1.0)
    assert match.containment < 1
    assert (measured(match).match_rate, measured(match).rows) == (1.0, 2 * len(CODES))


def test_a_part_is_not_called_counted_before_everything_was_tried(lake: Lake) -> None:
    pair = ("counties.csv", "fips"), ("rain.csv", "fips_code")
    match, tried = match_of(lake, *pair, None), match_of(lake, *pair)
    assert (match.exact, match.matched) == (False, 75 / 80)
    assert "more may meet" in match.note
    assert (tried.exact, tried.matched, tried.note) == (True, 75 / 80, "")


def test_days_that_lie_in_their_months_are_counted(lake: Lake) -> None:
    pair = ("takings.csv", "day"), ("budget.csv", "month")
    explained = lake.explain(*columns(*pair))
    assert (explained.exact, explained.match) == (True, ValueMatch.TEMPORAL)
    assert (explained.containment, explained.matched, explained.reverse_matched) == (0.0, 1.0, 1.0)
    assert measured(explained).rows == lake.join(*pair[0], *pair[1]).rows().num_rows == 365
    assert str(explained.cardinality) == "n:1"


def test_without_counting_the_match_is_estimated_by_the_same_keys(lake: Lake) -> None:
    match = match_of(lake, ("counties.csv", "fips"), ("votes.csv", "county"), 0)
    assert (match.exact, match.measured, match.note) == (False, None, "")
    assert (match.match, match.matched, match.reverse_matched) == (ValueMatch.NORMALISED, 1.0, 1.0)


def test_a_column_in_memory_is_counted_like_one_of_the_lake(lake: Lake) -> None:
    asked = pa.table({"fips": [code for code in CODES[:40] for _ in range(3)]})
    answer = lake.query(asked, "fips", k=50, probe=50)
    match = next(match for match in answer.matches if str(match.column) == "votes.csv · county")
    assert (match.exact, match.match, match.matched, match.reverse_matched) == (True, ValueMatch.NORMALISED, 1.0, 0.5)
    assert measured(match).rows == 40 * 3 * 2


def test_a_file_that_is_gone_leaves_the_estimate_and_a_note(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    for name in ("a", "b"):
        pq.write_table(pa.table({"code": CODES}), tmp_path / "lake" / f"{name}.parquet")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", Settings(model="static", jobs=1))
    (tmp_path / "lake" / "b.parquet").unlink()
    match = match_of(lake, ("a.parquet", "code"), ("b.parquet", "code"))
    assert (match.exact, match.measured, match.matched) == (False, None, 1.0)
    assert "b.parquet" in match.note
