"""JSON as text: what JSON can't express (dates, bytes, nan) becomes text or null."""

from __future__ import annotations

import json


def as_json(value: object, indent: int | None = None) -> str:
    """Return JSON; what JSON can't express (dates, bytes, nan) becomes text or null."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=indent, default=str)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
