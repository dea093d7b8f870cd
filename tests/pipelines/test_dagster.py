"""The index of a lake as a Dagster asset, materialized for real."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.export.clients import needs
from tests.pipelines.conftest import SETTINGS, examples, write_customers

pytestmark = [pytest.mark.pipelines, pytest.mark.filterwarnings("default")]


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs("dagster")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_TELEMETRY_ENABLED", "false")


class Night:
    """One instance of Dagster, which materializes the index and what is downstream of it, and checks it."""

    def __init__(self, lake: Path) -> None:
        from dagster import DagsterInstance, asset
        from dagster_lakeindex import broken_joins_check, lake_index_asset

        index = lake.parent / "index"
        self.index = lake_index_asset(lake, index, SETTINGS, group_name="lake")
        self.check = broken_joins_check(self.index, index, SETTINGS)
        self.report = asset(name="report", deps=[self.index])(lambda: None)
        self.instance = DagsterInstance.ephemeral(tempdir=str(lake.parent))

    def pass_by(self, *assets: Any) -> tuple[str, Any, dict[str, Any]]:
        """Return the data version, the check's evaluation, and the asset's metadata."""
        from dagster import materialize

        done = materialize([self.index, self.check, *assets], instance=self.instance, raise_on_error=True)
        (told,) = [event.materialization for event in done.get_asset_materialization_events()][:1]
        (checked,) = done.get_asset_check_evaluations()
        metadata = {name: value.value for name, value in told.metadata.items()}
        return told.tags["dagster/data_version"], checked, metadata

    def is_stale(self) -> bool:
        """Whether what lies downstream of the index is out of date."""
        from dagster import AssetKey, Definitions
        from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
        from dagster._core.loader import LoadingContextForTest

        graph = Definitions([self.index, self.report]).resolve_asset_graph()
        resolver = CachingStaleStatusResolver(self.instance, graph, LoadingContextForTest(self.instance))
        return resolver.get_status(AssetKey("report")) is not StaleStatus.FRESH


def test_an_unchanged_lake_keeps_its_data_version_and_a_changed_one_does_not(lake: Path) -> None:
    night = Night(lake)
    first, checked, told = night.pass_by(night.report)
    assert checked.passed and "only one" in checked.description
    assert (told["tables"], told["columns"], told["failed files"]) == (2, 4, {})
    again, checked, _ = night.pass_by()
    assert again == first and checked.passed
    assert not night.is_stale()
    (lake / "towns.csv").write_text("town\nRome\nOslo\n")
    changed, checked, told = night.pass_by()
    assert changed != first and checked.passed and told["tables"] == 3
    assert night.is_stale()


def test_the_check_fails_where_a_join_broke_and_names_it(lake: Path) -> None:
    night = Night(lake)
    night.pass_by()
    write_customers(lake, first=31)
    _, checked, _ = night.pass_by()
    assert not checked.passed
    assert "orders.csv · customer_id  ⋈  customers.csv · id" in checked.description
    rows = [record.data for record in checked.metadata["broken joins"].records]
    assert ("orders.csv", "customer_id", "customers.csv", "id") in [
        (row["table"], row["column"], row["joins_table"], row["joins_column"]) for row in rows
    ]
    _, checked, _ = night.pass_by()
    assert not checked.passed  # the lake is as broken as it was


def test_a_file_that_cannot_be_read_is_told(lake: Path) -> None:
    (lake / "broken.parquet").write_bytes(b"PAR1 but no more")
    _, _, told = Night(lake).pass_by()
    assert list(told["failed files"]) == ["broken.parquet"]


def test_a_check_without_an_index_says_what_to_do(lake: Path) -> None:
    from dagster import materialize
    from dagster_lakeindex import broken_joins_check

    from lakeindex.errors import IndexMissing

    night = Night(lake)
    check = broken_joins_check(night.index, lake.parent / "nowhere", SETTINGS)
    with pytest.raises(IndexMissing, match="nowhere"):
        materialize([night.index, check], instance=night.instance)


def test_the_examples_are_definitions(tmp_path: Path) -> None:
    from dagster import AssetKey

    codes = examples("dagster-lakeindex", tmp_path)
    assert len(codes) == 2
    for code in codes:
        (tmp_path / "example.py").write_text(code)
        names = runpy.run_path(str(tmp_path / "example.py"))
        graph = names["defs"].resolve_asset_graph()
        assert {(key.asset_key, key.name) for key in graph.asset_check_keys} == {
            (AssetKey("lake_index"), "no_broken_joins")
        }
