"""A chat model behind an OpenAI-compatible endpoint: one question, one short answer, no other traffic.

Where it is and its key come from the environment alone: LAKEINDEX_CHAT_URL, LAKEINDEX_CHAT_MODEL, LAKEINDEX_CHAT_KEY.
"""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lakeindex.errors import InvalidSetting, LakeIndexError

_URL, _MODEL, _KEY = "LAKEINDEX_CHAT_URL", "LAKEINDEX_CHAT_MODEL", "LAKEINDEX_CHAT_KEY"
_MOST_BYTES = 2**20
_ANSWER_TOKENS = 8
_OWN_HOSTS = ("localhost", "127.0.0.1", "::1")


class NoAnswer(LakeIndexError):
    """The model gave no answer; the message says why, and never holds the key."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key, and the cells, to somebody who was not asked."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class ChatEndpoint:
    """Where a chat model is asked."""

    url: str
    """Without `/chat/completions`."""
    model: str
    key: str = field(default="", repr=False)
    seconds: float = 30.0
    """How long an answer may take."""

    def __post_init__(self) -> None:
        """Raise InvalidSetting for what is no address, and for a key that would be sent unencrypted."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise InvalidSetting(f"{_URL} must be an address such as https://host/v1, without a name or a query")
        if self.key and parts.scheme == "http" and parts.hostname not in _OWN_HOSTS:
            raise InvalidSetting(f"{_URL} would send the key unencrypted to another machine: let it begin with https")
        if not self.key.isprintable() or not self.key.isascii():
            raise InvalidSetting(f"{_KEY} holds characters that no key has")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ChatEndpoint:
        """Return the endpoint that the environment names. Raises InvalidSetting where it names none."""
        known = os.environ if environment is None else environment
        missing = [name for name in (_URL, _MODEL) if not known.get(name)]
        if missing:
            raise InvalidSetting(f"no language model is set: give {' and '.join(missing)}, and {_KEY} if it needs one")
        return cls(known[_URL].rstrip("/"), known[_MODEL], known.get(_KEY, ""))

    def ask(self, instruction: str, question: str) -> str:
        """Return the model's answer. Raises NoAnswer."""
        messages = [{"role": "system", "content": instruction}, {"role": "user", "content": question}]
        body = {"model": self.model, "temperature": 0, "max_tokens": _ANSWER_TOKENS, "messages": messages}
        return _content(self._post(json.dumps(body).encode()))

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        request = urllib.request.Request(f"{self.url}/chat/completions", body, headers, method="POST")
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=self.seconds) as response:
                found: bytes = response.read(_MOST_BYTES)
                return found
        except urllib.error.HTTPError as error:
            raise NoAnswer(f"the language model's server answered with status {error.code}") from error
        except TimeoutError as error:
            raise NoAnswer(f"the language model did not answer within {self.seconds:g} seconds") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"the language model's server can't be reached ({type(error).__name__})") from error


def _content(body: bytes) -> str:
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise NoAnswer("the language model's server answered with something else than a chat completion") from error
    if not isinstance(content, str):
        raise NoAnswer("the language model answered without text")
    return content
