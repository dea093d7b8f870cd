"""A lake's pages on a real server of this process, without what the whole server puts around them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from lakeindex import Lake
from lakeindex.serve.web.routes import routes

_LINK = re.compile(r'\s(?:href|src|data-fetch)="([^"]*)"')
_CHOSEN = re.compile(r"[&?](match|how|since)=")


class ServedForTests:
    """Lakes that stay open, one for each set of tables that somebody may see."""

    def __init__(self, index: Path) -> None:
        self.index = index
        self.lakes: dict[tuple[str, ...] | None, Lake] = {}

    @contextmanager
    def answering(self, allowed: Sequence[str] | None) -> Iterator[Lake]:
        key = None if allowed is None else tuple(allowed)
        if key not in self.lakes:
            self.lakes[key] = Lake.open(self.index, allowed=allowed)
        yield self.lakes[key]


class AskedBy:
    """Says who asks."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str] | None) -> None:
        self.app, self.allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = SimpleNamespace(allowed=self.allowed)
        await self.app(scope, receive, send)


def app_of(index: Path, allowed: Sequence[str] | None = None) -> ASGIApp:
    return AskedBy(Starlette(routes=routes(ServedForTests(index))), allowed)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an app on a free port of the loopback; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def asking(index: Path, allowed: Sequence[str] | None = None) -> Iterator[httpx.Client]:
    """Serve the pages of an index; yield who asks for them, and may see the `allowed` tables."""
    with serving(app_of(index, allowed)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def links_in(page: str) -> list[str]:
    """Return the addresses on a page, each once, without the places in pages."""
    found = dict.fromkeys(unescape(link).partition("#")[0] for link in _LINK.findall(page))
    return [link for link in found if link]


def crawl(client: httpx.Client) -> dict[str, str]:
    """Return all pages that links lead to from the first one, by their addresses; each of them has to be there.

    Of a join, only the way that is chosen by itself is taken.
    """
    pages: dict[str, str] = {}
    ahead = ["/"]
    while ahead:
        address = ahead.pop(0)
        if address in pages:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
        pages[address] = answer.text
        if answer.headers["content-type"].startswith("text/html"):
            ahead += [link for link in links_in(answer.text) if link not in pages and not _CHOSEN.search(link)]
    return pages
