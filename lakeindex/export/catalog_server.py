"""A catalog's server over HTTP: a token from the environment, time limits, and another try where the server is busy."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lakeindex.errors import InvalidSetting, LakeIndexError, MissingExtra

if TYPE_CHECKING:
    import httpx

TOKEN, PLAIN = "LAKEINDEX_CATALOG_TOKEN", "LAKEINDEX_CATALOG_PLAIN"
_OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
_BUSY = (429, 500, 502, 503, 504)
_MOST_WAITED = 30.0


class CatalogFailed(LakeIndexError):
    """A server that can't be reached, or answers something else; the message never holds the token."""


@dataclass(frozen=True)
class CatalogServer(AbstractContextManager["CatalogServer"]):
    """A server that is asked and told."""

    url: str
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0
    """How long an answer may take."""
    tries: int = 5
    pause: float = 0.5
    """Seconds before the second try; twice as long before each further one."""

    def __post_init__(self) -> None:
        """Raise InvalidSetting for what is no address, and for a token that would be sent unencrypted."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise InvalidSetting("the server is an address such as https://host:8080, without a name or a query")
        is_open = parts.scheme == "http" and parts.hostname not in _OWN_HOSTS
        if self.token and is_open and os.environ.get(PLAIN) != "1":
            raise InvalidSetting(
                f"{TOKEN} would be sent unencrypted to another machine: let the address begin with https, or set "
                f"{PLAIN}=1 where the network between is trusted"
            )
        if not self.token.isprintable() or not self.token.isascii():
            raise InvalidSetting(f"{TOKEN} holds characters that no token has")

    @classmethod
    def from_environment(cls, url: str, **headers: str) -> CatalogServer:
        """Return a server, with the token that the environment holds for it. Raises InvalidSetting, MissingExtra."""
        return cls(url.rstrip("/"), os.environ.get(TOKEN, ""), headers)

    def __exit__(self, *_: object) -> None:
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    def get(self, path: str, **parameters: Any) -> Any | None:
        """Return the JSON at a path; None where there is nothing. Raises CatalogFailed."""
        # httpx takes empty parameters for the wish to drop the query that an address has.
        given: dict[str, Any] = {"params": parameters} if parameters else {}
        return self._send("GET", path, is_optional=True, **given)

    def post(self, path: str, body: Any) -> Any:
        """Send JSON; return the answer's. Raises CatalogFailed."""
        return self._send("POST", path, content=_json(body))

    def put(self, path: str, body: Any) -> Any:
        """Send JSON; return the answer's. Raises CatalogFailed."""
        return self._send("PUT", path, content=_json(body))

    def patch(self, path: str, operations: list[dict[str, Any]]) -> Any:
        """Send a JSON Patch; return the answer's JSON. Raises CatalogFailed."""
        return self._send("PATCH", path, content=_json(operations), kind="application/json-patch+json")

    def _send(
        self, method: str, path: str, is_optional: bool = False, kind: str = "application/json", **given: Any
    ) -> Any:
        headers = {"Content-Type": kind, "Accept": "application/json", **self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        response = self._tried(method, path, headers, given)
        if is_optional and response.status_code == 404:
            return None
        self._require_success(response, method, path)
        try:
            return response.json() if response.content else None
        except (ValueError, RecursionError) as error:
            raise CatalogFailed(
                f"{method} {self._place(path)} was answered with something else than JSON; is this the address of "
                "the catalog's API?"
            ) from error

    def _tried(self, method: str, path: str, headers: Mapping[str, str], given: Mapping[str, Any]) -> httpx.Response:
        library = _httpx()
        reason = ""
        for number in range(self.tries):
            waited = self.pause * 2**number
            try:
                response: httpx.Response = self._open().request(method, self._place(path), headers=headers, **given)
                if response.status_code not in _BUSY:
                    return response
                reason = f"it answered with status {response.status_code}"
                waited = max(waited, _asked_to_wait(response))
            except library.TransportError as error:
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            except library.InvalidURL as error:
                raise InvalidSetting(f"{self._place(path)} is no address: {error}") from error
            if number + 1 < self.tries:
                time.sleep(min(waited, _MOST_WAITED) * random.uniform(0.8, 1.2))
        raise CatalogFailed(
            f"{method} {self._place(path)} failed {self.tries} times, at last since {reason}; what was sent before is "
            "there, and the same command goes on from it"
        )

    def _require_success(self, response: httpx.Response, method: str, path: str) -> None:
        status, what = response.status_code, f"{method} {self._place(path)}"
        if status in (401, 403):
            way = "is not one that may do this" if self.token else "is not set"
            raise CatalogFailed(f"{what} was refused with status {status}: {TOKEN} {way}")
        if 300 <= status < 400:
            raise CatalogFailed(f"{what} was redirected, which is not followed with a token: give the address meant")
        if status >= 400:
            raise CatalogFailed(f"{what} was refused with status {status}: {response.text[:500]}")

    def _place(self, path: str) -> str:
        return f"{self.url}{path}"

    def _open(self) -> httpx.Client:
        if "_client" not in self.__dict__:
            # Kept with the server, so that all requests share a connection.
            self.__dict__["_client"] = _httpx().Client(timeout=self.seconds, follow_redirects=False)
        client: httpx.Client = self.__dict__["_client"]
        return client


def _httpx() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise MissingExtra("httpx", "export") from error
    return httpx


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True).encode("ascii")


def _asked_to_wait(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
