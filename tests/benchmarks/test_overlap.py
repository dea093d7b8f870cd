from __future__ import annotations

from pathlib import Path

import pytest
from overlap import measure, read_tenths

from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import HASHING
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId, TableId

QUERY = ColumnId(TableId("query.csv"), "letter")


def test_the_tenth_containment_counts_or_the_last_where_fewer_are_listed(tmp_path: Path) -> None:
    rows = [f"many,a,{1 - rank / 100}" for rank in range(30)] + ["few,a,0.5", "few,a,0.25"]
    listed = tmp_path / "listed.csv"
    listed.write_text("\n".join(["query_table,query_column,containment", *rows]) + "\n", encoding="utf-8")
    tenths = read_tenths(listed)
    assert tenths[ColumnId(TableId("many"), "a")] == pytest.approx(0.91)
    assert tenths[ColumnId(TableId("few"), "a")] == 0.25


def test_answers_are_measured_by_their_exact_containment(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    for name, values in {"query": "abcd", "all": "abcdef", "half": "abxy", "quarter": "awxy"}.items():
        (lake / f"{name}.csv").write_text("letter,n\n" + "".join(f"{v} ,{v}1\n" for v in values), encoding="utf-8")
    opened = Lake.index(lake, tmp_path / "index", Settings(model=HASHING))
    found = measure(opened, {QUERY: 0.5, ColumnId(TableId("query.csv"), "unheard of"): 0.5})
    assert (found.right, found.returned, len(found.not_queried)) == (2, 3, 1)
    assert found.errors == [0.0, 0.0, 0.0]
