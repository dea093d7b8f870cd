"""Errors as answers of the server: a status, and in JSON a code and what to do."""

from __future__ import annotations

from starlette.responses import Response

from lakeindex.errors import (
    IndexUnusable,
    InvalidSetting,
    LakeIndexError,
    LockHeld,
    MissingExtra,
    NotFound,
    Refused,
    UnreadableTable,
)
from lakeindex.serve.http.json_response import json_response

_STATUSES: tuple[tuple[type[LakeIndexError], int, str], ...] = (
    (NotFound, 404, "not_found"),
    (InvalidSetting, 400, "invalid"),
    (Refused, 403, "refused"),
    (LockHeld, 409, "locked"),
    (UnreadableTable, 409, "unreadable_table"),
    (MissingExtra, 501, "missing_extra"),
    (IndexUnusable, 503, "index_unusable"),
)
CODES = (
    *(code for _, _, code in _STATUSES),
    *("unauthorised", "forbidden", "misdirected", "method_not_allowed", "too_large", "too_long", "busy", "too_slow"),
    "failed",
)
"""What `error.code` may be."""


class Failure(Exception):
    """An answer that is an error of the server's own."""

    nearest: tuple[str, ...] = ()
    """Where a name isn't there: those that may have been meant, of what the caller may see."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}

    def to_response(self) -> Response:
        """Return it as an answer."""
        error = {"code": self.code, "message": str(self), "nearest": list(self.nearest)}
        return json_response({"error": error}, self.status, self.headers)


def failure_of(error: LakeIndexError) -> Failure:
    """Return the answer to what lakeindex raises on purpose; its messages name the nearest, and say what to do."""
    status, code = next(
        ((status, code) for kind, status, code in _STATUSES if isinstance(error, kind)), (500, "failed")
    )
    failure = Failure(status, code, str(error))
    if isinstance(error, NotFound):
        failure.nearest = error.nearest
    return failure
