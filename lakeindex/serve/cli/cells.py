"""Values as text: for people (hidden characters escaped), for CSV and for JSON (data, unchanged)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring
from typing import Any

from lakeindex.escaping.visible import is_visible, visible
from lakeindex.serve.answers.json_text import as_json as as_json


def shown(value: object) -> str:
    """Return a value as text for people, yet to be escaped."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    return str(value)


def shown_cells(values: Sequence[Any]) -> list[str]:
    """Return a column's values as text for people, hidden characters escaped."""
    texts = [value if type(value) is str else shown(value) for value in values]
    return texts if is_visible("\n".join(texts)) else [visible(text) for text in texts]


def csv_cells(values: Sequence[Any]) -> list[Any]:
    """Return a column's values as the csv module is to write them; null is an empty cell."""
    return [value if type(value) is str or type(value) is int else _csv_cell(value) for value in values]


def json_cells(values: Sequence[Any], indent: int | None = None) -> list[str]:
    """Return a column's values as JSON; those with parts are laid out by `indent`, for a place two levels deep."""
    return [_JSON[type(value)](value) if type(value) in _JSON else _nested(value, indent) for value in values]


_JSON: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    type(None): lambda _: "null",
    bool: lambda value: "true" if value else "false",
    float: lambda value: float.__repr__(value) if value - value == 0 else "null",
}
"""What `json.dumps` makes of these types, without its detours."""


def _nested(value: object, indent: int | None) -> str:
    text = as_json(value, indent)
    return text if indent is None else text.replace("\n", "\n" + " " * 2 * indent)


def _csv_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return as_json(value) if isinstance(value, list | dict) else value
