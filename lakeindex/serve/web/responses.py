"""Answers of the server that are pages: what a browser may do with them, how long they took, and errors for people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from lakeindex.errors import IndexUnusable, InvalidSetting, LakeIndexError, LockHeld, NotFound, Refused
from lakeindex.serve.web.render import render

# Sigma writes its styles by script, which this allows; no page has a style, a script or a handler in its HTML.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_THEMES = ("light", "dark")
_FAILURES: tuple[tuple[type[LakeIndexError], int, str], ...] = (
    (NotFound, 404, "Not in this lake"),
    (InvalidSetting, 400, "That can’t be asked"),
    (Refused, 403, "Not allowed"),
    (LockHeld, 409, "Somebody else is writing"),
    (IndexUnusable, 503, "The index can’t answer"),
)


def frame_of(request: Request) -> dict[str, Any]:
    """Return what surrounds every page: the colours that its reader chose, and where the reader is."""
    theme = request.cookies.get("theme", "")
    return {"theme": theme if theme in _THEMES else "", "path": request.url.path, "search_text": ""}


def page(html: str, started: float, status: int = 200) -> Response:
    """Return a page."""
    return HTMLResponse(html, status, _with_timing(started))


def streamed(pieces: Iterator[str], started: float) -> Response:
    """Return a page that comes in pieces; the time is that of the first."""
    return StreamingResponse(pieces, headers=_with_timing(started), media_type="text/html")


def data(json: str, started: float) -> Response:
    """Return JSON for a script of ours."""
    return Response(json, headers=_with_timing(started), media_type="application/json")


def later(started: float) -> Response:
    """Return that there is no answer yet, and when to ask again."""
    return Response(status_code=503, headers=_with_timing(started) | {"Retry-After": "2"})


def missing(request: Request) -> Response:
    """Answer where nothing is: with a page, but to programs that ask for another kind of answer."""
    if "text/html" not in request.headers.get("accept", ""):
        raise HTTPException(404)
    return failure_page(request, NotFound(f"there is no page {request.url.path!r}"), time.perf_counter())


def failing_as_page(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Let an endpoint answer with a page where it raises what lakeindex raises on purpose."""

    def answer(request: Request) -> Response:
        started = time.perf_counter()
        try:
            return endpoint(request)
        except LakeIndexError as error:
            return failure_page(request, error, started)

    return answer


def failure_page(request: Request, error: LakeIndexError, started: float) -> Response:
    """Return the page that says what went wrong, and where to go on."""
    status, title = next(
        ((status, title) for kind, status, title in _FAILURES if isinstance(error, kind)), (500, "That didn’t work")
    )
    html = render("error.html", **frame_of(request), title=title, message=str(error), status=status)
    return page(html, started, status)


def _with_timing(started: float) -> dict[str, str]:
    return _HEADERS | {"Server-Timing": f"answer;dur={1000 * (time.perf_counter() - started):.1f}"}
