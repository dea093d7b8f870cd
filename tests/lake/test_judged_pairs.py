"""A pair of columns is given as to `join`: two tables with a column each; or as two ColumnIds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from lakeindex import ColumnId, Lake, Settings, TableId
from lakeindex.errors import InvalidSetting, NotFound

NAMES = ("sales/orders.csv", "country", "geo/countries.csv", "code")
IDS = (ColumnId(TableId(NAMES[0]), NAMES[1]), ColumnId(TableId(NAMES[2]), NAMES[3]))


def test_explain_takes_what_query_and_join_take(lake: Lake) -> None:
    by_names, by_ids = lake.explain(*NAMES, budget=0), lake.explain(*IDS, budget=0)
    assert by_names == by_ids and by_names.column == IDS[1]
    named = lake.explain(
        left_table=NAMES[0], left_column=NAMES[1], right_table=NAMES[2], right_column=NAMES[3], budget=0
    )
    assert named == by_names


def test_an_explained_match_knows_both_columns_and_the_one_that_fits_better(lake: Lake) -> None:
    facts = lake.explain(*NAMES, budget=0).facts
    assert facts is not None and facts.rival is None
    assert (facts.left.type, facts.left.rows, facts.left.distinct, facts.left.is_key) == ("text", 40, 6, False)
    assert (facts.right.distinct, facts.right.is_key) == (8, True) and set(facts.right.values) < {
        "FR", "DE", "ES", "PT", "SE", "FI", "CI", "NA",
    }  # fmt: skip
    behind = lake.explain(NAMES[0], NAMES[1], NAMES[2], "capital", budget=0).facts
    assert behind is not None and behind.rival == IDS[1]
    numbers = lake.explain("sales/orders.csv", "customer_id", "sales/customers.parquet", "id", budget=0).facts
    assert numbers is not None and (numbers.left.minimum, numbers.left.maximum, numbers.right.maximum) == (
        "1",
        "5",
        "7",
    )


def test_an_explanation_that_is_not_counted_is_the_same_but_for_its_figures(lake: Lake) -> None:
    counted, estimated = (lake.explain(*NAMES, budget=0, counted=is_counted) for is_counted in (True, False))
    assert counted.exact and estimated.measured is None and not estimated.exact
    assert (estimated.score, estimated.evidence, estimated.facts) == (counted.score, counted.evidence, counted.facts)


def test_verdicts_are_given_and_withdrawn_by_names(index_folder: Path, tmp_path: Path, settings: Settings) -> None:
    lake = Lake.open(copytree(index_folder, tmp_path / "index"), settings)
    lake.accept(*NAMES, note="sure")
    (row,) = lake.feedback().to_pylist()
    assert tuple(row[side] for side in ("left_table", "left_column", "right_table", "right_column")) == NAMES
    assert (row["verdict"], row["note"]) == ("accepted", "sure")
    lake.reject(*NAMES)
    assert lake.feedback()["verdict"].to_pylist() == ["rejected"]
    lake.withdraw(*NAMES)
    assert lake.feedback().num_rows == 0


@pytest.mark.parametrize(
    "given", [NAMES[:2], NAMES[:3], (IDS[0], NAMES[1]), (*IDS, "a note"), (1, 2, 3, 4), (IDS[0], NAMES[1], IDS[1], "x")]
)
def test_what_is_no_pair_of_columns_is_refused_with_the_way_out(lake: Lake, given: tuple[Any, ...]) -> None:
    for call in (lake.explain, lake.accept, lake.reject, lake.withdraw):
        with pytest.raises(InvalidSetting, match="LEFT_TABLE, LEFT_COLUMN, RIGHT_TABLE, RIGHT_COLUMN"):
            call(*given)


def test_a_name_that_is_not_there_is_an_error_with_the_nearest(lake: Lake) -> None:
    for call in (lake.explain, lake.accept, lake.reject):
        with pytest.raises(NotFound, match=r"geo/countries\.csv"):
            call(*NAMES[:2], "geo/country.csv", "code")


def test_a_lake_and_a_match_are_shown_in_a_line(lake: Lake) -> None:
    manifest = lake.generation.manifest
    assert repr(lake) == f"<Lake {manifest.lake}: 5 tables, 13 columns; generation 1 of {lake.settings.index}>"
    assert lake._repr_html_().startswith("<p><b>Lake</b> ") and "5 tables" in lake._repr_html_()
    match = lake.query(*NAMES[:2], k=1).matches[0]
    assert repr(match) == (
        f"<Match sales/orders.csv · country ⋈ geo/countries.csv · code: {match.score:.1%}, accepted; equi join, n:1, "
        "100% of the values meet>"
    )
    assert match._repr_html_().count("<svg") == 1
    restricted = Lake.open(lake.settings.index, lake.settings, allowed=["geo/*"])
    assert "2 tables, 5 columns" in repr(restricted)
    lake.close()
    assert repr(lake) == "<Lake that is closed>"


def test_a_name_in_a_line_obeys_no_terminal(lake: Lake) -> None:
    match = lake.query(*NAMES[:2], k=1).matches[0]
    evil = replace(match, column=ColumnId(TableId("\x1b[31m\n.csv"), "<b>"))
    assert "\\x1b[31m\\n.csv" in repr(evil) and len(repr(evil).splitlines()) == 1
    assert "<b>&lt;b&gt;" not in evil._repr_html_() and "&lt;b&gt;" in evil._repr_html_()
