"""The addresses of the pages, on the server of a lake."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from lakeindex.lake import Lake
from lakeindex.serve.web import views
from lakeindex.serve.web.asked import Query
from lakeindex.serve.web.assets import serve_asset
from lakeindex.serve.web.given_verdict import GivenVerdict
from lakeindex.serve.web.render import render, stream
from lakeindex.serve.web.responses import data, failing_as_page, frame_of, later, missing, page, streamed
from lakeindex.serve.web.views import View

_PAGES: dict[str, tuple[str, View]] = {
    "/": ("home", views.home),
    "/search": ("search", views.search),
    "/suggest": ("suggestions", views.suggestions),
    "/table/{name:path}": ("table", views.table),
    "/references/{name:path}": ("references", views.references),
    "/column": ("column", views.column),
    "/map": ("map", views.lake_map),
    "/broken": ("broken", views.broken),
    "/verdicts": ("verdicts", views.verdicts),
}


class Served(Protocol):
    """A lake that is served."""

    def answering(self, allowed: Sequence[str] | None) -> AbstractContextManager[Lake]:
        """Return the lake as who may see the `allowed` tables sees it: one generation, open as long as is answered."""
        ...


def routes(served: Served) -> list[Route]:
    """Return the pages of a served lake."""
    pages = Pages(served)
    shown = [Route(path, failing_as_page(pages.showing(*shown))) for path, shown in _PAGES.items()]
    return [
        *shown,
        Route("/join", failing_as_page(pages.join)),
        Route("/map/data", failing_as_page(pages.map_data)),
        Route("/verdict", pages.verdict, methods=["POST"]),
        Route("/assets/{version}/{name}", serve_asset),
        Route("/{elsewhere:path}", missing),
    ]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a served lake; those that read it run in threads."""

    served: Served

    def showing(self, template: str, view: View) -> Callable[[Request], Response]:
        """Return the endpoint of a page."""

        def endpoint(request: Request) -> Response:
            started = time.perf_counter()
            with self._lake(request) as lake:
                values = frame_of(request) | view(lake, _query_of(request))
                return page(render(f"{template}.html", **values), started)

        return endpoint

    def join(self, request: Request) -> Response:
        """Show a join: first why, then, once it is planned, the plan."""
        started = time.perf_counter()
        pieces = self._join_pieces(request)
        # The first piece is made here, so that what is wrong with the address is an error page.
        return streamed(chain([next(pieces)], pieces), started)

    def map_data(self, request: Request) -> Response:
        """Give the map's data."""
        started = time.perf_counter()
        with self._lake(request) as lake:
            found = views.map_data(lake, _query_of(request))
        return later(started) if found is None else data(found, started)

    async def verdict(self, request: Request) -> Response:
        """Take a verdict, and go back to where it was given."""
        body = await request.body()

        def give(request: Request) -> Response:
            given = GivenVerdict.of(_query_of(request), body)
            with self._lake(request) as lake:
                given.give(lake)
            return RedirectResponse(given.way_back, 303)

        return await run_in_threadpool(failing_as_page(give), request)

    def _join_pieces(self, request: Request) -> Iterator[str]:
        with self._lake(request) as lake:
            yield from stream("join.html", **frame_of(request), **views.join(lake, _query_of(request)))

    def _lake(self, request: Request) -> AbstractContextManager[Lake]:
        return self.served.answering(request.state.principal.allowed)


def _query_of(request: Request) -> Query:
    path: dict[str, str] = request.path_params
    return dict(request.query_params) | path
