"""Mask the joins of a lake that nobody made: its tables are split and renamed, so that some of its joins are known.

A column that is split by rows or values joins with its other half, and columns that share most of their distinctive
values join as they did before. Which others do nobody knows: whoever learns from such a lake has to leave out what
looks like a join and isn't verified.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.synthesis.lake_styles import LakeStyle
from lakeindex.synthesis.made_lake import MadeLake, make_lake
from lakeindex.synthesis.source_tables import SourceData

MASKED_STYLES = (
    LakeStyle(
        "names kept",
        changed_headers=0.2,
        corrupted=0.15,
        distractors=0.0,
        foreign_titles=0.5,
        derivations=(("whole", 4.0), ("rows", 2.0), ("columns", 2.0), ("lookup", 1.0), ("parents", 1.0)),
    ),
    LakeStyle(
        "names dropped",
        changed_headers=0.8,
        hub_headers=0.1,
        emptied=0.05,
        corrupted=0.5,
        distractors=0.0,
        derivations=(("whole", 3.0), ("rows", 3.0), ("columns", 2.0), ("lookup", 1.0), ("parents", 1.0)),
    ),
)
"""How lakes are masked, in turn."""

_MOST_TABLES = 24
_MOST_COLUMNS = 120
"""Of a table: in wider ones, hardly a column is more than a number."""


def mask_lake(tables: Sequence[SourceData], seed: int, style: LakeStyle) -> MadeLake:
    """Mask joins of a lake; of one with many tables, only some that are drawn by the seed stay."""
    able = [table for table in tables if table.table.num_columns <= _MOST_COLUMNS]
    drawn = np.sort(np.random.default_rng(seed).permutation(len(able))[:_MOST_TABLES])
    return make_lake([able[place] for place in drawn.tolist()], seed, style)
