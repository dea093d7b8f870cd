"""Send a request again where the server is busy or can't be reached for a moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lakeindex.errors import InvalidSetting, LakeIndexError, MissingExtra

if TYPE_CHECKING:
    import httpx

TRIES = 5
PAUSE = 0.5
"""Seconds before the second try; twice as long before each further one."""
_BUSY = (429, 500, 502, 503, 504)
_MOST_WAITED = 30.0


class CatalogFailed(LakeIndexError):
    """A server that can't be reached, or answers something else; the message never holds a secret."""


def require_httpx() -> Any:
    """Return httpx. Raises MissingExtra."""
    try:
        import httpx
    except ImportError as error:
        raise MissingExtra("httpx", "export") from error
    return httpx


def retried(send: Callable[[], httpx.Response], what: str, tries: int = TRIES, pause: float = PAUSE) -> httpx.Response:
    """Return the answer to a request; `what` names it for people. Raises CatalogFailed, InvalidSetting."""
    library, reason = require_httpx(), ""
    for number in range(tries):
        waited = pause * 2**number
        try:
            response = send()
            if response.status_code not in _BUSY:
                return response
            reason = f"it answered with status {response.status_code}"
            waited = max(waited, _asked_to_wait(response))
        except library.TransportError as error:
            reason = type(error).__name__
        except (library.InvalidURL, UnicodeError) as error:
            raise InvalidSetting(f"{what} can't be: that is no address") from error
        if number + 1 < tries:
            time.sleep(min(waited, _MOST_WAITED) * random.uniform(0.8, 1.2))
    raise CatalogFailed(f"{what} failed {tries} times, at last since {reason}")


def _asked_to_wait(response: httpx.Response) -> float:
    try:
        return float(response.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
