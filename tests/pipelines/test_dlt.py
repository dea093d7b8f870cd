"""What a dlt pipeline loads into a folder is a lake, and its joins become references of dlt's schema."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakeindex.errors import Refused
from tests.export.clients import needs
from tests.pipelines.conftest import SETTINGS, examples

pytestmark = [pytest.mark.pipelines, pytest.mark.filterwarnings("default")]

REFERENCE = {"referenced_table": "customers", "columns": ["customer_id"], "referenced_columns": ["id"]}


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs("dlt")
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))


@pytest.fixture(params=["", "{table_name}.{load_id}.{file_id}.{ext}"], ids=["folders", "files"])
def loaded(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A pipeline that loaded customers with tags, and their orders."""
    import dlt

    layout = {"layout": request.param} if request.param else {}
    pipeline = dlt.pipeline(
        "shop",
        destination=dlt.destinations.filesystem(str(tmp_path / "bucket"), **layout),
        dataset_name="sales",
        pipelines_dir=str(tmp_path / "pipelines"),
    )
    customers = [{"id": number, "name": f"name {number}", "tags": [number % 3]} for number in range(1, 61)]
    pipeline.run(customers, table_name="customers")
    load_orders(pipeline, first=1)
    yield pipeline
    dlt.current.pipeline().deactivate()


def load_orders(pipeline: Any, first: int) -> None:
    orders = [{"order_id": number, "customer_id": 1 + number * 7 % 60} for number in range(first, first + 200)]
    pipeline.run(orders, table_name="orders")


def test_joins_become_references_that_the_pipeline_keeps(loaded: Any, tmp_path: Path) -> None:
    import dlt
    from dlt_lakeindex import add_references, index_pipeline

    with index_pipeline(loaded, tmp_path / "index", SETTINGS) as lake:
        assert lake.report is not None and lake.report.tables == 3
        assert not any("_dlt_" in name.split("/")[0] for name in lake.tables().column("table").to_pylist())
        assert add_references(loaded, lake)["orders"] == [REFERENCE]
        assert add_references(loaded, lake) == {}
    load_orders(loaded, first=201)
    kept = dlt.attach("shop", pipelines_dir=str(tmp_path / "pipelines")).default_schema
    assert kept.tables["orders"]["references"] == [REFERENCE]


@pytest.mark.parametrize("loaded", [""], indirect=True)
def test_several_loads_are_one_table_and_what_is_declared_stays(loaded: Any, tmp_path: Path) -> None:
    from dlt_lakeindex import add_references, index_pipeline

    load_orders(loaded, first=201)
    declared = {"referenced_table": "people", "columns": ["customer_id"], "referenced_columns": ["number"]}
    loaded.default_schema.tables["orders"]["references"] = [declared]
    with index_pipeline(loaded, tmp_path / "index", SETTINGS) as lake:
        rows = {row["table"]: row["rows"] for row in lake.tables().to_pylist()}
        assert rows["orders"] == 400
        assert "orders" not in add_references(loaded, lake)
    assert loaded.default_schema.tables["orders"]["references"] == [declared]


@pytest.mark.parametrize("loaded", [""], indirect=True)
def test_what_is_unlikely_is_left_out(loaded: Any, tmp_path: Path) -> None:
    from dlt_lakeindex import add_references, index_pipeline

    with index_pipeline(loaded, tmp_path / "index", SETTINGS) as lake:
        assert add_references(loaded, lake, min_probability=1.0) == {}
    assert "references" not in loaded.default_schema.tables["orders"]


def test_a_destination_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    import dlt
    from dlt_lakeindex import index_pipeline

    pipeline = dlt.pipeline("elsewhere", destination="dummy", pipelines_dir=str(tmp_path / "pipelines"))
    with pytest.raises(Refused, match=r"'elsewhere' doesn't load into a folder of this machine: give it"):
        index_pipeline(pipeline, tmp_path / "index")
    pipeline.deactivate()


@pytest.mark.parametrize("number", [0, 1])
def test_the_examples_name_what_there_is(number: int, tmp_path: Path) -> None:
    import dlt_lakeindex

    tree = ast.parse(examples("dlt-lakeindex", tmp_path)[number])
    told = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert [name.name for node in told for name in node.names] == ["add_references", "index_pipeline"]
    assert all(hasattr(dlt_lakeindex, name.name) for node in told for name in node.names)
