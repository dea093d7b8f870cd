"""The tools, asked by the official client: values, limits, errors, and what nobody may see."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from lakeindex import Lake, Settings
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.results import MOST_CHARACTERS, MOST_ELEMENTS, MOST_STATEMENT
from lakeindex.serve.mcp.server import make_server
from lakeindex.serve.mcp.shorten import clipped, statement_that_fits
from tests.serve.forbidden_names import COLUMNS, TABLES, leaked
from tests.serve.http.conftest import SETTINGS
from tests.small_lake import write_lake

COLUMN = {"table": "sales/orders.csv", "column": "country"}
PAIR = {
    "left_table": "sales/orders.csv", "left_column": "country",
    "right_table": "geo/countries.csv", "right_column": "code",
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agent")
    Lake.index(write_lake(folder / "lake"), folder / "index", SETTINGS).close()
    return folder / "index"


def asked(index: Path, talk: Callable[[Client], Coroutine[Any, Any, Any]], allowed: Sequence[str] | None = None) -> Any:
    """Let a client talk to the server in this process."""

    async def talking() -> Any:
        served = ServedLake(Settings(index=str(index)))
        try:
            async with Client(make_server(served, allowed)) as client:
                return await talk(client)
        finally:
            served.close()

    return asyncio.run(talking())


async def call(client: Client, tool: str, **given: Any) -> Any:
    answer = await client.call_tool(tool, given)
    assert not answer.is_error, answer.content
    return answer.structured_content


def test_from_a_question_to_joined_rows_in_three_calls(index: Path) -> None:
    async def talk(client: Client) -> Any:
        (table,) = (await call(client, "find_tables", text="orders"))["tables"]
        assert "country" in table["columns"]
        partner = (await call(client, "find_joinable_columns", table=table["table"], column="country"))["partners"][0]
        right = {"right_table": partner["table"], "right_column": partner["column"]}
        return await call(client, "preview_join", left_table=table["table"], left_column="country", **right, rows=3)

    joined = asked(index, talk)
    assert len(joined["rows"]) == 3 and joined["expected_rows"] == 40
    assert all(row[2].upper() == row[3] for row in joined["rows"])


def test_the_tools_give_what_the_lake_says(index: Path) -> None:
    lake = Lake.open(index)

    async def talk(client: Client) -> None:
        partners = (await call(client, "find_joinable_columns", **COLUMN, k=2))["partners"]
        matches = lake.query(*COLUMN.values(), 2).matches
        assert [(one["table"], one["column"]) for one in partners] == [(m.column.table, m.column.name) for m in matches]
        assert [one["probability"] for one in partners] == [round(match.score, 4) for match in matches]
        explained = await call(client, "explain_join", **PAIR)
        assert explained["probability"] == pytest.approx(lake.explain(*PAIR.values()).score)
        assert sum(one["part"] for one in explained["reasons"]) == pytest.approx(explained["probability"])
        profile = await call(client, "profile_table", table="geo/countries.csv")
        assert [one["column"] for one in profile["columns"]] == ["code", "name", "capital"]
        references = await call(client, "relationships", table="sales/orders.csv", min_probability=0.0)
        assert references["count"] == len(references["relationships"])
        path = await call(client, "join_path", first_table="sales/orders.csv", last_table="geo/hauptstädte.csv.gz")
        assert [hop["rank"] for hop in path["hops"]] == sorted(hop["rank"] for hop in path["hops"])

    asked(index, talk)


@pytest.mark.parametrize(
    ("tool", "given", "says"),
    [
        ("find_joinable_columns", {"table": "sales/orders.csv", "column": "contry"}, "'country'"),
        ("profile_table", {"table": "sales/order.csv"}, "'sales/orders.csv'"),
        ("preview_join", {**PAIR, "how": "outer"}, "inner"),
        ("find_joinable_columns", {**COLUMN, "k": 1_000}, "25"),
    ],
)
def test_errors_name_the_nearest(index: Path, tool: str, given: dict[str, Any], says: str) -> None:
    async def talk(client: Client) -> str:
        answer = await client.call_tool(tool, given)
        assert answer.is_error
        return str(answer.content)

    assert says in asked(index, talk)


def test_every_tool_says_what_it_gives_and_only_reads(index: Path) -> None:
    async def talk(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = asked(index, talk)
    assert len(tools) == 7
    for tool in tools:
        assert tool.description and tool.output_schema and tool.annotations.read_only_hint


def test_what_the_index_keeps_no_values_of_shows_none(tmp_path: Path) -> None:
    root = write_lake(tmp_path / "lake")
    Lake.index(root, tmp_path / "index", Settings(model="hashing", values="none", jobs=1)).close()

    async def talk(client: Client) -> str:
        answers = [
            await call(client, "preview_join", **PAIR), await call(client, "profile_table", table="geo/countries.csv"),
            await call(client, "find_joinable_columns", **COLUMN),
        ]  # fmt: skip
        assert all("withheld" in answer["note"] for answer in answers)
        return json.dumps([answers[0]["rows"], answers[1:]])

    said = asked(tmp_path / "index", talk)
    assert [value for value in ("France", "Paris", "Oslo", "fr") if f'"{value}"' in said] == []


def test_a_statement_that_is_too_long_is_left_out_and_told() -> None:
    assert statement_that_fits("SELECT 1", "withheld") == ("SELECT 1", "withheld")
    assert statement_that_fits(None, "withheld") == (None, "withheld")
    sql, note = statement_that_fits("x" * (MOST_STATEMENT + 1), "")
    assert sql is None and note.startswith("the statement of 10,001 characters is left out")


def test_values_are_cut_and_are_json() -> None:
    long = clipped("x" * 5_000)
    assert len(long) == MOST_CHARACTERS and long.endswith("…")
    assert clipped([float("nan"), float("inf"), 0.5, True, None, "é"]) == [None, None, 0.5, True, None, "é"]
    assert clipped(list(range(50))) == list(range(MOST_ELEMENTS))
    assert clipped(date(2026, 1, 2)) == "2026-01-02"


@pytest.mark.parametrize("allowed", ["geo/*", "sales/*"])
def test_no_tool_names_a_table_that_is_not_allowed(index: Path, allowed: str) -> None:
    rng = random.Random(3)

    def question() -> tuple[str, dict[str, Any]]:
        table, other = rng.choice(TABLES), rng.choice(TABLES)
        column, another = rng.choice(COLUMNS), rng.choice(COLUMNS)
        pair = {"left_table": table, "left_column": column, "right_table": other, "right_column": another}
        return rng.choice(
            [
                ("find_tables", {"text": rng.choice((table, column))}), ("explain_join", pair), ("preview_join", pair),
                ("find_joinable_columns", {"table": table, "column": column, "k": 25}), ("relationships", {}),
                ("relationships", {"table": table}), ("profile_table", {"table": table}),
                ("join_path", {"first_table": table, "last_table": other}),
            ]
        )  # fmt: skip

    async def talk(client: Client) -> None:
        for _ in range(80):
            tool, given = question()
            answer = await client.call_tool(tool, given)
            said = json.dumps(answer.structured_content, ensure_ascii=False) + str(answer.content)
            assert leaked(said, allowed, {k: v for k, v in given.items() if isinstance(v, str)}) == [], (tool, given)

    asked(index, talk, [allowed])


def test_a_wide_join_shows_the_columns_that_it_is_made_on(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    codes = [f"L{number:03}" for number in range(12)]
    heads, cells = ",".join(f"c{number}" for number in range(60)), ",".join("7" * 60)
    (lake / "wide.csv").write_text("\n".join([f"{heads},late", *(f"{cells},{code}" for code in codes)]), "utf-8")
    (lake / "codes.csv").write_text("\n".join(["code,town", *(f"{code},T{code}" for code in codes)]), "utf-8")
    Lake.index(lake, tmp_path / "index", SETTINGS).close()
    pair = {"left_table": "wide.csv", "left_column": "late", "right_table": "codes.csv", "right_column": "code"}

    async def talk(client: Client) -> Any:
        return await call(client, "preview_join", **pair)

    shown = asked(tmp_path / "index", talk)
    assert len(shown["columns"]) == 40 and shown["columns_left_out"] == 23
    left, right = shown["columns"].index("late"), shown["columns"].index("code")
    assert sorted(row[left] for row in shown["rows"]) == sorted(row[right] for row in shown["rows"])
    assert {row[left] for row in shown["rows"]} <= set(codes) and len(shown["rows"]) == 5


def test_names_of_the_lake_find_the_references_of_hidden_names(tmp_path: Path) -> None:
    key = {"names": "hash", "hash_key": "k" * 32}
    index = str(tmp_path / "index")
    Lake.index(write_lake(tmp_path / "lake"), index, Settings(model="hashing", jobs=1, **key)).close()

    async def talk() -> Any:
        served = ServedLake(Settings(index=index, hash_key=key["hash_key"]))
        async with Client(make_server(served, None)) as client:
            return await call(client, "relationships", table="geo/countries.csv", min_probability=0.0)

    found = asyncio.run(talk())
    assert found["count"] == len(found["relationships"]) > 0 and "countries" not in json.dumps(found)


@pytest.mark.slow
def test_an_agent_starts_it_over_stdio(index: Path) -> None:
    command = ["-m", "lakeindex.serve.cli.main", "mcp", "--index", str(index)]

    async def talk() -> Any:
        async with Client(stdio_client(StdioServerParameters(command=sys.executable, args=command))) as client:
            return await call(client, "find_tables", text="countries")

    assert asyncio.run(talk())["tables"][0]["table"] == "geo/countries.csv"
