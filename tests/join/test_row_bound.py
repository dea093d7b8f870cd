"""A join that explodes is refused before it runs, and nothing is counted for one that can't."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import Refused
from lakeindex.join.kinds import AsOf, How
from lakeindex.join.plan import JoinPlan

ROWS = 30_000


@pytest.fixture(scope="module")
def exploding(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("exploding") / "lake"
    folder.mkdir()
    numbers = np.arange(ROWS)
    for name in ("a", "b"):
        table = {"sort": numbers % 5, "number": numbers, "text": [f"text {n % 5}" for n in range(ROWS)]}
        pq.write_table(pa.table(table), folder / f"{name}.parquet")
    return Lake.index(folder, folder.parent / "index", Settings(model="hashing", jobs=1))


def counted(plan: JoinPlan) -> bool:
    return "counts" in vars(plan)


@pytest.mark.parametrize("how", ["inner", "left", "full"])
@pytest.mark.parametrize("column", ["sort", "text"])
def test_more_than_a_hundred_million_rows_are_refused(exploding: Lake, tmp_path: Path, how: str, column: str) -> None:
    plan = exploding.join("a.parquet", column, "b.parquet", column, "exact", how=how)
    message = (
        "the join would give 180,000,000 rows of 30,000 and 30,000, more than 100,000,000: join columns of which one "
        "has each value once, name further columns with --also, or allow them with --most-rows"
    )
    for run in (plan.to_arrow, plan.batches, plan.rows, lambda: plan.write(tmp_path / "out.parquet")):
        with pytest.raises(Refused, match=message):
            run()
    assert list(tmp_path.iterdir()) == []
    assert plan.preview(3).num_rows == 3
    assert 'l."' in plan.sql()


def test_an_anti_join_never_explodes(exploding: Lake) -> None:
    plan = exploding.join("a.parquet", "sort", "b.parquet", "sort", "exact", how="anti")
    assert plan.to_arrow().num_rows == 0
    assert not counted(plan)
    with pytest.raises(Refused, match="180,000,000"):
        plan.rows()


def test_what_is_allowed_runs_and_what_is_forbidden_does_not(exploding: Lake) -> None:
    plan = exploding.join("a.parquet", "number", "b.parquet", "sort", "exact")
    assert plan.to_arrow().num_rows == ROWS
    assert not counted(plan)
    assert replace(plan, most_rows=ROWS).to_arrow().num_rows == ROWS
    with pytest.raises(Refused, match="30,000 rows of 30,000 and 30,000, more than 29,999"):
        replace(plan, most_rows=ROWS - 1).to_arrow()


def test_a_large_table_may_give_ten_times_its_rows(exploding: Lake) -> None:
    plan = exploding.join("a.parquet", "sort", "b.parquet", "sort", "exact")
    larger = replace(plan, left=replace(plan.left, rows=18_000_000))
    larger.require_bounded(How.INNER)
    assert larger.counts.pairs == 180_000_000
    with pytest.raises(Refused, match="more than 179,999,990"):
        replace(plan, left=replace(plan.left, rows=17_999_999)).require_bounded(How.INNER)


def test_what_sketches_know_is_not_counted(exploding: Lake) -> None:
    plan = exploding.join("a.parquet", "number", "b.parquet", "number", "exact")
    assert plan.left.rows * plan.right.rows > 100_000_000
    assert plan.estimate is not None
    plan.require_bounded(How.FULL)
    assert not counted(plan)


def test_without_sketches_a_right_key_is_enough_and_else_both_sides_are_counted(exploding: Lake) -> None:
    unknown = replace(exploding.join("a.parquet", "sort", "b.parquet", "number", "exact"), estimate=None)
    assert unknown.to_arrow().num_rows == ROWS
    assert not counted(unknown)
    turned = replace(exploding.join("a.parquet", "number", "b.parquet", "sort", "exact"), estimate=None)
    assert turned.to_arrow().num_rows == ROWS
    assert counted(turned)
    asof = exploding.join("a.parquet", "sort", "b.parquet", "number", "asof")
    assert asof.to_arrow().num_rows == ROWS
    assert not counted(asof)
    with pytest.raises(Refused, match="180,000,000 rows"):
        exploding.join("a.parquet", "number", "b.parquet", "sort", "asof", asof=AsOf("nearest")).to_arrow()
