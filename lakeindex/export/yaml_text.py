"""Write YAML of plain values: blocks of mappings and lists, every text in double quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lakeindex.escaping.double_quoted import double_quoted

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NOT_PLAIN = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def as_yaml(value: Any) -> str:
    """Write a mapping or a list, of mappings, lists, texts, numbers, truth values and None."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, one in value.items():
            yield from _entry(f"{_key(str(name))}:", one)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for one in value:
            yield from _item(one)
    else:
        yield double_quoted(value) if isinstance(value, str) else json.dumps(value)


def _entry(head: str, value: Any) -> Iterator[str]:
    lines = list(_lines(value))
    if _is_block(value):
        yield head
        yield from (f"  {line}" for line in lines)
    else:
        yield f"{head} {lines[0]}"


def _item(value: Any) -> Iterator[str]:
    first, *others = _lines(value)
    yield f"- {first}"
    yield from (f"  {line}" for line in others)


def _is_block(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) and name.lower() not in _NOT_PLAIN else double_quoted(name)
