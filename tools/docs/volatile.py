"""Compare pages: what differs from run to run, or from machine to machine, is no difference."""

from __future__ import annotations

import re
from itertools import zip_longest

from tools.docs.blocks import CONSOLE, blocks_of

_OF_THE_MACHINE = ("$ lakeindex doctor", "$ lakeindex config show")
"""What these show says something of the machine: pages keep what they hold."""
_MASKS = (
    (re.compile(r"\d[\d.,]*( s| MB| GB)\b"), r"#\1"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+"), "#"),
    (re.compile(r"\b[0-9a-f]{8,}\b"), "#"),
    (re.compile(r"[─━-]{3,}"), ""),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CLOSE, _CLOSE_SHARE = 0.02, 0.02


def kept_where_volatile(now: str, before: str) -> str:
    """Return a page as it is now, but as it was before where nothing but figures of the run differ."""
    if is_same(now, before):
        return before
    pieces, place = [], 0
    for block, old in zip_longest(blocks_of(now), blocks_of(before)):
        if block is None or old is None:
            break
        keeps = is_same(block.body, old.body)
        pieces += [now[place : block.start], old.body if keeps else block.body]
        place = block.end
    return "".join([*pieces, now[place:]])


def is_same(now: str, before: str) -> bool:
    """Whether pages, or blocks, hold the same, but for figures of the run and blanks; numbers may differ a little."""
    ours, theirs = _comparable(now), _comparable(before)
    return _NUMBER.sub("#", ours) == _NUMBER.sub("#", theirs) and all(
        _is_close(float(one), float(other))
        for one, other in zip(_NUMBER.findall(ours), _NUMBER.findall(theirs), strict=True)
    )


def _is_close(one: float, other: float) -> bool:
    return abs(one - other) <= max(_CLOSE, _CLOSE_SHARE * max(abs(one), abs(other)))


def _comparable(page: str) -> str:
    for block in reversed(blocks_of(page)):
        if block.kind == CONSOLE:
            page = page[: block.start] + _without_machine(block.body) + page[block.end :]
    for pattern, mask in _MASKS:
        page = pattern.sub(mask, page)
    return "".join(page.split())


def _without_machine(body: str) -> str:
    parts = re.split(r"^(?=\$ )", body, flags=re.MULTILINE)
    return "".join(part.split("\n", 1)[0] + "\n" if part.startswith(_OF_THE_MACHINE) else part for part in parts)
