"""The OpenAPI document: every address with its parameters, its answer and its errors."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from lakeindex.serve.http.endpoints import Endpoint
from lakeindex.serve.http.schemas import FAILURE

_FAILURES = {
    400: "A parameter that is missing, unknown, or can't have its value, or a match by which the columns don't meet.",
    401: "No token, or one of nobody.",
    403: "What is refused: an address of another site, or rows of an index that knows no names.",
    404: "No such table or column among those that the caller may see; the message names the nearest.",
    409: "A table's file can't be read any more.",
    413: "A request with a body that is too large.",
    414: "An address that is too long.",
    421: "A host that this server doesn't go by.",
    429: "More answers are asked for than are worked on at once: come again in as many seconds as Retry-After says.",
    501: "It needs a package that isn't installed on the server.",
    503: "The index can't answer.",
    504: "The answer took longer than the server allows.",
}


def openapi_of(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lakeindex",
            "version": version("lakeindex"),
            "description": "What in this lake joins with a column, how, and how far that can be trusted.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "paths": {one.path: {"get": _operation(one)} for one in endpoints},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Failure": FAILURE},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(status): {"description": says, "content": _json({"$ref": "#/components/schemas/Failure"})}
        for status, says in _FAILURES.items()
    }
    return {
        "operationId": endpoint.name,
        "summary": endpoint.says,
        "parameters": [one.to_openapi() for one in endpoint.parameters],
        "responses": {"200": {"description": "The answer.", "content": _json(endpoint.schema)}, **answers},
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
