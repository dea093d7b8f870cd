"""The server's app: the REST interface, the pages, and what watches both."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from lakeindex.errors import LakeIndexError
from lakeindex.serve.http.endpoints import Endpoint, endpoints_of
from lakeindex.serve.http.failures import Failure, failure_of
from lakeindex.serve.http.gate import LOOPBACK, Gate
from lakeindex.serve.http.json_response import json_response
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.metrics import Metrics
from lakeindex.serve.http.openapi import openapi_of
from lakeindex.serve.http.parameters import read_parameters
from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.http.work import Work
from lakeindex.serve.web.routes import routes as pages_of

_log = logging.getLogger(__name__)


def make_app(served: ServedLake, principals: Sequence[Principal], limits: Limits, hosts: Sequence[str] = ()) -> ASGIApp:
    """Return the app that serves a lake to its principals; it goes by the names of the loopback, and by `hosts`."""
    endpoints, work, metrics = endpoints_of(limits), Work(limits), Metrics()
    document = openapi_of(endpoints)

    async def openapi(_: Request) -> Response:
        return json_response(document)

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def counts(request: Request) -> Response:
        if request.state.principal.allowed is not None:
            raise Failure(403, "forbidden", "counts are of all tables: ask with a token that may see these")
        number = await run_sync(_generation_of, served)  # in a thread: a new generation may have to be opened
        return PlainTextResponse(metrics.text(work.at_once, number), media_type="text/plain; version=0.0.4")

    app = Starlette(
        routes=[
            *(Route(one.path, _answering(one, served, work)) for one in endpoints),
            Route("/openapi.json", openapi),
            Route("/healthz", healthy),
            Route("/metrics", counts),
            *pages_of(served),
        ],
        exception_handlers={Failure: _failed, LakeIndexError: _refused, HTTPException: _unknown, Exception: _broken},
    )
    named = LOOPBACK | frozenset(one.lower() for one in hosts)
    return Gate(app, named, tuple(principals), limits, work, metrics)


def _answering(endpoint: Endpoint, served: ServedLake, work: Work) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers at an address."""

    async def answer(request: Request) -> Response:
        values = read_parameters(endpoint.parameters, request.query_params.multi_items())
        return await work.run(partial(_answer, endpoint, served, request, values))

    return answer


def _generation_of(served: ServedLake) -> int:
    with served.answering(None) as lake:
        return lake.generation.number


def _answer(endpoint: Endpoint, served: ServedLake, request: Request, values: dict[str, object]) -> Response:
    """Answer in a thread, and write the answer there, too: the list of a great lake's tables takes its time."""
    with served.answering(request.state.principal.allowed) as lake:
        return json_response(endpoint.answer(lake, values) | {"generation": lake.generation.number})


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, Failure)
    return error.to_response()


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, LakeIndexError)
    return failure_of(error).to_response()


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        headers = dict(error.headers or {})
        return Failure(405, "method_not_allowed", f"{request.method} is not for this address", headers).to_response()
    return Failure(error.status_code, "not_found", "there is no such address: see /openapi.json").to_response()


async def _broken(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Failure(500, "failed", "this failed on the server, whose log says why").to_response()
