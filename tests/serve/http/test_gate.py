"""Who is let in, from where, with what; and how much at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from lakeindex.errors import LakeIndexError
from lakeindex.lake import Lake
from lakeindex.serve.http.gate import cookie_at
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.served_lake import ServedLake
from tests.serve.http.conftest import ADMIN, GEOGRAPHER, client_of

COOKIE = cookie_at(8765)

PAGES = ("/v1/tables", "/v1/nothing", "/", "/search?q=a", "/map/data", "/openapi.json", "/metrics", "/verdict")


@pytest.fixture(scope="module")
def nobody(served: ServedLake) -> httpx.Client:
    return client_of(served)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong-token-of-nobody"},
        {"Authorization": f"Basic {ADMIN}"},
        {"Authorization": f"Bearer {ADMIN[:-1]}"},
        {"Cookie": f"{COOKIE}=wrong"},
        {"Authorization": "Bearer wrong", "Cookie": f"{COOKIE}={ADMIN}"},
    ],
)
def test_nobody_is_let_in(nobody: httpx.Client, address: str, headers: dict[str, str]) -> None:
    answer = nobody.get(address, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "geo" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8765", "", "127.0.0.1.nip.io", "[::2]:8765"])
def test_another_host_is_misdirected_even_with_the_token(client: httpx.Client, host: str) -> None:
    assert client.get("/v1/tables", headers={"Host": host}).status_code == 421
    assert client.get("/healthz", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_it_goes_by_the_names_of_the_loopback(client: httpx.Client, host: str) -> None:
    assert client.get("/v1/tables", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://localhost:1", "https://localhost:8765", "null", "http://localhost:x", ""]
)
def test_pages_of_other_sites_may_not_ask(client: httpx.Client, origin: str) -> None:
    assert client.get("/v1/tables", headers={"Origin": origin}).status_code == 403
    assert client.post("/verdict", headers={"Origin": origin}).status_code == 403


def test_a_cookie_changes_nothing_without_its_own_origin(nobody: httpx.Client) -> None:
    cookie = {"Cookie": f"{COOKIE}={ADMIN}"}
    assert nobody.post("/verdict", headers=cookie).status_code == 403
    assert nobody.post("/verdict", headers=cookie | {"Origin": "http://localhost:8765"}).status_code == 400
    assert nobody.get("/v1/tables", headers=cookie).status_code == 200


def test_a_token_in_an_address_becomes_a_cookie(nobody: httpx.Client) -> None:
    answer = nobody.get(f"/search?q=a%26b&token={ADMIN}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=a%26b")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={ADMIN};") and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    nobody.cookies.clear()
    assert nobody.get("/?token=wrong").status_code == 401
    assert nobody.get(f"/v1/tables?token={ADMIN}").status_code == 401
    led = nobody.get(f"http://localhost:8765//evil.example/a?token={ADMIN}").headers["location"]
    assert led == "/evil.example/a"
    nobody.cookies.clear()


def test_servers_on_two_ports_of_a_host_keep_cookies_of_their_own(nobody: httpx.Client) -> None:
    other = {"Cookie": f"{cookie_at(9000)}={ADMIN}"}
    assert nobody.get("/v1/tables", headers=other).status_code == 401
    assert nobody.get("/v1/tables", headers=other | {"Host": "localhost:9000"}).status_code == 200


def test_health_says_nothing_but_ok(nobody: httpx.Client) -> None:
    assert (nobody.get("/healthz").status_code, nobody.get("/healthz").text) == (200, "ok\n")


def test_requests_that_are_too_large_are_refused(client: httpx.Client) -> None:
    def pieces() -> object:
        for _ in range(20):
            yield b"x" * 10_000

    assert client.get("/v1/tables", params={"a": "x" * 61_000}).status_code == 414
    assert client.post("/verdict", content=b"x" * 100_000).status_code == 413
    assert client.post("/verdict", content=pieces()).status_code == 413  # type: ignore[arg-type]


def test_what_only_reads_takes_no_other_method(client: httpx.Client) -> None:
    answer = client.post("/v1/tables")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


def test_more_than_is_worked_on_at_once_is_told_to_come_again(
    served: ServedLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()
    monkeypatch.setattr(Lake, "tables", lambda _: may_end.wait(20))
    client = client_of(served, ADMIN, Limits(at_once=2, seconds=0.3))
    with ThreadPoolExecutor(2) as callers:
        slow = [callers.submit(client.get, "/v1/tables") for _ in range(2)]
        time.sleep(0.1)
        refused = client.get("/v1/profile", params={"table": "geo/countries.csv"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert [one.result().status_code for one in slow] == [504, 504]
    # What was given up still works, and counts.
    assert client.get("/").status_code == 429
    may_end.set()
    time.sleep(0.2)
    assert client.get("/v1/profile", params={"table": "geo/countries.csv"}).status_code == 200


def test_what_breaks_is_not_shown(served: ServedLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lake, "tables", lambda _: 1 / 0)
    client = client_of(served, ADMIN)
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = client.get("/v1/tables")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "failed")
    assert "division" not in answer.text


def test_errors_of_the_index_are_told(served: ServedLake, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Lake) -> None:
        raise LakeIndexError("the index went away")

    monkeypatch.setattr(Lake, "tables", fail)
    assert client_of(served, ADMIN).get("/v1/tables").json()["error"]["message"] == "the index went away"


def test_counts_are_for_who_sees_all(geographer: httpx.Client) -> None:
    assert geographer.get("/metrics").status_code == 403


@pytest.mark.parametrize("token", [ADMIN, GEOGRAPHER])
def test_nobody_keeps_an_answer(served: ServedLake, token: str) -> None:
    assert client_of(served, token).get("/v1/tables").headers["cache-control"] == "private, no-store"
