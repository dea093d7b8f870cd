"""The pages on the whole server: who has the token sees them, gives verdicts from them, and from no other site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from lakeindex import Lake
from lakeindex.serve.http.app import make_app
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from tests.reasons.chromium import CHROMIUM, Browser
from tests.serve.web.lakes import SETTINGS
from tests.serve.web.pages import serving
from tests.serve.web.shown import PAGES, READY
from tests.serve.web.test_pages import PAIR

ALL, SOME = "a-token-for-all-tables", "a-token-for-some-tables"


@pytest.fixture(scope="module")
def server(broken_index: Path) -> Iterator[str]:
    served = ServedLake(replace(SETTINGS, index=str(broken_index)))
    principals = [Principal.of_token("all", ALL, None), Principal.of_token("some", SOME, ["geo/*"])]
    with serving(make_app(served, principals, Limits(at_once=8))) as address:
        yield address
    served.close()


@contextmanager
def signed_in(server: str, token: str) -> Iterator[httpx.Client]:
    headers = {"accept": "text/html"}
    with httpx.Client(base_url=server, timeout=60, follow_redirects=True, headers=headers) as client:
        assert client.get("/", params={"token": token}).url.query == b""
        yield client


def test_nobody_sees_a_page_without_a_token(server: str) -> None:
    for address in (*PAGES.values(), "/suggest?q=c", "/map/data", "/assets/0/page.css"):
        assert httpx.get(server + address).status_code == 401


def test_who_may_see_some_tables_sees_these(server: str) -> None:
    with signed_in(server, ALL) as everybody, signed_in(server, SOME) as somebody:
        assert "orders.csv" in everybody.get("/").text
        assert "orders.csv" not in somebody.get("/").text and "countries.csv" in somebody.get("/").text
        assert [client.get(PAGES["join"]).status_code for client in (everybody, somebody)] == [200, 404]


def test_a_verdict_is_given_from_a_page_of_this_server_alone(server: str, broken_index: Path) -> None:
    lake = Lake.open(broken_index, SETTINGS)
    form = {"verdict": "accept", "note": "by a page", "place": "verdicts"}
    with signed_in(server, ALL) as client:
        for headers in ({}, {"origin": "http://evil.example"}, {"origin": "null"}):
            assert client.post("/verdict", params=PAIR, data=form, headers=headers).status_code == 403
        assert lake.feedback().num_rows == 0
        given = client.post("/verdict", params=PAIR, data=form, headers={"origin": server})
        assert given.status_code == 200 and "<q>by a page</q>" in given.text
        assert lake.feedback()["note"].to_pylist() == ["by a page"]
        client.post("/verdict", params=PAIR, data=form | {"verdict": "withdraw"}, headers={"origin": server})
        assert lake.feedback().num_rows == 0


def test_what_is_no_page_is_a_page_to_people_and_json_to_programs(server: str) -> None:
    with signed_in(server, ALL) as client:
        assert "there is no page" in client.get("/nothing").text
        answer = client.get("/v1/nothing", headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_signs_in_once_and_gives_a_verdict(server: str, broken_index: Path, tmp_path: Path) -> None:
    lake = Lake.open(broken_index, SETTINGS)
    with Browser(tmp_path) as browser:
        browser.open(f"{server}{PAGES['column']}&token={ALL}", 1280, "light")
        browser.wait_for(READY["column"])
        assert "token" not in browser.evaluate("location.href + document.cookie")
        browser.click(".partner summary")
        browser.click(".partner .verdict input[name=note]")
        browser.type("by a browser")
        browser.click(".partner .verdict button.no")
        browser.wait_for("document.querySelector('.given.rejected')")
        assert lake.feedback()["note"].to_pylist() == ["by a browser"]
        lake.withdraw(*PAIR.values())
