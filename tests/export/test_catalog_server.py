"""How a catalog's server is asked: again where it is busy, never with the token where that would be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.export.catalog_server import CatalogFailed, CatalogServer
from tests.export.fake_server import Answer, serving

pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
TOKEN = "s3cret-token"


@dataclass
class Busy:
    """Answers with some statuses before it answers."""

    statuses: list[int]
    seen: list[dict[str, str]] = field(default_factory=list)
    extra_headers: dict[str, str] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        self.seen.append(headers)
        status = self.statuses.pop(0) if self.statuses else 200
        return status, {"message": "no"} if status >= 400 else {"ok": path}


def server(url: str) -> CatalogServer:
    return CatalogServer(url, TOKEN, pause=0.001)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    busy = Busy([status, status])
    with serving(busy) as url, server(url) as asked:
        assert asked.post("/x", {}) == {"ok": "/x"}
    assert [one["authorization"] for one in busy.seen] == [f"Bearer {TOKEN}"] * 3


def test_a_server_that_stays_busy_is_an_error_that_says_how_to_go_on() -> None:
    busy = Busy([503] * 9)
    with serving(busy) as url, server(url) as asked, pytest.raises(CatalogFailed) as raised:
        asked.get("/x")
    assert "failed 5 times, at last since it answered with status 503" in str(raised.value)
    assert len(busy.seen) == 5


@pytest.mark.parametrize("status, words", [
    (401, "refused with status 401: LAKEINDEX_CATALOG_TOKEN is not one that may do this"),
    (403, "refused with status 403"),
    (422, "refused with status 422"),
    (302, "redirected"),
])  # fmt: skip
def test_other_answers_are_errors_at_once(status: int, words: str) -> None:
    busy = Busy([status])
    with serving(busy) as url, server(url) as asked, pytest.raises(CatalogFailed, match=words) as raised:
        asked.post("/x", {})
    assert len(busy.seen) == 1
    assert TOKEN not in str(raised.value)


def test_what_is_not_there_is_none() -> None:
    with serving(Busy([404])) as url, server(url) as asked:
        assert asked.get("/x") is None


def test_a_server_that_is_not_there_is_an_error() -> None:
    with serving(Busy([])) as url:
        pass
    with server(url) as asked, pytest.raises(CatalogFailed, match="ConnectError"):
        asked.get("/x")


@pytest.mark.parametrize("url", ["ftp://x", "catalog", "http://", "https://me:pw@host", "https://host?x=1", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting, match="address"):
        CatalogServer(url)


def test_a_token_is_not_sent_in_the_open_unless_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEINDEX_CATALOG_TOKEN", TOKEN)
    with pytest.raises(InvalidSetting, match="LAKEINDEX_CATALOG_PLAIN=1"):
        CatalogServer.from_environment("http://catalog.internal:8080")
    monkeypatch.setenv("LAKEINDEX_CATALOG_PLAIN", "1")
    assert TOKEN not in repr(CatalogServer.from_environment("http://catalog.internal:8080"))
    monkeypatch.setenv("LAKEINDEX_CATALOG_TOKEN", "two\nlines")
    with pytest.raises(InvalidSetting, match="characters that no token has"):
        CatalogServer.from_environment("https://catalog.internal")
