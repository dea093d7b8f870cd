"""Write why two columns join as text for people, as wide as the terminal."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lakeindex.escaping.visible import visible, visible_line
from lakeindex.reasons.cut import cut
from lakeindex.reasons.facts import facts_of, join_command, verdict
from lakeindex.reasons.reasons import Reasons, reasons_of
from lakeindex.reasons.waterfall import bars_of, percent, text_bar
from lakeindex.serve.cli.grid import screen_width

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from lakeindex.types.matches import Match

_WIDTH, _MOST_WIDTH = 100, 120
_WIDE = 80
_HEIGHT = 25
_BAR, _NARROW_BAR = 24, 12


def write_reasons(match: Match, full: bool) -> None:
    """Write the few reasons for a match, or with `full` all parts of its score, and what is known of the join."""
    from rich.console import Console

    # Without colours: bars for and against differ in their characters, and text on a terminal holds no escape.
    # With a height, as rich takes a dumb terminal to be 80 columns wide unless both are given.
    width = min(screen_width(_WIDTH), _MOST_WIDTH)
    console = Console(width=width, height=_HEIGHT, highlight=False, color_system=None)
    # rich would end the process itself where nobody reads stdout.
    with console.capture() as captured:
        _print(console, f"left   {visible_line(str(match.query))}\nright  {visible_line(str(match.column))}")
        _print(console, f"\n{verdict(match)}\n")
        console.print(_all_parts(match) if full else _reasons(reasons_of(match), console.width))
        console.print()
        console.print(_listed((label, fact) for label, fact in facts_of(match)))
        for line in match.cross_score.lines() if full and match.cross_score is not None else ():
            _print(console, line)
        _print(console, "\njoin them:")
    # Each line ends where its text does, and the command stays on its own, so that it can be copied.
    lines = [line.rstrip(" ") for line in captured.get().split("\n")]
    sys.stdout.write("\n".join(lines) + f"  {visible_line(join_command(match))}\n")


def _print(console: Console, text: str) -> None:
    from rich.text import Text

    console.print(Text(visible(text)))


def _reasons(reasons: Reasons, width: int) -> Table:
    """Lay the reasons out: what each adds, as a waterfall too, and in words with values below."""
    grid, room = _grid(3), _BAR if width >= _WIDE else _NARROW_BAR
    *bars, whole = bars_of(reasons, 0.0)
    for tenths, reason, bar in zip(reasons.tenths, reasons.listed, bars, strict=True):
        shows = visible_line(" | ".join(map(cut, reason.shows)))
        says = f"{reason.name}: {reason.says}" + (f"\n{shows}" if shows else "")
        _add(grid, percent(tenths), text_bar(bar, room), says)
    _add(grid, f"{reasons.score:.1%}", text_bar(whole, room), "in all")
    return grid


def _all_parts(match: Match) -> Table:
    grid = _grid(4)
    _add(grid, "part", "strength", "evidence", "what it means")
    _add(grid, "of the score", "0 to 1", "", "")
    for one in match.evidence:
        strength = "" if math.isnan(one.value) else f"{one.value:.3f}"
        _add(grid, f"{one.part:+.4f}", strength, one.name, one.meaning)
    _add(grid, f"{match.score:.4f}", "", "in all", "the sum of the parts")
    return grid


def _grid(columns: int) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", no_wrap=True)
    for _ in range(columns - 2):
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _add(grid: Table, *cells: str) -> None:
    from rich.text import Text

    # Text, so that a value is never taken for markup.
    grid.add_row(*(Text(visible(cell)) for cell in cells))


def _listed(facts: Iterable[tuple[str, str]]) -> Table:
    grid = _grid(2)
    for label, fact in facts:
        _add(grid, label, visible_line(fact))
    return grid
