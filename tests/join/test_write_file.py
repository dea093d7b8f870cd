"""A result is written whole or not at all, and over nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake
from lakeindex.errors import InvalidSetting, LakeIndexError, NotFound, Refused
from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, JoinCondition
from lakeindex.join.plan import JoinPlan
from lakeindex.join.write_file import copy_rows


@pytest.fixture
def plan(lake: Lake) -> JoinPlan:
    return lake.join("sales/orders.csv", "country", "geo/countries.csv", "code")


def by_mapping(plan: JoinPlan) -> JoinPlan:
    rows = [{"left_value": "fr", "right_value": "FR", "probability": 0.7}]
    rule = ByMapping(pa.Table.from_pylist(rows, schema=MAPPING_SCHEMA))
    return replace(plan, condition=JoinCondition("fuzzy", rule, 0.9, 0.2, "alike"))


def sorted_rows(table: pa.Table) -> list[str]:
    return sorted(json.dumps(row) for row in table.to_pylist())


def test_every_format_holds_the_rows_of_the_join(plan: JoinPlan, tmp_path: Path) -> None:
    expected = sorted_rows(plan.to_arrow())
    for name in ("a [1]'s.parquet", "b.csv", "c.JSON"):
        assert plan.write(tmp_path / name) == 40
    assert sorted_rows(pq.read_table(tmp_path / "a [1]'s.parquet")) == expected
    assert sorted_rows(csv.read_csv(tmp_path / "b.csv")) == expected
    assert sorted(json.dumps(row) for row in json.loads((tmp_path / "c.JSON").read_text())) == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a [1]'s.parquet", "b.csv", "c.JSON"]


def test_the_pairs_of_rows_can_be_written_too(plan: JoinPlan, tmp_path: Path) -> None:
    assert plan.write(tmp_path / "pairs.parquet", rows=True) == 40
    assert pq.read_table(tmp_path / "pairs.parquet").to_pylist() == plan.rows().to_pylist()


def test_a_file_that_exists_stays_unless_forced(plan: JoinPlan, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("precious")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    for path in (out, tmp_path / "link.csv"):
        with pytest.raises(Refused, match="exists: give another name, or --force"):
            plan.write(path)
    assert out.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()
    plan.write(out, force=True)
    assert out.read_text().startswith("order_id,")


def test_a_file_that_appears_meanwhile_stays(plan: JoinPlan, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"

    def connect(folder: Path) -> duckdb.DuckDBPyConnection:
        out.write_text("precious")
        return plan.tables.open_reaching(folder).connection

    with pytest.raises(Refused, match="exists now"):
        copy_rows("SELECT 1 AS one", out, False, connect)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.csv", "precious")]


def test_nothing_is_left_of_a_join_that_fails(plan: JoinPlan, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("precious")
    with pytest.raises(LakeIndexError, match=r"out\.csv can't be written: .*Conversion Error"):
        copy_rows(
            "SELECT CAST('x' || range AS INT) FROM range(9)",
            tmp_path / "out.csv",
            True,
            lambda folder: plan.tables.open_reaching(folder).connection,
        )
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.csv", "precious")]


def test_a_folder_may_be_reached_by_a_link(plan: JoinPlan, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert plan.write(tmp_path / "link" / "out.csv") == 40
    assert (tmp_path / "real" / "out.csv").is_file()


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("out.xlsx", InvalidSetting, "let it end with .parquet, .csv, .json"),
        ("nowhere/out.csv", NotFound, "there is no folder"),
        ("folder.csv", Refused, "is a folder"),
    ],
)
def test_what_can_not_be_written_is_refused_before_any_work(
    plan: JoinPlan, tmp_path: Path, name: str, error: type[Exception], message: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(error, match=message):
        plan.write(tmp_path / name, force=True)


def test_writing_reaches_its_own_folder_and_no_other(plan: JoinPlan, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(LakeIndexError, match="Permission Error"):
        copy_rows(
            f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
            tmp_path / "out.csv",
            False,
            lambda folder: plan.tables.open_reaching(folder).connection,
        )


def test_a_statement_reads_its_mapping_from_beside_the_result(plan: JoinPlan, tmp_path: Path) -> None:
    mapped = by_mapping(plan)
    with pytest.raises(InvalidSetting, match=r"needs a file for its mapping: give --out FILE"):
        mapped.sql()
    statement = mapped.sql(out=tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv.mapping.parquet"]
    assert str(tmp_path / "out.csv.mapping.parquet") in statement
    with duckdb.connect() as connection:
        assert sorted_rows(connection.sql(statement).to_arrow_table()) == sorted_rows(mapped.to_arrow())
    assert mapped.to_arrow().num_rows == 6
    assert mapped.write(tmp_path / "out.csv") == 6
    with pytest.raises(Refused, match=r"out\.csv\.mapping\.parquet exists"):
        mapped.sql(out=tmp_path / "out.csv")
