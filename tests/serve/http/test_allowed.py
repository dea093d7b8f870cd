"""Who may see some tables only reads nothing of the others, whatever they ask."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from lakeindex import Lake
from lakeindex.serve.http.app import make_app
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from tests.serve.forbidden_names import leaked, questions


def asking(served: ServedLake, allowed: str) -> httpx.Client:
    app = make_app(served, [Principal.of_token("one", "a-token-of-somebody", [allowed])], Limits())
    return TestClient(app, "http://localhost", headers={"Authorization": "Bearer a-token-of-somebody"})


@pytest.mark.parametrize(("allowed", "seed"), [("geo/*", 1), ("sales/*", 2)])
def test_random_questions_are_answered_without_a_name_of_another_table(
    served: ServedLake, allowed: str, seed: int
) -> None:
    client = asking(served, allowed)
    for address, asked in questions(seed, 120):
        answer = client.get(address, params=asked)
        assert answer.status_code in (200, 400, 404), (address, asked, answer.text)
        assert leaked(answer.text, allowed, asked) == [], (address, asked)


def test_a_forbidden_table_is_one_that_is_not_there(served: ServedLake) -> None:
    client = asking(served, "geo/*")
    allowed = {"right_table": "geo/countries.csv", "right_column": "code", "left_column": "country"}
    for address, name, rest in (
        ("query", "table", {"column": "country"}),
        ("query", "within", {"table": "geo/countries.csv", "column": "code"}),
        ("profile", "table", {}),
        ("explain", "left_table", allowed),
        ("join", "left_table", allowed),
        ("path", "first_table", {"last_table": "geo/countries.csv"}),
        ("path", "last_table", {"first_table": "geo/countries.csv"}),
    ):
        hidden, missing = (
            client.get(f"/v1/{address}", params={name: table, **rest})
            for table in ("sales/orders.csv", "sales/ordexs.csv")
        )
        assert hidden.status_code == missing.status_code == 404
        assert hidden.text == missing.text.replace("ordexs", "orders")


def test_as_many_answers_come_as_are_allowed(served: ServedLake, small_index: Path) -> None:
    asked = {"table": "geo/countries.csv", "column": "name", "k": "50"}
    found = asking(served, "geo/*").get("/v1/query", params=asked).json()
    whole = Lake.open(small_index).query("geo/countries.csv", "name", 50)
    allowed = {(one.column.table, one.column.name) for one in whole.matches if one.column.table.startswith("geo/")}
    assert allowed and {(one["table"], one["column"]) for one in found["matches"]} >= allowed
