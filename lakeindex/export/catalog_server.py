"""A catalog's server over HTTP: a token from the environment, time limits, and another try where the server is busy."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lakeindex.errors import InvalidSetting
from lakeindex.export.retries import PAUSE, TRIES, CatalogFailed, require_httpx, retried

if TYPE_CHECKING:
    import httpx

__all__ = ["CatalogFailed", "CatalogServer"]
TOKEN, PLAIN = "LAKEINDEX_CATALOG_TOKEN", "LAKEINDEX_CATALOG_PLAIN"
_OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
_SHOWN = 500


@dataclass(frozen=True)
class CatalogServer(AbstractContextManager["CatalogServer"]):
    """A server that is asked and told."""

    url: str
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0
    """How long an answer may take."""
    tries: int = TRIES
    pause: float = PAUSE

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
        """Return a server, with the token that the environment holds for it. Raises InvalidSetting."""
        return cls(url.rstrip("/"), os.environ.get(TOKEN, ""), headers)

    def __exit__(self, *_: object) -> None:
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    def get(self, path: str, **parameters: Any) -> Any | None:
        """Return the JSON at a path; None where there is nothing. Raises CatalogFailed, MissingExtra."""
        # httpx takes empty parameters for the wish to drop the query that an address has.
        given: dict[str, Any] = {"params": parameters} if parameters else {}
        return self._send("GET", path, is_optional=True, **given)

    def post(self, path: str, body: Any) -> Any:
        """Send JSON; return the answer's. Raises CatalogFailed, MissingExtra."""
        return self._send("POST", path, content=_json(body))

    def put(self, path: str, body: Any) -> Any:
        """Send JSON; return the answer's. Raises CatalogFailed, MissingExtra."""
        return self._send("PUT", path, content=_json(body))

    def patch(self, path: str, operations: list[dict[str, Any]]) -> Any:
        """Send a JSON Patch; return the answer's JSON. Raises CatalogFailed, MissingExtra."""
        return self._send("PATCH", path, content=_json(operations), kind="application/json-patch+json")

    def _send(
        self, method: str, path: str, is_optional: bool = False, kind: str = "application/json", **given: Any
    ) -> Any:
        headers = {"Content-Type": kind, "Accept": "application/json", **self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        what, client = f"{method} {self.url}{path}", self._open()
        response = retried(
            lambda: client.request(method, f"{self.url}{path}", headers=headers, **given), what, self.tries, self.pause
        )
        if is_optional and response.status_code == 404:
            return None
        self._require_success(response, what)
        try:
            return response.json() if response.content else None
        except (ValueError, RecursionError) as error:
            raise CatalogFailed(
                f"{what} was answered with something else than JSON: is this the address of the catalog's API?"
            ) from error

    def _require_success(self, response: httpx.Response, what: str) -> None:
        status = response.status_code
        if status in (401, 403):
            way = "is not one that may do this" if self.token else "is not set"
            raise CatalogFailed(f"{what} was refused with status {status}: {TOKEN} {way}")
        if 300 <= status < 400:
            raise CatalogFailed(f"{what} was redirected, which is not followed with a token: give the address meant")
        if status >= 400:
            raise CatalogFailed(f"{what} was refused with status {status}: {response.text[:_SHOWN]}")

    def _open(self) -> httpx.Client:
        if "_client" not in self.__dict__:
            # Kept with the server, so that all requests share a connection.
            self.__dict__["_client"] = require_httpx().Client(timeout=self.seconds, follow_redirects=False)
        client: httpx.Client = self.__dict__["_client"]
        return client


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True).encode("ascii")
