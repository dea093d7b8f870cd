"""A webhook: what broke, as JSON that is signed with a secret that both sides know.

The signature is the HMAC-SHA256 of the time, a dot and the body; a receiver compares it, and refuses what is old:
https://www.rfc-editor.org/rfc/rfc2104.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lakeindex.drift.broken_joins import WatchedJoins, broken_row
from lakeindex.errors import InvalidSetting
from lakeindex.export.retries import PAUSE, CatalogFailed, require_httpx, retried

if TYPE_CHECKING:
    import httpx

SECRET = "LAKEINDEX_WEBHOOK_SECRET"
TIME, SIGNATURE = "X-Lakeindex-Timestamp", "X-Lakeindex-Signature"
_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages are delivered; the address may hold a secret itself, so that no error repeats it."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    pause: float = PAUSE

    def __post_init__(self) -> None:
        """Raise InvalidSetting for what is no address, and without a secret."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise InvalidSetting("--notify is an address such as https://host/hook, without a name")
        if not self.secret:
            raise InvalidSetting(f"a message is signed with a secret that its receiver knows: set {SECRET}")

    @classmethod
    def from_environment(cls, url: str, environment: Mapping[str, str] | None = None) -> Webhook:
        """Return a webhook with the secret of the environment. Raises InvalidSetting."""
        return cls(url, (os.environ if environment is None else environment).get(SECRET, ""))

    def deliver(self, message: Mapping[str, Any], now: float | None = None) -> None:
        """Send a message, again where the receiver is busy. Raises CatalogFailed, MissingExtra."""
        body = json.dumps(message, ensure_ascii=True).encode("ascii")
        stamp = str(int(time.time() if now is None else now))
        headers = {"Content-Type": "application/json", TIME: stamp, SIGNATURE: signature(self.secret, stamp, body)}
        what = f"the message to {urlsplit(self.url).hostname}"
        with require_httpx().Client(timeout=_SECONDS, follow_redirects=False) as client:
            response: httpx.Response = retried(
                lambda: client.post(self.url, content=body, headers=headers), what, pause=self.pause
            )
        if not 200 <= response.status_code < 300:
            raise CatalogFailed(f"{what} was refused with status {response.status_code}")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Sign a body that is sent at a time, in seconds since 1970."""
    return f"sha256={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def broken_message(lake: str, watched: WatchedJoins) -> dict[str, Any]:
    """Return what is told of joins that broke."""
    return {
        "event": "joins.broken",
        "lake": lake,
        "since": watched.since,
        "now": watched.now,
        "summary": watched.summary(),
        "broken": [broken_row(one) for one in watched.broken],
    }
