"""Draw reasons as a waterfall: each starts where the one before has brought the score, and the last ends at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lakeindex.escaping.markup import html_text
from lakeindex.reasons.reasons import Reasons

FOR, AGAINST = "for", "against"
_BLOCK, _LIGHT = "█", "░"
_ROW, _GAP, _WIDTH = 5, 2, 120
_COLOURS = {FOR: "#2f7de1", AGAINST: "#d9640a", "score": "#808891"}
"""Told apart by the colour-blind, too, and on white as on black."""
_LEAST_WIDTH = 0.6
"""Hundredths that the smallest bar takes, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a waterfall: where it begins and ends, in hundredths of its width, and which way it counts."""

    start: float
    stop: float
    way: str
    """FOR or AGAINST."""


def bars_of(reasons: Reasons, least_high: float = 1.0) -> list[Bar]:
    """Return the bar of each reason, and last that of the score, on one scale from 0 on that holds all of them.

    It ends at `least_high` or beyond: at 1, the bars of several answers compare; at 0, those of a low score are seen.
    """
    steps = [*reasons.steps, (0.0, reasons.score)]
    ends = [end for step in steps for end in step]
    low, high = min(0.0, *ends), max(least_high, 1e-9, *ends)
    return [
        Bar(100 * (min(step) - low) / (high - low), 100 * (max(step) - low) / (high - low), _way(*step))
        for step in steps
    ]


def _way(start: float, stop: float) -> str:
    return FOR if stop >= start else AGAINST


def text_bar(bar: Bar, width: int) -> str:
    """Draw a bar in characters, at least one: full ones for the join, light ones against it."""
    start = min(round(bar.start * width / 100), width - 1)
    length = max(round(bar.stop * width / 100) - start, 1)
    return " " * start + (_BLOCK if bar.way == FOR else _LIGHT) * length


def bar_svg(bar: Bar, name: str) -> str:
    """Draw a bar as SVG as wide as its place; a page's style colours it by `class`."""
    length = max(bar.stop - bar.start, _LEAST_WIDTH)
    start = min(bar.start, 100 - length)
    return (
        f'<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="{name}" x="{start:.2f}" y="0" width="{length:.2f}" height="1"/></svg>'
    )


def small_svg(reasons: Reasons) -> str:
    """Draw the whole waterfall as one small SVG that needs no style: each reason a bar with its words as a tooltip."""
    bars, described = bars_of(reasons), list(_described(reasons))
    height = len(bars) * (_ROW + _GAP)
    drawn = "".join(
        f'<rect x="{bar.start * _WIDTH / 100:.1f}" y="{place * (_ROW + _GAP)}" '
        f'width="{max(bar.stop - bar.start, _LEAST_WIDTH) * _WIDTH / 100:.1f}" height="{_ROW}" '
        f'fill="{_COLOURS[bar.way if place < len(bars) - 1 else "score"]}"><title>{html_text(text)}</title></rect>'
        for place, (bar, text) in enumerate(zip(bars, described, strict=True))
    )
    return (
        f'<svg role="img" aria-label="{html_text("; ".join(described))}" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}">{drawn}</svg>'
    )


def percent(tenths: int) -> str:
    """Write tenths of a percent that are added: `+12.3%`."""
    sign = "−" if tenths < 0 else "+"
    return f"{sign}{abs(tenths) / 10:.1f}%"


def _described(reasons: Reasons) -> Iterator[str]:
    for tenths, reason in zip(reasons.tenths, reasons.listed, strict=True):
        yield f"{reason.name} {percent(tenths)}"
    yield f"in all {reasons.score:.1%}"
