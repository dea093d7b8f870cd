"""Airflow's operators and the sensor, executed for real, without a scheduler."""

from __future__ import annotations

import runpy
import tomllib
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pytest

from tests.export.clients import needs
from tests.pipelines.conftest import PACKAGES, SETTINGS, examples, write_customers

pytestmark = [pytest.mark.pipelines, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    needs("airflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        yield


@pytest.fixture
def index(lake: Path) -> Path:
    return lake.parent / "index"


def index_lake(lake: Path, index: Path) -> dict[str, Any]:
    from airflow_provider_lakeindex import LakeIndexOperator

    return LakeIndexOperator(task_id="index", lake=str(lake), index=str(index), settings=SETTINGS).execute({})


def watch(index: Path, **options: Any) -> list[dict[str, Any]]:
    from airflow_provider_lakeindex import WatchJoinsOperator

    return WatchJoinsOperator(task_id="watch", index=str(index), settings=SETTINGS, **options).execute({})


class Remembered:
    """What a task instance gives of the runs before."""

    def __init__(self, value: object) -> None:
        self.value = value

    def xcom_pull(self, task_ids: str, include_prior_dates: bool) -> object:
        assert (task_ids, include_prior_dates) == ("wait", True)
        return self.value


def wait(index: Path, seen: object = None, after: Any = None) -> int:
    from airflow_provider_lakeindex import NewGenerationSensor

    sensor = NewGenerationSensor(
        task_id="wait", index=str(index), after=after, settings=SETTINGS, poke_interval=0.01, timeout=0.05
    )
    return sensor.execute({"ti": Remembered(seen)})


def test_the_hash_of_an_unchanged_lake_stays_and_that_of_a_changed_one_does_not(lake: Path, index: Path) -> None:
    first = index_lake(lake, index)
    assert {name: first[name] for name in ("tables", "columns", "failed_files")} == {
        "tables": 2,
        "columns": 4,
        "failed_files": 0,
    }
    assert index_lake(lake, index) == first
    (lake / "broken.parquet").write_bytes(b"PAR1 but no more")
    (lake / "towns.csv").write_text("town\nRome\nOslo\n")
    changed = index_lake(lake, index)
    assert changed["logical_hash"] != first["logical_hash"]
    assert (changed["tables"], changed["failed_files"]) == (3, 1)


def test_watching_fails_where_a_join_broke_and_names_it(lake: Path, index: Path) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    index_lake(lake, index)
    assert watch(index) == []
    write_customers(lake, first=31)
    index_lake(lake, index)
    with pytest.raises(AirflowFailException, match=r"orders.csv · customer_id  ⋈  customers.csv · id"):
        watch(index)
    told = [(row["table"], row["column"], row["reason"]) for row in watch(index, fail=False)]
    assert ("orders.csv", "customer_id", "values changed") in told


def test_the_sensor_waits_for_another_generation(lake: Path, index: Path) -> None:
    from airflow.sdk.exceptions import AirflowSensorTimeout

    with pytest.raises(AirflowSensorTimeout):
        wait(index)  # there is no index yet
    first = index_lake(lake, index)["generation"]
    assert wait(index) == first
    for seen in ({"seen": first}, {"after": first}, {"after": str(first)}):
        with pytest.raises(AirflowSensorTimeout):
            wait(index, **seen)
    write_customers(lake, first=31)
    second = index_lake(lake, index)["generation"]
    assert wait(index, seen=first) == wait(index, after=str(first)) == second > first


def test_paths_are_templates(lake: Path, index: Path) -> None:
    from airflow_provider_lakeindex import LakeIndexOperator

    operator = LakeIndexOperator(task_id="index", lake="/data/{{ ds }}", index="{{ params.index }}")
    operator.render_template_fields({"ds": "2026-01-02", "params": {"index": str(index)}})
    assert (operator.lake, operator.index) == ("/data/2026-01-02", str(index))


def test_the_entry_point_tells_what_airflow_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.providers_manager import _create_provider_info_schema_validator

    project = tomllib.loads((PACKAGES / "airflow-provider-lakeindex" / "pyproject.toml").read_text("utf-8"))["project"]
    module, function = project["entry-points"]["apache_airflow_provider"]["provider_info"].split(":")
    provider = import_module(module)
    monkeypatch.setattr(provider, "version", {project["name"]: project["version"]}.__getitem__)
    info = getattr(provider, function)()
    _create_provider_info_schema_validator().validate(info)
    assert (info["package-name"], info["versions"]) == (project["name"], [project["version"]])
    assert metadata.EntryPoint("provider_info", f"{module}:{function}", "apache_airflow_provider").load()


def test_the_examples_are_dags(tmp_path: Path) -> None:
    codes = examples("airflow-provider-lakeindex", tmp_path)
    assert len(codes) == 2
    for code in codes:
        (tmp_path / "example.py").write_text(code)
        names = runpy.run_path(str(tmp_path / "example.py"))
        told = names["nightly"]()
        assert told.get_task("watch").upstream_task_ids == {"index"}
