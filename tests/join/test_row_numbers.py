"""Rows are numbered in the file's order, however many there are and however DuckDB comes to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings

ROWS = 400_000
FEW = 1_000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "lake"
    folder.mkdir()
    chance = np.random.default_rng(0)
    keys = chance.permutation(ROWS)
    table = pa.table({"key": keys, "number": np.arange(ROWS), "word": [f"w{key % 977}" for key in keys.tolist()]})
    pq.write_table(table, folder / "large.parquet", row_group_size=20_000)
    csv.write_csv(table, folder / "large.csv")
    with pa.CompressedOutputStream(str(folder / "packed.csv.gz"), "gzip") as out:
        csv.write_csv(table, out)
    # A narrow range of keys, which lets DuckDB skip what can't meet them.
    few = chance.permutation(np.arange(200_000, 200_000 + FEW))
    pq.write_table(pa.table({"key": few, "place": np.arange(FEW)}), folder / "few.parquet")
    return folder


@pytest.mark.parametrize("is_materialised", [False, True])
def test_rows_are_numbered_in_the_order_of_the_file(large: Path, tmp_path: Path, is_materialised: bool) -> None:
    settings = Settings(model="hashing", jobs=2, materialize=is_materialised)
    lake = Lake.index(large, tmp_path / "index", settings)
    keys = pq.read_table(large / "large.parquet")["key"].to_numpy()
    few = pq.read_table(large / "few.parquet")["key"].to_numpy()
    for table in ("large.parquet", "large.csv", "packed.csv.gz"):
        pairs = lake.join(table, "key", "few.parquet", "key", match="exact").rows()
        assert pairs.num_rows == FEW
        left, right = pairs["left_row"].to_numpy(), pairs["right_row"].to_numpy()
        assert (np.diff(left) > 0).all()
        assert (keys[left] == few[right]).all()
    whole = lake.join("large.csv", "number", "large.parquet", "number", match="exact").rows()
    assert (whole["left_row"].to_numpy() == np.arange(ROWS)).all()
    assert (whole["right_row"].to_numpy() == np.arange(ROWS)).all()


def test_rejected_rows_are_no_data_rows(tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    folder.mkdir()
    lines = [f"{number},{number * 7}" for number in range(100)]
    lines.insert(50, "1,2,3,4")
    (folder / "odd.csv").write_text("key,number\n" + "\n".join(lines) + "\n")
    (folder / "odd.jsonl").write_text(
        "".join(f'{{"key": {number}}}\n' + ("no json\n" if number == 20 else "") for number in range(100))
    )
    lake = Lake.index(folder, tmp_path / "index", Settings(model="hashing", jobs=1))
    assert lake.tables().to_pydict()["rejected"] == [1, 1]
    pairs = lake.join("odd.csv", "key", "odd.jsonl", "key").rows()
    assert pairs.to_pydict() == {
        "left_row": list(range(100)), "right_row": list(range(100)), "probability": [1.0] * 100
    }  # fmt: skip


def test_a_normalised_pair_has_the_probability_of_its_condition_unless_it_is_equal(lake: Lake) -> None:
    plan = lake.join("sales/orders.csv", "country", "geo/countries.csv", "code")
    pairs = plan.rows()
    assert plan.condition.match == "normalised"
    assert set(pairs["probability"].to_pylist()) == {plan.condition.precision}
    assert pairs["left_row"].to_pylist() == list(range(40))
    assert pairs["right_row"].to_pylist() == [number % 6 for number in range(1, 41)]
    assert replace(plan, condition=plan.tried[0]).rows().num_rows == 0
