"""What two tables share, and how rare that is in the lake, against values counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.index.term_stats import rarity_of
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.lake_map.similar.shared_values import SHARED, shared_values
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.types.lake import TableId


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    folder = tmp_path_factory.mktemp("shared")
    tables = {
        "a.csv": (["red", "blue", "green", "grey"], ["p1", "p2", "p3", "p4"]),
        "b.csv": (["red", "blue"], ["p1", "q2"]),
        "c.csv": (["red", "black"], ["r1", "r2"]),
    }
    for name, columns in tables.items():
        rows = "\n".join(map(",".join, zip(*columns, strict=True)))
        (folder / name).write_text(f"colour,part\n{rows}\n")
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


def named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(SHARED, values.tolist(), strict=True))


def test_rare_values_count_more(lake: Lake, tmp_path: Path) -> None:
    pairs = (AlignedPair("colour", "colour", 0.9), AlignedPair("part", "part", 0.9))
    others = [UnionableTable(TableId("b.csv"), pairs, 1.0), UnionableTable(TableId("c.csv"), (), 0.0)]
    found = shared_values(lake.opened.searcher, TableId("a.csv"), others)
    one, two, three = rarity_of(np.array([1, 2, 3]), 6).tolist()
    mine, theirs = three + two + 2 * one + two + 3 * one, three + two + two + one
    shared = three + two + two
    assert named(found[0]) == pytest.approx(
        {
            "rarity shared of fewer": shared / theirs,
            "rarity shared of own": shared / mine,
            "rarity shared of other": shared / theirs,
            "rarity shared": np.log1p(shared),
            "least rare values found": two / (two + 3 * one),
            "least rare values found in turn": two / (two + one),
            "least of either": two / (two + one),
            "rare values found": (1 + two / (two + one)) / 2,
            "rarest column": two,
            "values shared of fewer": 3 / 4,
        },
        rel=1e-5,
    )
    assert not found[1].any()
    assert shared_values(lake.opened.searcher, TableId("a.csv"), []).shape == (0, len(SHARED))
