"""The types of a lake's columns: the same whatever tables are called, of what is allowed alone, personal data named."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from lakeindex import Lake, Settings
from lakeindex.errors import IndexDamaged, NotFound, Refused
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs
from lakeindex.lake_map.semantic_types.column_graph import ColumnGraph
from lakeindex.lake_map.semantic_types.equal_columns import first_equals
from lakeindex.lake_map.semantic_types.likeness import LIKENESSES
from lakeindex.lake_map.semantic_types.type_matcher import TypeMatcher

TOWNS = ["Bergen", "Lyon", "Porto", "Graz", "Turku", "Ghent", "Split", "Varna", "Brno", "Cork", "Faro", "Kiel"]
GOODS = ["lamp", "table", "chair", "shelf", "clock", "mirror", "carpet", "vase"]
HEADERS = {"shops": "Town,mail", "orders": "town,article", "goods": "article,weight_kg", "people": "e_mail,city"}


def tables() -> dict[str, str]:
    draw = random.Random(2)

    def rows(header: str) -> str:
        makers = {
            "town": lambda: draw.choice(TOWNS), "article": lambda: draw.choice(GOODS),
            "city": lambda: draw.choice(TOWNS),
            "mail": lambda: f"a{draw.randrange(10**6)}@example.org", "weight_kg": lambda: f"{draw.random() * 30:.2f}",
        }  # fmt: skip
        makers["e_mail"] = makers["mail"]
        names = header.lower().split(",")
        return "\n".join([header, *(",".join(makers[name]() for name in names) for _ in range(60))]) + "\n"

    return {name: rows(header) for name, header in HEADERS.items()}


def indexed(folder: Path, settings: Settings, names: dict[str, str]) -> Lake:
    (folder / "lake").mkdir()
    for name, text in tables().items():
        if name in names:
            (folder / "lake" / f"{names[name]}.csv").write_text(text)
    return Lake.index(folder / "lake", folder / "index", settings)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    return indexed(tmp_path_factory.mktemp("types"), settings, {name: name for name in HEADERS})


def types_of(lake: Lake) -> dict[tuple[str, str], str]:
    return {(row["table"], row["column"]): row["type"] for row in lake.types().to_arrow().to_pylist()}


def test_columns_of_one_type_have_one_name_and_others_have_others(lake: Lake) -> None:
    found = types_of(lake)
    assert found["shops.csv", "Town"] == found["orders.csv", "town"] == "town"
    assert found["orders.csv", "article"] == found["goods.csv", "article"] == "article"
    assert found["goods.csv", "weight_kg"] == "weight kg"
    assert len(found) == 8


def test_personal_data_is_of_the_type_that_it_is_known_as(lake: Lake) -> None:
    rows = lake.types().to_arrow().to_pylist()
    personal = {(row["table"], row["column"], row["type"], row["probability"]) for row in rows if row["personal"]}
    assert personal == {("shops.csv", "mail", "email", 1.0), ("people.csv", "e_mail", "email", 1.0)}
    assert "2 of them with personal data" in lake.types().summary


def test_types_do_not_depend_on_what_tables_are_called(lake: Lake, tmp_path: Path, settings: Settings) -> None:
    renamed = dict(zip(HEADERS, ("z", "y", "x", "w"), strict=True))
    other = types_of(indexed(tmp_path, settings, renamed))
    back = {f"{new}.csv": f"{old}.csv" for old, new in renamed.items()}
    assert {(back[table], column): one for (table, column), one in other.items()} == types_of(lake)


def test_tables_that_are_named_alone_are_shown_with_the_types_of_the_whole_lake(lake: Lake) -> None:
    rows = lake.types(["orders.csv"]).to_arrow().to_pylist()
    assert [(row["column"], row["type"]) for row in rows] == [("town", "town"), ("article", "article")]
    with pytest.raises(NotFound, match=r"the nearest.*orders\.csv"):
        lake.types(["order.csv"])


def test_nothing_of_tables_that_are_not_allowed_is_told(lake: Lake, settings: Settings) -> None:
    index = lake.settings.index
    some = Lake.open(index, replace(settings, index=index), allowed=["people.csv"])
    found = types_of(some)
    assert set(found) == {("people.csv", "e_mail"), ("people.csv", "city")}
    assert found["people.csv", "city"] == "city"
    with pytest.raises(NotFound):
        some.types(["orders.csv"])


def test_a_lake_of_one_column_and_of_none(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "one.csv").write_text("x y\n1.5\n2.5\n2.7\n")
    rows = Lake.index(tmp_path / "lake", tmp_path / "index", settings).types().to_arrow().to_pylist()
    assert [(row["column"], row["type"], row["personal"]) for row in rows] == [("x y", "x y", None)]
    (tmp_path / "none").mkdir()
    nothing = Lake.index(tmp_path / "none", tmp_path / "no_index", settings).types()
    assert (nothing.to_arrow().num_rows, nothing.summary) == (0, "0 columns of 0 types, 0 of them with personal data")


def test_hidden_names_have_no_types(tmp_path: Path, settings: Settings) -> None:
    hidden = replace(settings, names="hash", hash_key="a key of these tests")
    with pytest.raises(Refused, match="names = hash"):
        indexed(tmp_path, hidden, {"orders": "orders"}).types()


def test_likeness_is_what_alignment_compares(lake: Lake) -> None:
    searcher = lake.opened.searcher
    columns = ColumnSet.of(searcher.directory.table_ids, searcher)
    graph = ColumnGraph.of(columns)
    pairs = set(zip(graph.left.tolist(), graph.right.tolist(), strict=True))
    assert pairs == {(left, right) for left in range(8) for right in range(left + 1, 8)}
    expected = ColumnPairs.of(columns, graph.left, graph.right).features
    places = [PAIR_FEATURES.index(name) for name in LIKENESSES]
    assert np.allclose(graph.features, expected[:, places], atol=1e-6)


def test_a_file_that_is_no_matcher_is_an_error(tmp_path: Path) -> None:
    safetensors.numpy.save_file({"x": np.zeros(1)}, tmp_path / "bad")
    for path in (tmp_path / "bad", tmp_path / "none"):
        with pytest.raises(IndexDamaged, match="holds no matcher of types"):
            TypeMatcher.open(path)


def test_copies_of_a_table_make_no_type_of_their_own(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    for number in range(40):
        text = "town,mail\n" + "".join(f"{town},a{place}@x.org\n" for place, town in enumerate(TOWNS))
        (tmp_path / "lake" / f"copy{number}.csv").write_text(text)
    (tmp_path / "lake" / "other.csv").write_text("town,mail\nBonn,\nUlm,\n")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    searcher = lake.opened.searcher
    columns = ColumnSet.of(searcher.directory.table_ids, searcher)
    assert first_equals(columns).tolist() == [0, 1] * 40 + [80, 81]
    found = types_of(lake)
    assert {one for (table, column), one in found.items() if column == "town" and table != "other.csv"} == {"town"}
    assert {one for (table, column), one in found.items() if column == "mail" and table != "other.csv"} == {"email"}
