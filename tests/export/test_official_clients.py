"""Exports are what the official clients of catalogs, dbt and dlt take: each is tried with them for real."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lakeindex.export.naming import Naming
from lakeindex.export.openlineage import runs
from lakeindex.export.outcome import Result
from lakeindex.export.pull.pulling import Source, pull
from lakeindex.export.targets import Export, Target
from lakeindex.export.written_files import write_files
from tests.export.clients import needs, program, run
from tests.export.conftest import towards
from tests.export.evil_lake import evil_lake
from tests.lake_map.small_lakes import index, write

pytestmark = [pytest.mark.pipelines, pytest.mark.filterwarnings("default")]


@pytest.fixture(params=["shop", "evil"])
def exported(request: pytest.FixtureRequest, described: Export) -> Export:
    """The shop, and a lake whose tables and columns are called as nobody should."""
    return described if request.param == "shop" else replace(described, lake=evil_lake())


def written(exported: Export, target: Target, path: Path, naming: Naming | None = None) -> Path:
    path.write_text(towards(exported, target, naming or Naming()).text().text, "utf-8")
    return path


def test_datahub_takes_every_proposal_and_keeps_it_in_datahub_lite(exported: Export, tmp_path: Path) -> None:
    datahub = program("datahub")
    needs("duckdb")
    path = written(exported, Target.DATAHUB, tmp_path / "proposals.json")
    run(datahub, "check", "metadata-file", path, cwd=tmp_path)
    recipe = {
        "source": {"type": "file", "config": {"path": str(path)}},
        "sink": {"type": "datahub-lite", "config": {"type": "duckdb", "config": {"file": str(tmp_path / "lite.db")}}},
    }
    (tmp_path / "recipe.yml").write_text(json.dumps(recipe), "utf-8")
    run(datahub, "ingest", "-c", tmp_path / "recipe.yml", cwd=tmp_path)
    import duckdb

    with duckdb.connect(str(tmp_path / "lite.db"), read_only=True) as lite:
        counting = "SELECT aspect_name, count(*) FROM metadata_aspect_v2 WHERE version = 0 GROUP BY 1"
        rows = lite.execute(counting).fetchall()
    kept = dict(rows)
    assert kept["erModelRelationshipProperties"] == len(exported.lake.references)
    assert kept["schemaMetadata"] == kept["datasetProperties"] == len(exported.lake.tables)


def test_datahub_validates_every_aspect_by_its_own_class(exported: Export) -> None:
    needs("datahub")
    from datahub.emitter.mcp import MetadataChangeProposalWrapper

    told = json.loads(towards(exported, Target.DATAHUB, Naming()).text().text)
    read = [MetadataChangeProposalWrapper.try_from_mcpc(_mcp(one)) for one in told]
    assert all(one is not None and one.validate() for one in read)
    assert len(read) == 3 * len(exported.lake.tables) + len(exported.lake.references)


def _mcp(proposal: dict[str, Any]) -> Any:
    from datahub.metadata.schema_classes import GenericAspectClass, MetadataChangeProposalClass

    value = json.dumps(proposal["aspect"]["json"]).encode()
    return MetadataChangeProposalClass(
        entityType=proposal["entityType"],
        entityUrn=proposal["entityUrn"],
        changeType=proposal["changeType"],
        aspectName=proposal["aspectName"],
        aspect=GenericAspectClass(value=value, contentType="application/json"),
    )


@pytest.fixture(scope="session")
def openmetadata_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Unpack the generated models of OpenMetadata's client alone: the rest needs 200 MB of packages."""
    needs("email_validator")
    folder = tmp_path_factory.mktemp("openmetadata")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "openmetadata-ingestion"]
    try:
        run(*pip, cwd=folder)
    except AssertionError as error:
        pytest.skip(f"openmetadata-ingestion can't be downloaded: {error}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        wanted = ("metadata/generated/", "metadata/ingestion/models/")
        packed.extractall(folder, [name for name in packed.namelist() if name.startswith(wanted)])
    for package in ("metadata", "metadata/ingestion"):
        (folder / package / "__init__.py").write_text("", "utf-8")
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


@pytest.mark.usefixtures("openmetadata_models")
def test_openmetadata_validates_every_request_by_its_own_models(exported: Export) -> None:
    from lakeindex.export.openmetadata.entities import containers, table_request

    generated = "metadata.generated.schema"
    table = importlib.import_module(f"{generated}.entity.data.table")
    profile = importlib.import_module(f"{generated}.api.data.createTableProfile").CreateTableProfileRequest
    seen = Counter[str]()
    for one in json.loads(towards(exported, Target.OPENMETADATA, Naming()).text().text):
        seen[one["method"]] += 1
        if one["method"] == "PUT":
            profile.model_validate(one["body"])
        for operation in one["body"] if one["method"] == "PATCH" else []:
            values = operation["value"] if operation["path"] == "/tableConstraints" else []
            assert [table.TableConstraint.model_validate(value) for value in values] or operation["value"]
    assert seen["PUT"] == len(exported.lake.tables)
    assert seen["PATCH"] == len({one.child for one in exported.lake.references})
    models = {
        "/api/v1/services/databaseServices": ("services.createDatabaseService", "CreateDatabaseServiceRequest"),
        "/api/v1/databases": ("data.createDatabase", "CreateDatabaseRequest"),
        "/api/v1/databaseSchemas": ("data.createDatabaseSchema", "CreateDatabaseSchemaRequest"),
        "/api/v1/tables": ("data.createTable", "CreateTableRequest"),
    }
    requests = [*containers(Naming()), *(table_request(Naming(), one) for one in exported.lake.tables)]
    for path, body in requests:
        module, name = models[path]
        getattr(importlib.import_module(f"{generated}.api.{module}"), name).model_validate(body)


def test_openlineage_reads_every_event_by_its_own_classes(exported: Export) -> None:
    needs("openlineage")
    from openlineage.client.event_v2 import DatasetEvent, StaticDataset
    from openlineage.client.serde import Serde

    lines = towards(exported, Target.OPENLINEAGE, Naming()).text().text.splitlines()
    assert len(lines) == len(exported.lake.tables)
    for line in lines:
        told = json.loads(line)
        dataset = StaticDataset(told["dataset"]["namespace"], told["dataset"]["name"], facets=told["dataset"]["facets"])
        event = DatasetEvent(eventTime=told["eventTime"], producer=told["producer"], dataset=dataset)
        again = json.loads(Serde.to_json(event))
        assert again["dataset"] == told["dataset"]
        assert again["schemaURL"].split("#")[1] == told["schemaURL"].split("#")[1]


def test_openlineage_reads_runs_by_its_own_classes() -> None:
    needs("openlineage")
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
    from openlineage.client.serde import Serde

    ours = runs.Run("join", "events.jsonl")
    for kind in ("START", "COMPLETE", "FAIL"):
        told = ours.event(kind, [("lakeindex", "a.csv")], [("file", "/b")])
        event = RunEvent(
            eventType=RunState[kind],
            eventTime=told["eventTime"],
            producer=told["producer"],
            run=Run(told["run"]["runId"]),
            job=Job(**told["job"]),
            inputs=[InputDataset(**one) for one in told["inputs"]],
            outputs=[OutputDataset(**one) for one in told["outputs"]],
        )
        again = json.loads(Serde.to_json(event))
        assert (again["eventType"], again["run"]["runId"]) == (told["eventType"], told["run"]["runId"])
        for side in ("inputs", "outputs"):
            names = [{part: one[part] for part in ("namespace", "name")} for one in again[side]]
            assert names == told[side]
        assert again["schemaURL"] == told["schemaURL"]


def test_dlt_takes_the_schema_with_its_references(exported: Export, tmp_path: Path) -> None:
    needs("dlt")
    yaml = pytest.importorskip("yaml")
    from dlt.common.schema import Schema

    schema = Schema.from_dict(yaml.safe_load(written(exported, Target.DLT, tmp_path / "lake.schema.yaml").read_text()))
    found = [one for table in schema.tables.values() for one in table.get("references") or []]
    assert len(found) == len(exported.lake.references)
    for reference in found:
        assert set(reference["referenced_columns"]) <= set(schema.tables[reference["referenced_table"]]["columns"])
    names = [*schema.tables, *(column for table in schema.tables.values() for column in table["columns"])]
    assert [one for one in names if schema.naming.normalize_path(one) != one] == []


@pytest.mark.usefixtures("own_index")
def test_dbt_builds_the_project_and_its_tests_find_the_orphans(described: Export, tmp_path: Path) -> None:
    dbt = program("dbt")
    folder = tmp_path / "project"
    write_files(folder, towards(described, Target.DBT, Naming()).project(), force=False)
    run(dbt, "build", "--profiles-dir", ".", cwd=folder)
    results = json.loads((folder / "target" / "run_results.json").read_text("utf-8"))["results"]
    tests = {one["unique_id"].split(".")[2]: one for one in results if one["unique_id"].startswith("test.")}
    assert len(tests) == len(described.lake.references)
    found = next(one for name, one in tests.items() if name.startswith("relationships_orders_customer_id"))
    assert (found["status"], found["failures"]) == ("warn", 4)  # 4 of 30 customers are unknown
    assert {one["status"] for one in results} == {"success", "pass", "warn"}
    manifest = json.loads((folder / "target" / "manifest.json").read_text("utf-8"))
    noted = [
        one["config"]["meta"]["lakeindex"]["probability"]
        for one in manifest["nodes"].values()
        if one["resource_type"] == "test"
    ]
    assert sorted(noted) == sorted(round(one.probability, 4) for one in described.lake.references)
    again = write_files(folder, towards(described, Target.DBT, Naming()).project(), force=False)
    assert {one.result for one in again} == {Result.UNCHANGED}
    assert pull(described.opened, Source.DBT, str(folder), Naming()) == []
    edited = folder / "models" / "lakeindex.yml"
    edited.write_text(edited.read_text("utf-8").replace('severity: "warn"', 'severity: "error"'), "utf-8")
    shutil.rmtree(folder / "target")
    run(dbt, "parse", "--profiles-dir", ".", cwd=folder)
    confirmed = pull(described.opened, Source.DBT, str(folder), Naming())
    single = [one for one in described.lake.references if len(one.child_columns) == 1]
    assert sum(one.result is Result.CREATED for one in confirmed) == sum(one.child != one.parent for one in single)


def test_dbt_builds_a_project_of_tables_that_are_called_as_nobody_should(tmp_path: Path) -> None:
    dbt = program("dbt")
    hard = ("{{ ref('x') }}", 'a "b" \\', "{% raw %}", "1st,(x)", "é📈", "{# x #}")
    towns, people = "{{ evil }} {% 'x' %}.csv", "日本/é {# b #}.csv"
    write(tmp_path / "lake" / towns, ["town_id", *hard], [(n, *(f"{one}{n}" for one in hard)) for n in range(1, 41)])
    rows = [(f"P{n}", n % 40 + 1, f"{hard[0]}{n % 40 + 1}") for n in range(200)]
    write(tmp_path / "lake" / people, ["person", "town_id", hard[0]], rows)
    exported = Export.of(index(tmp_path / "lake"), Target.DBT, Naming(), 0.01)
    assert {one.child for one in exported.lake.references} == {people}
    folder = tmp_path / "project"
    write_files(folder, exported.project(), force=False)
    run(dbt, "build", "--profiles-dir", ".", cwd=folder)
    results = json.loads((folder / "target" / "run_results.json").read_text("utf-8"))["results"]
    assert {one["status"] for one in results} == {"success", "pass"}
    assert len(results) == 2 + len(exported.lake.references)
    models = [
        one
        for one in json.loads((folder / "target" / "manifest.json").read_text("utf-8"))["nodes"].values()
        if one["resource_type"] == "model"
    ]
    assert {one["config"]["meta"]["lakeindex"]["table"] for one in models} == {towns, people}
    assert {name for one in models for name in one["columns"]} >= {*hard, "town_id"} - {'a "b" \\'}
