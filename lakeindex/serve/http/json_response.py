"""Answers of the server in JSON."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from lakeindex.serve.answers.json_text import as_json

_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON that no browser takes for anything else, and nobody keeps."""
    # A name may hold half of a pair of surrogates, which UTF-8 can't express.
    text = as_json(content).encode("utf-8", "replace")
    return Response(text, status, {**_HEADERS, **(headers or {})}, media_type="application/json")
