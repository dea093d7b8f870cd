"""The tools over HTTP: to who has the token, and to no page of another site."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.server import make_server, over_http
from tests.commands import run_here
from tests.serve.http.conftest import served as served
from tests.serve.http.conftest import small_index as small_index

TOKEN = "a-token-of-an-agent"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def agent(served: ServedLake) -> Iterator[httpx.Client]:
    app = over_http(make_server(served, ["geo/*"]), [Principal.of_token("agent", TOKEN, None)])
    with TestClient(app, "http://127.0.0.1:8766") as client:
        yield client


def call(agent: httpx.Client, headers: dict[str, str], tool: str = "find_tables", **given: object) -> httpx.Response:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": given}}
    return agent.post("/mcp", json=asked, headers=HEADERS | headers)


def test_who_has_the_token_is_answered(agent: httpx.Client) -> None:
    answer = call(agent, {})
    assert answer.status_code == 200
    (data,) = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    content = json.loads(data)["result"]["structuredContent"]
    assert [one["table"] for one in content["tables"]] == ["geo/countries.csv", "geo/hauptstädte.csv.gz"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer a-token-of-somebody"}, 401),
        ({"Authorization": f"Basic {TOKEN}"}, 401),
        ({"Origin": "http://example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "example.com"}, 421),
        ({"Host": "127.0.0.1.example.com:8766"}, 421),
    ],
)
def test_others_are_refused(agent: httpx.Client, headers: dict[str, str], status: int) -> None:
    answer = call(agent, headers)
    assert answer.status_code == status and "countries" not in answer.text


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_no_stream_stays_open_in_the_place_of_calls(agent: httpx.Client, method: str) -> None:
    answer = agent.request(method, "/mcp", headers=HEADERS)
    assert answer.status_code == 405 and answer.headers["allow"] == "POST"


def test_calls_at_once_wait_for_their_turn(agent: httpx.Client) -> None:
    column = {"table": "geo/countries.csv", "column": "name"}
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: call(agent, {}, "find_joinable_columns", **column), range(16)))
    assert [answer.status_code for answer in answers] == [200] * 16
    assert len({answer.text for answer in answers}) == 1


def test_without_its_package_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "lakeindex.serve.mcp.server")
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    done = run_here("mcp", "--index", "nowhere")
    assert done.returncode == 1 and "the package 'mcp'" in done.stderr
    assert "pip install 'lakeindex[mcp]'" in done.stderr and done.stdout == ""


def test_without_an_index_the_command_says_what_to_do(tmp_path: Path) -> None:
    done = run_here("mcp", "--index", str(tmp_path))
    assert done.returncode == 4 and "lakeindex index" in done.stderr and done.stdout == ""
