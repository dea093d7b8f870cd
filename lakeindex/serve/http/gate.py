"""What every request passes: the host and the origin that it names, its size, and the token of who asks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lakeindex.serve.http.failures import Failure
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.metrics import Metrics
from lakeindex.serve.http.principals import Principal, find_principal
from lakeindex.serve.http.work import Work

_COOKIE = "lakeindex_token"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN = frozenset({"/healthz"})
"""Addresses that need no token."""
_API = "/v1/"
_UNWORKED = ("/assets/", "/openapi.json", "/metrics")
"""Addresses behind which nothing is worked on."""
_SAFE = frozenset({"GET", "HEAD"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SIGN_IN = "Open the address that `lakeindex serve` printed, with its token, once: the browser then keeps it."


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets a request through to the app, with `state.principal`, or refuses it."""

    app: ASGIApp
    hosts: frozenset[str]
    """Names of hosts, lower-cased, that this server goes by."""
    principals: Sequence[Principal]
    limits: Limits
    work: Work
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), [500]

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await self._serve(scope, receive, counting)
        finally:
            self.metrics.count(address_of(scope), status[0], time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            self._require_ours(request)
            if request.url.path in OPEN:
                await self.app(scope, receive, send)
                return
            if (signed_in := self._sign_in(request)) is not None:
                await signed_in(scope, receive, send)
                return
            scope.setdefault("state", {})["principal"] = self._principal(request)
            bounded = _Bounded(receive, self.limits.body_bytes)
            if request.url.path.startswith((_API, *_UNWORKED)):
                await self.app(scope, bounded, send)
            else:
                async with self.work.counted():
                    await self.app(scope, bounded, send)
        except Failure as failure:
            await self._refusal(request, failure)(scope, receive, send)

    def _require_ours(self, request: Request) -> None:
        """Raise Failure for a request to another host, from another site, or of too many bytes."""
        if _name_of(request.headers.get("host", "")) not in self.hosts:
            raise Failure(421, "misdirected", "this server does not go by that name: see --allow-host")
        if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > self.limits.address_bytes:
            raise Failure(414, "too_long", f"an address has at most {self.limits.address_bytes:,} bytes")
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.limits.body_bytes:
            raise Failure(413, "too_large", f"a request has at most {self.limits.body_bytes:,} bytes")
        origin = request.headers.get("origin")
        if origin is not None and not self._is_own(origin, request):
            raise Failure(403, "forbidden", "pages of other sites may not ask this server")

    def _is_own(self, origin: str, request: Request) -> bool:
        """Return whether a page of this very server asks: the same scheme, host and port."""
        try:
            page, own = urlsplit(origin), urlsplit(f"{request.url.scheme}://{request.headers.get('host', '')}")
            ports = [one.port or _DEFAULT_PORTS.get(one.scheme) for one in (page, own)]
        except ValueError:
            return False
        return (page.scheme, page.hostname) == (own.scheme, own.hostname) and ports[0] == ports[1]

    def _sign_in(self, request: Request) -> Response | None:
        """Keep the token of an address in a cookie, and lead to the address without it; None where there is none."""
        given = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = next((value for name, value in given if name == "token"), None)
        if token is None or request.method not in _SAFE or request.url.path.startswith(_API):
            return None
        if find_principal(self.principals, token) is None:
            raise Failure(401, "unauthorised", _SIGN_IN, {"WWW-Authenticate": "Bearer"})
        rest = urlencode([(name, value) for name, value in given if name != "token"])
        # One slash: an address of two would lead to another host.
        path = "/" + request.scope["raw_path"].decode("latin-1").lstrip("/")
        answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303, {"Cache-Control": "no-store"})
        answer.set_cookie(
            cookie_at(request.url.port), token, httponly=True, samesite="strict", secure=request.url.scheme == "https"
        )
        return answer

    def _principal(self, request: Request) -> Principal:
        """Return who asks. Raises Failure where nobody is known by the token, or a page of another site may ask."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        is_header = scheme.lower() == "bearer"
        cookie = request.cookies.get(cookie_at(request.url.port), "")
        found = find_principal(self.principals, token.strip() if is_header else cookie)
        if found is None:
            raise Failure(
                401, "unauthorised",
                f"send the token as `Authorization: Bearer TOKEN`. {_SIGN_IN}", {"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        if not is_header and request.method not in _SAFE and request.headers.get("origin") is None:
            raise Failure(403, "forbidden", "what changes something says where it comes from: send Origin")
        return found

    def _refusal(self, request: Request, failure: Failure) -> Response:
        """Return JSON to programs, and a line to people in a browser."""
        if request.url.path.startswith(_API) or "text/html" not in request.headers.get("accept", ""):
            return failure.to_response()
        return PlainTextResponse(f"{failure}\n", failure.status, failure.headers)


def guarded(app: ASGIApp, principals: Sequence[Principal], limits: Limits) -> Gate:
    """Put a gate around another app, which goes by the names of the loopback alone."""
    return Gate(app, LOOPBACK, tuple(principals), limits, Work(limits), Metrics())


def cookie_at(port: int | None) -> str:
    """Name the cookie of a server: browsers keep one for all ports of a host, on which other servers may be."""
    return f"{_COOKIE}_{port}" if port else _COOKIE


class _Bounded:
    """Receives a body up to so many bytes, also where no length was said. Raises Failure beyond."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most, self._received = receive, most, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._most:
            raise Failure(413, "too_large", f"a request has at most {self._most:,} bytes")
        return message


def address_of(scope: Scope) -> str:
    """Return the address that is counted: the kind of it, without the names that it holds."""
    first, _, rest = scope["path"].lstrip("/").partition("/")
    known = {"v1": f"/v1/{rest.partition('/')[0]}" if rest in _COUNTED_OF_API else "/v1/*"}
    return known.get(first, f"/{first}" if first in _COUNTED else "/*")


_COUNTED_OF_API = frozenset({"query", "explain", "relationships", "join", "tables", "profile", "path"})
_COUNTED = frozenset(
    {"", "search", "suggest", "table", "references", "column", "map", "broken", "verdicts", "join", "verdict", "assets"}
    | {"healthz", "metrics", "openapi.json"}
)


def _name_of(host: str) -> str:
    """Return the host of a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
