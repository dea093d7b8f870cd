"""Relationships take a while in a large lake: one request looks for them, and the others are answered meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from lakeindex import Lake
from lakeindex.serve.web import map_data, views
from tests.serve.web.lakes import SETTINGS
from tests.serve.web.test_pages import PAIR


@pytest.fixture
def lake(broken_index: Path) -> Lake:
    return Lake.open(broken_index, SETTINGS)


def test_whoever_asks_while_relationships_are_looked_for_is_told_to_ask_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, asked, look = threading.Event(), threading.Event(), lake.relationships

    def slowly(least: float) -> Any:
        asked.set()
        assert may_end.wait(30)
        return look(least)

    monkeypatch.setattr(lake, "relationships", slowly)
    monkeypatch.setattr(map_data, "_PATIENCE", 0.01)
    first = threading.Thread(target=map_data.map_of, args=(lake,))
    first.start()
    assert asked.wait(30)
    assert map_data.map_of(lake) is None
    assert views.references(lake, {"name": "geo/countries.csv"})["references"] is None
    may_end.set()
    first.join()
    found = map_data.map_of(lake)
    assert found is not None and found is map_data.map_of(lake)


def test_a_verdict_changes_the_map(lake: Lake) -> None:
    before = map_data.map_of(lake)
    lake.reject(*PAIR.values())
    try:
        after = map_data.map_of(lake)
    finally:
        lake.withdraw(*PAIR.values())
    assert before is not None and after is not None
    lost = {(row["child_column"], row["parent_column"]) for row in before.relationships.to_pylist()} - {
        (row["child_column"], row["parent_column"]) for row in after.relationships.to_pylist()
    }
    assert lost == {("country name", "name")}


def test_what_failed_is_tried_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(lake, "relationships", lambda least: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            map_data.map_of(lake)
    assert map_data.map_of(lake) is not None
