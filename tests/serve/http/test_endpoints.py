"""Every address gives what the Python interface and the command line give, and what the document says."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from lakeindex import Lake
from tests.commands import run_here

PAIR = {
    "left_table": "sales/orders.csv", "left_column": "country",
    "right_table": "geo/countries.csv", "right_column": "code",
}  # fmt: skip
COLUMN = {"table": "sales/orders.csv", "column": "country"}
TABLES = {"first_table": "sales/orders.csv", "last_table": "geo/hauptstädte.csv.gz"}


@pytest.fixture(scope="module")
def lake(small_index: Path) -> Lake:
    return Lake.open(small_index)


@pytest.mark.parametrize(
    ("address", "given", "command"),
    [
        ("query", COLUMN, ["query", *COLUMN.values()]),
        ("query", {**COLUMN, "k": 1}, ["query", *COLUMN.values(), "-k", "1"]),
        ("query", {**COLUMN, "within": "geo/*"}, ["query", *COLUMN.values(), "--within", "geo/*"]),
        ("explain", PAIR, ["explain", *PAIR.values()]),
    ],
)
def test_it_answers_what_the_command_line_answers(
    client: httpx.Client, small_index: Path, address: str, given: dict[str, str], command: list[str]
) -> None:
    printed = run_here(*command, "--index", str(small_index), "-o", "json")
    answer = client.get(f"/v1/{address}", params=given).json()
    assert answer.pop("generation") == 1
    assert without_rounding(answer) == without_rounding(
        json.loads(printed.stdout) | {"hidden": answer["hidden"]} if address == "query" else json.loads(printed.stdout)
    )


def without_rounding(content: object) -> object:
    return json.loads(json.dumps(content), parse_float=lambda text: round(float(text), 6))


def test_relationships_tables_and_paths_are_the_lakes(client: httpx.Client, lake: Lake) -> None:
    answers = {name: client.get(f"/v1/{name}").json() for name in ("relationships", "tables")}
    assert answers["relationships"]["relationships"] == lake.relationships().to_arrow().to_pylist()
    assert answers["tables"]["tables"] == lake.tables().to_pylist()
    found = client.get("/v1/path", params=TABLES).json()
    assert found["paths"] == lake.paths(*TABLES.values()).to_arrow().to_pylist()
    profile = client.get("/v1/profile", params=COLUMN).json()["columns"]
    assert profile == lake.profile(*COLUMN.values()).to_pylist()


def test_a_join_is_planned_and_its_first_rows_shown(client: httpx.Client, lake: Lake) -> None:
    answer = client.get("/v1/join", params=PAIR | {"rows": 5}).json()
    plan = lake.join(*PAIR.values())
    assert (answer["match"], answer["how"], answer["says"]) == ("normalised", "inner", plan.describe())
    assert answer["promised"]["rows"]["expected"] == plan.to_arrow().num_rows == 40
    assert answer["columns"] == plan.preview(5).column_names and len(answer["rows"]) == 5
    assert all(row[2].upper() == row[3] for row in answer["rows"])
    assert client.get("/v1/join", params=PAIR | {"rows": 0}).json()["rows"] == []


@pytest.mark.parametrize(
    ("address", "given", "status", "says"),
    [
        ("query", {"table": "sales/orders.csv", "column": "contry"}, 404, "'country'"),
        ("query", {"table": "sales/order.csv", "column": "country"}, 404, "'sales/orders.csv'"),
        ("query", {"table": "sales/orders.csv"}, 400, "column is missing"),
        ("query", {**COLUMN, "k": "0"}, 400, "a whole number from 1 to 1,000"),
        ("query", {**COLUMN, "k": "1e3"}, 400, "a whole number"),
        ("query", {**COLUMN, "min_probability": "nan"}, 400, "a number from 0 to 1"),
        ("query", {**COLUMN, "kk": "1"}, 400, "there is no parameter 'kk'"),
        ("query", [*COLUMN.items(), ("column", "a")], 400, "column is given twice"),
        ("query", {**COLUMN, "within": "x" * 3_000}, 400, "at most 1,000 characters"),
        ("join", {**PAIR, "how": "outer"}, 400, "how is one of inner"),
        ("path", {"first_table": "sales/orders.csv", "last_table": "sales/orders.csv"}, 400, "one table"),
        ("nothing", {}, 404, "/openapi.json"),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: httpx.Client, address: str, given: object, status: int, says: str
) -> None:
    answer = client.get(f"/v1/{address}", params=given)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert says in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("address", "given", "nearest"),
    [
        ("query", {"table": "sales/orders.csv", "column": "contry"}, ["country"]),
        ("profile", {"table": "sales/order.csv"}, ["sales/orders.csv"]),
        ("query", {**COLUMN, "within": "sales/order.csv"}, ["sales/orders.csv"]),
        ("query", {**COLUMN, "k": "0"}, []),
        ("nothing", {}, []),
    ],
)
def test_errors_carry_the_names_that_may_have_been_meant(
    client: httpx.Client, address: str, given: dict[str, str], nearest: list[str]
) -> None:
    named = client.get(f"/v1/{address}", params=given).json()["error"]["nearest"]
    assert named[:1] == nearest


def test_the_document_names_every_address(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for path, item in document["paths"].items():
        required = [one["name"] for one in item["get"]["parameters"] if one["required"]]
        known = {**PAIR, **COLUMN, **TABLES}
        answer = client.get(path, params={name: known[name] for name in required})
        assert answer.status_code == 200, path
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert set(schema["required"]) <= set(answer.json()), path


def test_what_is_counted_is_told_to_prometheus(client: httpx.Client) -> None:
    client.get("/v1/profile", params={"table": "nothing.csv"})
    lines = client.get("/metrics").text.splitlines()
    assert "lakeindex_generation 1" in lines
    assert any(line.startswith('lakeindex_answers_total{path="/v1/profile",status="404"}') for line in lines)
    counted = [line for line in lines if line.startswith('lakeindex_answer_seconds_count{path="/v1/profile"}')]
    assert int(counted[0].split()[-1]) >= 1
