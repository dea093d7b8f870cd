"""The styles of lakes that are made: how their headers, tables and overlaps are."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.synthesis.fragments import OVERLAPS

_RECIPES = (("rows", 3.0), ("columns", 2.0), ("parents", 2.0), ("lookup", 2.0), ("whole", 2.0))
_HEADERS = (
    "without vowels", "first letters", "truncated", "renamed", "with table", "snake case", "camel case", "upper case",
    "spaced", "prefixed", "code prefixed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LakeStyle:
    """How a made lake is."""

    name: str
    headers: tuple[str, ...] = _HEADERS
    """Changes of headers to draw from, by their names in HEADER_CHANGES."""
    changed_headers: float = 0.5
    """The share of headers that are changed, of those that became no hub."""
    hub_headers: float = 0.0
    """The share of headers that become `id`, `name`, `date` and the like."""
    emptied: float = 0.0
    """The share of columns that lose all values."""
    overlaps: tuple[float, ...] = OVERLAPS
    perturbed: float = 0.4
    """The share of columns in common of which one side is written otherwise."""
    rows: tuple[int, int] = (1, 2_000)
    """The fewest and most rows of a table."""
    recipes: tuple[tuple[str, float], ...] = _RECIPES
    """How sources become tables, and how often."""
    surrogates: float = 0.3
    """How many sources without a key of their own are split by columns under a number for each row."""
    distractors: float = 0.5
    """How many columns that join with nothing a table gets, as a mean."""
    foreign_titles: float = 0.8
    """The share of second tables of a source whose name says nothing of it."""
    named_tables: bool = True
    """Whether a table's name says what it holds."""
    has_header: bool = True
    """Whether files name their columns."""
    parquet: float = 0.3
    """The share of tables that are written as Parquet."""


_DATABASE = (("parents", 5.0), ("columns", 3.0), ("rows", 0.5), ("lookup", 1.0), ("whole", 1.0))
_MESSY = (("rows", 3.0), ("columns", 2.0), ("lookup", 1.0), ("whole", 1.0))
_WEB = (("rows", 4.0), ("lookup", 4.0), ("whole", 3.0))

_WIDE = (0.6, 0.8, 1.0)
_STYLES = (
    LakeStyle("plain"),
    LakeStyle("opaque", headers=("opaque",), changed_headers=1.0, named_tables=False),
    LakeStyle("nameless", headers=("empty",), changed_headers=1.0, named_tables=False, has_header=False, parquet=0.0),
    LakeStyle("emptied", emptied=0.3),
    LakeStyle("tiny", rows=(3, 8)),
    LakeStyle("wide", overlaps=_WIDE),
    LakeStyle("narrow", overlaps=(0.0, 0.05, 0.1, 0.2)),
    LakeStyle(
        "database",
        foreign_titles=0.2,
        recipes=_DATABASE,
        hub_headers=0.3,
        perturbed=0.1,
        surrogates=1.0,
        distractors=1.5,
        overlaps=_WIDE,
    ),
    LakeStyle("messy", recipes=_MESSY, perturbed=1.0, overlaps=_WIDE),
    LakeStyle("web", recipes=_WEB, rows=(5, 60), perturbed=0.7, distractors=0.2),
)

STYLES = {style.name: style for style in _STYLES}
"""By name."""
