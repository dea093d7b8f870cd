"""Metadata files are taken by the tools of their formats, rows and all, and read back as declared keys."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lakeindex.export.metadata_files.written_types import written_types
from lakeindex.export.naming import Naming
from lakeindex.export.targets import Export, Target
from lakeindex.lake_map.declared.declared_keys import read_declared_keys
from tests.export.clients import needs, program, run
from tests.export.conftest import towards
from tests.lake_map.small_lakes import index, write

HARD = ("a,b", 'say "x"', "{{ x }}", "é📈")
"""Names of columns."""


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """A lake whose files and values are not as simple readers expect them, with a reference that holds."""
    folder = tmp_path_factory.mktemp("hard") / "lake"
    towns = [(n, f"Town {n}", f"{n}.50", "-" if n == 3 else n) for n in range(1, 41)]
    write(folder / "geo/towns.csv", ["town_id", *HARD[:3]], towns)
    write(folder / "people.csv", ["person", "town_id", HARD[3]], [(f"P{n}", n % 40 + 1, n % 7) for n in range(200)])
    (folder / "notes.csv").write_text("code;size\n" + "".join(f"{n};{n},5\n" for n in range(40)), "utf-8")
    (folder / "lines.jsonl").write_text("".join(f'{{"n": {n}, "m": "x{n}"}}\n' for n in range(9)), "utf-8")
    return Export.of(index(folder), Target.CROISSANT, Naming(), 0.1)


def put(exported: Export, target: Target, name: str, folder: Path) -> Path:
    """Copy a lake, with its metadata at its root."""
    shutil.copytree(exported.lake.root, folder)
    (folder / name).write_text(towards(exported, target, Naming()).text().text, "utf-8")
    return folder


def test_types_are_those_that_any_reader_gets_from_the_values(hard: Export) -> None:
    found = written_types(hard.opened, hard.lake.table("geo/towns.csv"))
    assert found == {"town_id": "BIGINT", "a,b": "VARCHAR", 'say "x"': "DOUBLE", "{{ x }}": "VARCHAR"}
    assert written_types(hard.opened, hard.lake.table("notes.csv"))["size"] == "VARCHAR"


def test_only_references_that_hold_of_every_row_are_claimed(described: Export) -> None:
    told = json.loads(towards(described, Target.FRICTIONLESS, Naming()).text().text)
    keys = {(one["path"], *key["fields"]) for one in told["resources"] for key in one["schema"].get("foreignKeys", [])}
    assert ("orders.csv", "employee_id") in keys
    assert ("orders.csv", "customer_id") not in keys  # 4 of 30 customers are unknown


def test_lakeindex_reads_the_keys_that_it_wrote(described: Export, tmp_path: Path) -> None:
    for target, name in ((Target.FRICTIONLESS, "datapackage.json"), (Target.CSVW, "csvw-metadata.json")):
        folder = put(described, target, name, tmp_path / str(target) / "lake")
        declared = read_declared_keys(folder, described.opened.opened.searcher.directory)
        assert declared.remarks == ()
        ends = {(str(one.child[0]), str(one.parent[0])) for one in declared.foreign}
        assert ("orders.csv · employee_id", "employees.csv · employee_id") in ends


@pytest.mark.pipelines
@pytest.mark.parametrize("lake", ["shop", "hard"])
def test_croissant_is_validated_and_read(lake: str, described: Export, hard: Export, tmp_path: Path) -> None:
    validate = program("mlcroissant")
    folder = put(described if lake == "shop" else hard, Target.CROISSANT, "croissant.json", tmp_path / "lake")
    done = run(validate, "validate", "--jsonld", "croissant.json", cwd=folder)
    assert "error" not in done.stderr.lower()
    records = run(
        validate, "load", "--jsonld", "croissant.json", "--record_set", "customers" if lake == "shop" else "people",
        "--num_records", "3", cwd=folder,
    )  # fmt: skip
    assert "Done" in records.stdout + records.stderr


@pytest.mark.pipelines
@pytest.mark.parametrize("lake", ["shop", "hard"])
def test_a_data_package_and_all_its_rows_are_valid(lake: str, described: Export, hard: Export, tmp_path: Path) -> None:
    validate = program("frictionless")
    folder = put(described if lake == "shop" else hard, Target.FRICTIONLESS, "datapackage.json", tmp_path / "lake")
    done = run(validate, "validate", "datapackage.json", "--json", cwd=folder)
    report = json.loads(done.stdout)
    assert (report["valid"], report["stats"]["errors"]) == (True, 0)
    assert report["stats"]["tasks"] == (5 if lake == "shop" else 3)


@pytest.mark.pipelines
@pytest.mark.parametrize("lake", ["shop", "hard"])
def test_csvw_and_all_its_rows_are_valid(lake: str, described: Export, hard: Export, tmp_path: Path) -> None:
    validate = program("csvwvalidate")
    exported = described if lake == "shop" else hard
    folder = put(exported, Target.CSVW, "csvw-metadata.json", tmp_path / "lake")
    assert "OK" in run(validate, "--lax", "csvw-metadata.json", cwd=folder).stdout
    told = json.loads((folder / "csvw-metadata.json").read_text("utf-8"))
    assert len(told["tables"]) == (5 if lake == "shop" else 3)


@pytest.mark.pipelines
@pytest.mark.parametrize("lake", ["shop", "hard"])
def test_sources_of_dbt_are_read_and_tested(lake: str, described: Export, hard: Export, tmp_path: Path) -> None:
    dbt = program("dbt")
    needs("dbt.adapters.duckdb")
    exported = described if lake == "shop" else hard
    (tmp_path / "models").mkdir()
    text = towards(exported, Target.DBT_SOURCES, Naming()).text().text
    (tmp_path / "models" / "sources.yml").write_text(text, "utf-8")
    (tmp_path / "dbt_project.yml").write_text("name: p\nversion: '1.0'\nprofile: p\n", "utf-8")
    profile = {"p": {"target": "d", "outputs": {"d": {"type": "duckdb", "path": "p.duckdb"}}}}
    (tmp_path / "profiles.yml").write_text(json.dumps(profile), "utf-8")
    run(dbt, "build", "--profiles-dir", ".", cwd=tmp_path)
    results = json.loads((tmp_path / "target" / "run_results.json").read_text("utf-8"))["results"]
    single = [one for one in exported.lake.references if len(one.child_columns) == 1]
    assert len(results) == len(single) >= 1
    assert {one["status"] for one in results} <= {"pass", "warn"}
