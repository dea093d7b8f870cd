"""Take what is expected out of a stranger's JSON, and nothing where something else is in its place."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]


def objects_in(value: Any, name: str) -> list[JsonObject]:
    """Return the objects in a list of an object."""
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def object_in(value: Any, name: str) -> JsonObject:
    """Return an object in an object, an empty one for none."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def texts_of(value: Any) -> list[str]:
    """Return a text, or a list of texts, as a list."""
    found = value if isinstance(value, list) else [value]
    return found if all(isinstance(one, str) for one in found) else []
