"""The tools over HTTP: to who has the token, and to no page of another site."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.testclient import TestClient

from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.server import make_server, over_http
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
