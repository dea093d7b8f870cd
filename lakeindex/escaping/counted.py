"""Numbers of things, in words for people."""

from __future__ import annotations


def counted(number: int, what: str, plural: str = "") -> str:
    """Return a number of things: `1 row`, `2,200 rows`, `3 matches` where the plural is given."""
    return f"{number:,} {what if number == 1 else plural or f'{what}s'}"


def measured(number: float) -> str:
    """Return a figure with at most two decimals, without those that say nothing: `2,200`, `1.5`."""
    text = f"{number:,.2f}"
    return text.rstrip("0").rstrip(".")
