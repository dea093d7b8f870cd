"""Joins of a lake are masked the same way each time, and of a large lake only some tables are taken."""

from __future__ import annotations

import pyarrow as pa

from lakeindex.synthesis.masked_lake import MASKED_STYLES, mask_lake
from lakeindex.synthesis.source_tables import SourceData
from tests.synthesis.made_sources import all_sources


def test_the_halves_of_a_split_column_join() -> None:
    for style in MASKED_STYLES:
        made = mask_lake(all_sources(), 3, style)
        assert made.joins and {join.left.table for join in made.joins} <= set(made.tables)
        assert made.tables == mask_lake(all_sources(), 3, style).tables


def test_names_are_kept_in_one_style_and_dropped_in_the_other() -> None:
    sources = all_sources()
    named = {name for source in sources for name in source.table.column_names}
    kept, dropped = (
        sum(name in named for seed in range(4) for table in mask_lake(sources, seed, style).tables.values()
            for name in table.column_names)
        for style in MASKED_STYLES
    )  # fmt: skip
    assert kept > 1.5 * dropped


def test_wide_tables_and_those_beyond_the_first_two_dozen_are_left_out() -> None:
    wide = SourceData("wide", pa.table({f"c{n}": [f"v{n}{row}" for row in range(9)] for n in range(121)}))
    many = [SourceData(f"t{n}", pa.table({"a": [f"{n}x{row}" for row in range(9)]})) for n in range(40)]
    made = mask_lake([wide, *many], 0, MASKED_STYLES[0])
    assert 24 <= len(made.tables) <= 48
    assert all(table.num_columns < 121 for table in made.tables.values())
