"""Styles of made lakes: their headers, tables, overlaps and file formats."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.synthesis.fragments import OVERLAPS

_DERIVATIONS = (("rows", 3.0), ("columns", 2.0), ("parents", 2.0), ("lookup", 2.0), ("whole", 2.0))
_HEADERS = (
    "without vowels", "first letters", "truncated", "renamed", "with table", "snake case", "camel case", "upper case",
    "spaced", "prefixed", "code prefixed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LakeStyle:
    """Settings of a made lake."""

    name: str
    headers: tuple[str, ...] = _HEADERS
    """The header changes to draw from, by their names in HEADER_CHANGES."""
    changed_headers: float = 0.5
    """The share of headers that are changed, among those that did not become hubs."""
    hub_headers: float = 0.0
    """The share of headers that are replaced by generic ones, such as `id`, `name` or `date`."""
    emptied: float = 0.0
    """The share of columns that lose all their values."""
    overlaps: tuple[float, ...] = OVERLAPS
    corrupted: float = 0.4
    """The share of columns shared by two tables that are corrupted on one side."""
    rows: tuple[int, int] = (1, 2_000)
    """The fewest and most rows of a table."""
    derivations: tuple[tuple[str, float], ...] = _DERIVATIONS
    """How sources become tables: names in DERIVATION_METHODS, with how often each is drawn."""
    surrogates: float = 0.3
    """The share of sources without a key that may be split by columns, with a number for each row as the key."""
    distractors: float = 0.5
    """The mean number of columns added to each table that join with nothing."""
    foreign_titles: float = 0.8
    """The share of a source's further tables that are named after another source."""
    named_tables: bool = True
    """Whether tables have descriptive names."""
    has_header: bool = True
    """Whether files have a header row."""
    parquet: float = 0.3
    """The share of tables written as Parquet."""


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
        derivations=_DATABASE,
        hub_headers=0.3,
        corrupted=0.1,
        surrogates=1.0,
        distractors=1.5,
        overlaps=_WIDE,
    ),
    LakeStyle("messy", derivations=_MESSY, corrupted=1.0, overlaps=_WIDE),
    LakeStyle("web", derivations=_WEB, rows=(5, 60), corrupted=0.7, distractors=0.2),
)

STYLES = {style.name: style for style in _STYLES}
"""By name."""
