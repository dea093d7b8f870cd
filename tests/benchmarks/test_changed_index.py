"""An index with one thing changed is whole, and answers by what it has now."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from changed_index import nameless, vectors_of, with_vectors, without_names

from lakeindex import Lake, Settings
from lakeindex.types.column_tokens import END, ColumnTokens
from tests.benchmarks.conftest import CITY


@pytest.fixture
def index(cities: Lake) -> Path:
    return Path(cities.settings.index)


def evidence(lake: Lake, name: str) -> set[float]:
    (answer,) = lake.query_many([CITY], k=100)
    return {one.value for match in answer.matches for one in match.evidence if one.name == name}


def test_other_vectors_decide_what_is_near(index: Path, settings: Settings) -> None:
    before = vectors_of(index)
    turned = np.roll(before, 1, axis=0)
    lake = with_vectors(index, turned, settings)
    assert vectors_of(index) == pytest.approx(turned)
    matches = lake.query(CITY.table, CITY.name, k=5, probe=0, sources=("vectors",)).matches
    key = lake.opened.searcher.directory.key_of
    cosines = [float(turned[key(match.column)] @ turned[key(CITY)]) for match in matches]
    assert [match.score for match in matches] == pytest.approx(cosines, abs=1e-6)
    assert all(not one.damages for one in Lake.verify(index))


def test_without_names_no_name_speaks_for_a_join(index: Path, settings: Settings) -> None:
    assert max(evidence(Lake.open(index, settings), "names")) > 0.1
    lake = without_names(index, settings)
    for name in ("names", "context", "reference"):
        assert evidence(lake, name) == {0.0}
    assert max(evidence(lake, "words")) > 0.1
    assert lake.query(CITY.table, CITY.name, probe=0, sources=("names",)).matches == ()
    assert all(not one.damages for one in Lake.verify(index))


def test_names_and_titles_are_emptied_and_values_kept() -> None:
    columns = ColumnTokens(
        np.array([5, 6, END, 7, END, 8, END, 9, 9, END, END, 4, END], np.uint16), np.array([0, 10, 13])
    )
    emptied = nameless(columns)
    assert emptied.tokens.tolist() == [END, END, 8, END, 9, 9, END, END, END]
    assert emptied.starts.tolist() == [0, 7, 9]
    assert nameless(emptied).tokens.tolist() == emptied.tokens.tolist()
