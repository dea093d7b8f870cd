"""Files that are written stay where a person edited them; events are sent once; the command says what it did."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lakeindex.errors import InvalidSetting, NotFound, Refused
from lakeindex.export.dbt.project import project_files
from lakeindex.export.naming import Naming, read_names, relationship_id
from lakeindex.export.outcome import Result
from lakeindex.export.table_words import Words
from lakeindex.export.targets import Export, Target
from lakeindex.export.written_files import write_files
from lakeindex.types.lake import TableId
from tests.commands import run_here
from tests.export.conftest import towards
from tests.export.evil_lake import evil_lake
from tests.export.fake_datahub import FakeDataHub
from tests.export.fake_server import Receiver, serving


def test_files_are_written_again_only_where_they_differ_and_nobody_edited_them(tmp_path: Path) -> None:
    files = {"a.yml": "x: 1\n", "deep/b.sql": "select 1\n", "c.json": "{}\n"}
    assert [one.result for one in write_files(tmp_path, files, False)] == [Result.CREATED] * 3
    assert [one.result for one in write_files(tmp_path, files, False)] == [Result.UNCHANGED] * 3
    changed = files | {"a.yml": "x: 2\n"}
    assert [one.result for one in write_files(tmp_path, changed, False)] == [
        Result.CHANGED, Result.UNCHANGED, Result.UNCHANGED,
    ]  # fmt: skip
    path = tmp_path / "a.yml"
    path.write_text(path.read_text("utf-8") + "y: mine\n", "utf-8")
    edited = path.read_text("utf-8")
    with pytest.raises(Refused, match=r"a\.yml was edited; .*--force"):
        write_files(tmp_path, files | {"deep/b.sql": "select 2\n"}, False)
    assert (path.read_text("utf-8"), (tmp_path / "deep/b.sql").read_text("utf-8")[-9:]) == (edited, "select 1\n")
    with pytest.raises(Refused, match=r"c\.json is there already"):
        write_files(tmp_path / "c.json", {"": "[]\n"}, False)
    write_files(tmp_path, files, True)
    assert "mine" not in path.read_text("utf-8")


def test_a_project_names_every_table_once_and_tests_every_reference(described: Export) -> None:
    files = project_files(described.opened, described.lake, Naming())
    models = yaml.safe_load(files["models/lakeindex.yml"])["models"]
    assert {f"models/{one['name']}.sql" for one in models} == {path for path in files if path.endswith(".sql")} - {
        path for path in files if path.startswith("tests/")
    }
    tests = [
        test["relationships"] for one in models for column in one["columns"] for test in column.get("data_tests", [])
    ]
    composite = [path for path in files if path.startswith("tests/")]
    assert len(tests) + len(composite) == len(described.lake.references)
    orders = next(one for one in tests if one["config"]["meta"]["lakeindex"]["child"] == ["orders.csv", "customer_id"])
    assert orders["arguments"] == {"to": "ref('customers')", "field": "id"}
    assert orders["config"]["severity"] == "warn"
    columns = {one["name"]: one for one in next(one for one in models if one["name"] == "customers")["columns"]}
    assert columns["city"]["config"]["meta"]["lakeindex"] == {"rows": 30, "nulls": 0, "distinct": 3}


def test_models_are_called_as_the_file_of_names_says(described: Export) -> None:
    naming = Naming(names={TableId("customers.csv"): "dim_customer"})
    told = towards(described, Target.DBT, naming).text().text
    assert "\"ref('dim_customer')\"" in told
    assert "ref('customers')" not in told


def test_no_name_of_a_stranger_is_a_template_to_dbt(described: Export) -> None:
    told = towards(replace(described, lake=evil_lake()), Target.DBT, Naming()).text().text
    assert "{{ ref('x')" not in told and "{% raw" not in told and "{{ evil" not in told
    assert yaml.safe_load(told)["models"]


def test_words_that_somebody_chose_are_nobody_elses() -> None:
    columns = {TableId(one): ["id", "ID"] for one in ("a/orders.csv", "b/orders.csv", "sales.csv")}
    words = Words.of_names(columns, {TableId("sales.csv"): "orders"})
    assert len({one.lower() for one in words.tables.values()}) == 3
    assert words.tables[TableId("sales.csv")] == "orders"
    assert words.columns[TableId("sales.csv")] == {"id": "id", "ID": "ID (2)"}


@pytest.mark.parametrize(
    "content", ["table,name\na,b\n", "", "table,dataset\na\n", "table,dataset\na,b\na,c\n", "table,dataset\na,b\nc,b\n"]
)
def test_a_file_of_names_that_is_none_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "names.csv").write_text(content)
    with pytest.raises(InvalidSetting, match=r"names\.csv"):
        read_names(tmp_path / "names.csv")
    with pytest.raises(NotFound, match="table,dataset"):
        read_names(tmp_path / "none.csv")


def test_a_relationship_is_called_by_its_datasets_and_pairs_in_any_order() -> None:
    pairs = [("a", "x"), ("b", "y")]
    assert relationship_id("c", "p", pairs) == relationship_id("c", "p", pairs[::-1])
    others = [("p", "c", pairs), ("c", "p", [("a", "y"), ("b", "x")]), ("c", "p", pairs[:1]), ("c2", "p", pairs)]
    assert len({relationship_id(*one) for one in others} | {relationship_id("c", "p", pairs)}) == 5


@pytest.mark.usefixtures("own_index")
def test_events_are_sent_once_and_again_where_they_differ(described: Export) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    exported = towards(described, Target.OPENLINEAGE, Naming(service="s3://bucket"))
    receiver = Receiver()
    with serving(receiver) as url:
        assert {one.result for one in exported.push(url)} == {Result.CREATED}
        assert {one.result for one in exported.push(url)} == {Result.UNCHANGED}
        assert len(receiver.seen) == 5
        keys = tuple(replace(one, probability=0.5) for one in exported.lake.references if one.child == "orders.csv")
        less = replace(exported, lake=replace(exported.lake, references=keys))
        assert Result.CHANGED in {one.result for one in less.push(url)}
    path, event, _ = receiver.seen[0]
    assert (path, event["dataset"]["namespace"]) == ("/api/v1/lineage", "s3://bucket")


def test_the_command_sends_says_what_it_did_and_sends_nothing_the_second_time(shop_index: Path) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    catalog = FakeDataHub()
    with serving(catalog) as url:
        words = ("export", "datahub", "--to", url, "--platform", "s3", "--dataset-prefix", "b/", "--index", shop_index)
        first = run_here(*words, "-o", "csv")
        second = run_here(*words, "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(first.stdout)))
    assert {one["result"] for one in rows} == {"created"}
    assert f"{len(rows)} changes: {len(rows)} created" in first.stderr
    assert "0 changes: " in second.stderr
    assert "urn:li:dataset:(urn:li:dataPlatform:s3,b/orders.csv,PROD)" in catalog.aspects


def test_only_tables_that_are_allowed_are_exported(shop_index: Path) -> None:
    done = run_here("export", "datahub", "--allow", "o*", "--index", shop_index)
    urns = json.dumps(json.loads(done.stdout))
    assert "orders.csv" in urns and "order_lines.csv" in urns
    assert "customers" not in urns and "shipments" not in urns


@pytest.mark.parametrize("words, message", [
    (("dbt", "--to", "http://127.0.0.1:1"), "dbt is no server to send to"),
    (("datahub", "--to", "http://127.0.0.1:1", "--out", "x"), "not both"),
    (("datahub", "--to", "catalog"), "an address such as"),
    (("nowhere",), "'nowhere' is not one of"),
])  # fmt: skip
def test_what_can_not_be_is_a_usage_error(shop_index: Path, words: tuple[str, ...], message: str) -> None:
    done = run_here("export", *words, "--index", shop_index)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_server_that_is_not_there_is_a_clear_error(shop_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    monkeypatch.setattr("lakeindex.export.retries.time.sleep", lambda _: None)
    with serving(Receiver()) as url:
        pass
    done = run_here("export", "openmetadata", "--to", url, "--index", shop_index)
    assert (done.returncode, done.stdout) == (1, "")
    assert "failed 5 times, at last since ConnectError" in done.stderr
