"""Which columns of a table for people are shown, and how wide, where the terminal is too narrow for all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lakeindex.serve.cli.grid_cells import width_of

BETWEEN = "  "
_NARROW = 16
"""Columns that need more are narrowed down to this before any is left out."""
_NUMBER = re.compile(r"[-+]?[\d,.]*\d(e[-+]?\d+)?%?", re.ASCII)

Texts = list[list[str]]
"""Some rows as text for people: the cells of each column."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a command knows of its table: what matters least, and what must stay readable."""

    title: str = ""
    least: Sequence[str] = ()
    """Columns that are left out where all don't fit, the first one first; behind them the others, from the right."""
    wraps: Sequence[str] = ()
    """Columns with sentences, which take several lines; the values of others are cut."""
    floors: Mapping[str, int] = field(default_factory=dict)
    """How narrow a column may become before others are left out, if not as narrow as any."""


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column that is shown."""

    place: int
    name: str
    width: int
    wraps: bool
    is_number: bool


def lay_out(names: Sequence[str], sample: Texts, width: int, layout: Layout) -> list[ShownColumn]:
    """Choose the columns that fit the width, in their order, each with its width; at least one is always shown."""
    cells = sample or [[]] * len(names)
    natural = [max(map(width_of, [name, *some]), default=0) for name, some in zip(names, cells, strict=True)]
    floors = [min(size, layout.floors.get(name, _NARROW)) for name, size in zip(names, natural, strict=True)]
    places = _with_room(floors, _giving_way(names, layout.least), width)
    widths = _narrowed([natural[one] for one in places], [floors[one] for one in places], width)
    return [
        ShownColumn(place, names[place], size, names[place] in layout.wraps, _are_numbers(cells[place]))
        for place, size in zip(places, widths, strict=True)
    ]


def _with_room(floors: Sequence[int], giving_way: Sequence[int], width: int) -> list[int]:
    """Leave out columns until the others fit; return the places of these, ascending."""
    needed = _total(floors)
    for left_out, place in enumerate(giving_way):
        if needed <= width or left_out == len(floors) - 1:
            return sorted(giving_way[left_out:])
        needed -= floors[place] + len(BETWEEN)
    return []


def _giving_way(names: Sequence[str], least: Sequence[str]) -> list[int]:
    """Return the places of the columns in the order in which they are left out."""
    first = [names.index(name) for name in least if name in names]
    return first + [place for place in reversed(range(len(names))) if names[place] not in least]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(BETWEEN) * (len(widths) - 1)


def _narrowed(widths: list[int], floors: list[int], width: int) -> list[int]:
    """Narrow the widest columns alike, none below its floor unless it is alone, until all fit."""
    if len(widths) == 1:
        return [min(widths[0], max(width, 1))]

    def capped(cap: int) -> list[int]:
        return [max(floor, min(size, cap)) for size, floor in zip(widths, floors, strict=True)]

    cap = bisect_right(range(1, max(widths) + 1), width, key=lambda cap: _total(capped(cap)))
    narrowed, wider = capped(cap), capped(cap + 1)
    for place in range(len(widths)):
        if wider[place] > narrowed[place] and _total(narrowed) < width:
            narrowed[place] += 1
    return narrowed


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether all cells that hold something hold a number."""
    some = [cell for cell in cells if cell]
    return bool(some) and all(map(_NUMBER.fullmatch, some))
