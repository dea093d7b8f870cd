from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakeindex import Lake, Settings
from lakeindex.errors import IndexDamaged, InvalidSetting, NotFound
from lakeindex.integrate.align.align import align
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher, write_attribute_matcher
from lakeindex.integrate.align.candidate_pairs import candidate_pairs
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.contrasts import CONTRAST_FEATURES
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs
from lakeindex.integrate.alignment import Alignment
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_CITIES = (
    "Oslo", "Bergen", "Turku", "Lund", "Aarhus", "Odense", "Tampere", "Espoo", "Vantaa", "Malmö",
    "Uppsala", "Kiruna",
)  # fmt: skip
_PEOPLE = (
    "Ada Byron", "Alan Turing", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov", "Donald Knuth", "Tony Hoare",
    "Frances Allen", "John Backus", "Niklaus Wirth", "Adele Goldberg", "Ken Thompson",
)  # fmt: skip
_STONES = [[1.5, "ruby stone"], [2.25, "opal stone"], [3.5, "jade stone"], [7.75, "onyx stone"]]


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("align")
    lake = folder / "lake"
    lake.mkdir()
    people = [[f"north_{n}", _PEOPLE[n], _CITIES[n], 1900 + 7 * n, f"19{n + 50}-03-0{n % 9 + 1}"] for n in range(9)]
    others = [[f"web-{n}", _PEOPLE[n], _CITIES[n], 1900 + 7 * n, f"19{n + 50}-03-0{n % 9 + 1}"] for n in range(3, 12)]
    _write(lake / "north.csv", ["id", "person", "city", "points", "born"], people)
    _write(lake / "web.csv", ["id", "person", "city", "points", "born"], others)
    _write(lake / "south.csv", ["born", "city", "person"], [[row[4], row[2], row[1]] for row in people[::2]])
    _write(lake / "stones.csv", ["hardness", "mineral"], _STONES)
    _write(lake / "empty.csv", ["id", "person"], [])
    return Lake.index(lake, folder / "index", Settings(model="hashing", jobs=1)).opened.searcher


def _names(alignment: Alignment) -> dict[str, list[str]]:
    return {one.name: [str(each.column) for each in one.columns] for one in alignment.attributes}


TABLES = [TableId(f"{name}.csv") for name in ("north", "web", "south", "stones")]


def test_columns_of_one_meaning_are_one_attribute(searcher: Searcher) -> None:
    found = _names(align(TABLES, searcher))
    for name in ("person", "city", "born"):
        assert found[name] == [f"{table}.csv · {name}" for table in ("north", "south", "web")]
    assert found["points"] == ["north.csv · points", "web.csv · points"]
    assert found["mineral"] == ["stones.csv · mineral"]


def test_attributes_are_in_the_order_of_the_widest_table(searcher: Searcher) -> None:
    names = [name for name in align(TABLES, searcher).names() if "(" not in name]
    assert names == ["id", "person", "city", "points", "born", "hardness", "mineral"]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(TABLES))
def test_the_order_of_tables_makes_no_difference(searcher: Searcher, tables: list[TableId]) -> None:
    assert align([*tables, tables[0]], searcher) == align(TABLES, searcher)


def test_each_column_is_in_one_attribute(searcher: Searcher) -> None:
    tables = searcher.directory.table_ids
    columns = [one.column for attribute in align(tables, searcher).attributes for one in attribute.columns]
    assert sorted(columns) == sorted(map(searcher.directory.id_of, range(len(searcher.directory))))


def test_names_are_unique_to_sql(searcher: Searcher) -> None:
    names = [name.lower() for name in align(searcher.directory.table_ids, searcher).names()]
    assert len(names) == len(set(names))


def test_a_table_alone_is_aligned_with_nothing(searcher: Searcher) -> None:
    alignment = align(TABLES[:1], searcher)
    assert alignment.names() == ["id", "person", "city", "points", "born"]
    assert [one.probability for attribute in alignment.attributes for one in attribute.columns] == [1.0] * 5


def test_no_tables_have_no_attributes(searcher: Searcher) -> None:
    assert align([], searcher).attributes == ()


def test_an_unknown_table_is_told_with_the_nearest_name(searcher: Searcher) -> None:
    with pytest.raises(NotFound, match=r"no table 'nort.csv'.*'north.csv'"):
        align([TableId("nort.csv")], searcher)


def test_too_many_columns_are_refused_before_any_is_compared(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.integrate.align.align.MOST_COLUMNS", 14)
    with pytest.raises(InvalidSetting, match="4 tables have 15 columns, expected at most 14"):
        align(TABLES, searcher)


def test_features_do_not_depend_on_which_side_is_which(searcher: Searcher) -> None:
    columns = ColumnSet.of(TABLES, searcher)
    left, right = candidate_pairs(columns)
    order = np.lexsort((left, right))
    ahead = ColumnPairs.of(columns, left, right).where(order)
    back = ColumnPairs.of(columns, right[order], left[order])
    assert np.allclose(ahead.features, back.features, atol=1e-6)
    assert np.allclose(ahead.contrasts, back.contrasts, atol=1e-6)
    assert ahead.features.shape[1] == len(PAIR_FEATURES)
    assert ahead.contrasts.shape[1] == len(CONTRAST_FEATURES)


def test_centred_vectors_lack_what_the_columns_of_a_table_share(searcher: Searcher) -> None:
    columns = ColumnSet.of(TABLES, searcher)
    for table in np.unique(columns.tables).tolist():
        places = columns.tables == table
        vectors = columns.vectors[places].astype(np.float64)
        expected = vectors - 0.8 * vectors.sum(axis=0) / (len(vectors) + 2)
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        assert np.allclose(columns.centred_vectors[places], expected, atol=1e-6)


def test_where_pairs_are_many_the_same_columns_are_proposed(searcher: Searcher) -> None:
    columns = ColumnSet.of(TABLES, searcher)
    left, right = candidate_pairs(columns, all_up_to=0)
    every = set(zip(*(side.tolist() for side in candidate_pairs(columns)), strict=True))
    some = set(zip(left.tolist(), right.tolist(), strict=True))
    assert some < every
    of_one_name = {(one, other) for one, other in every if columns.ids[one].name == columns.ids[other].name}
    assert of_one_name <= some


def test_a_matcher_of_other_features_is_refused(tmp_path: Path) -> None:
    matcher = AttributeMatcher.open(ATTRIBUTES)
    path = tmp_path / "attributes.safetensors"
    write_attribute_matcher(path, matcher, {"features": '["one"]'})
    with pytest.raises(IndexDamaged, match="other features"):
        AttributeMatcher.open(path)


def test_a_file_that_holds_no_matcher_is_told(tmp_path: Path) -> None:
    path = tmp_path / "attributes.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(IndexDamaged, match="no attribute matcher"):
        AttributeMatcher.open(path)


def test_a_matcher_is_read_as_it_was_written(tmp_path: Path, searcher: Searcher) -> None:
    matcher = AttributeMatcher.open(ATTRIBUTES)
    write_attribute_matcher(tmp_path / "copy.safetensors", matcher, {})
    copy = AttributeMatcher.open(tmp_path / "copy.safetensors")
    assert align(TABLES, searcher, copy) == align(TABLES, searcher, matcher)
