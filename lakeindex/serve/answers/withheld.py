"""What an index was told not to keep of its values is in no answer of a server either."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lakeindex.config.profile_limits import Personal, RawValues
from lakeindex.lake import Lake
from lakeindex.types.matches import Match

_OF_CELLS = ("examples", "shows")
"""Fields that hold values which were read in the files."""


def why_withheld(lake: Lake) -> str:
    """Return why no values may be shown; empty where they may."""
    limits = lake.generation.manifest.settings["limits"]
    if limits["raw"] != RawValues.SAMPLE:
        return f"values are withheld: the index was built with values = {limits['raw']}"
    if limits["personal"] != Personal.KEEP:
        return f"values are withheld: the index was built with personal = {limits['personal']}"
    return ""


def without_examples(match: Match) -> Match:
    """Return a match without the values that were counted in the files."""
    return match if match.measured is None else replace(match, measured=replace(match.measured, examples=()))


def without_cells(content: Any) -> Any:
    """Return an answer without the values that were read in the files."""
    if isinstance(content, dict):
        return {name: [] if name in _OF_CELLS else without_cells(one) for name, one in content.items()}
    return [without_cells(one) for one in content] if isinstance(content, list) else content
