"""The names that are nearest to one that isn't there, for the message that says so."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.errors import NotFound

_MOST, _LEAST_ALIKE = 3, 60


def not_found(says: str, wanted: str, known: Sequence[str]) -> NotFound:
    """Return the error that says so, with the nearest of the known names."""
    close = nearest(wanted, known)
    return NotFound(says + _listed(close), close)


def nearest_names(wanted: str, known: Sequence[str]) -> str:
    """Return the end of a sentence that names the nearest of the known names; nothing where none is near."""
    return _listed(nearest(wanted, known))


def _listed(close: Sequence[str]) -> str:
    return f"; the nearest: {', '.join(map(repr, close))}" if close else ""


def nearest(wanted: str, known: Sequence[str]) -> list[str]:
    """Return the nearest of the known names, nearest first; none where none is near."""
    from rapidfuzz import fuzz, process  # only needed where a name is wrong

    close = process.extract(
        wanted, known, scorer=fuzz.WRatio, processor=str.lower, limit=_MOST, score_cutoff=_LEAST_ALIKE
    )
    return [name for name, _, _ in close]
