"""Variants of a column's text: what they hold, and that other vectors are queried as users query."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from labelled_lakes import LabelledLakes
from profiled_lakes import ProfiledLake, profile
from text_options import cost, parts
from text_variants import DEFAULT_TOKENS, KEY_FROM, Variant, variants

from lakeindex import Lake, Settings
from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.evaluate.run import columns_of
from lakeindex.profile.walk import walk
from lakeindex.types.lake import ColumnId, LakeFile, TableId

CAPITALS = ColumnId(TableId("geo/countries.csv"), "capital")


def record(name: str, distinct: int, is_key: bool) -> dict[str, object]:
    texts = [{"text": f"v{place}", "rows": 9 - place, "value_hash": place} for place in range(6)]
    whole = {"rows": distinct, "distinct": distinct, "is_key": is_key, "minimum": None, "maximum": None}
    return {"table_id": "t.csv", "name": name, "kind": "text", "texts": texts} | whole


def test_only_keys_of_many_values_are_cut_short() -> None:
    rows = [record("key", KEY_FROM + 1, True), record("few", KEY_FROM, True), record("no key", KEY_FROM + 1, False)]
    assert Variant(key_values=2).texts(pa.Table.from_pylist(rows)) == [
        "key: v0, v1",
        "few: v0, v1, v2, v3, v4, v5",
        "no key: v0, v1, v2, v3, v4, v5",
    ]


def test_no_variant_is_measured_twice() -> None:
    labels = [variant.label for some in variants().values() for variant in some]
    assert len(labels) == len(set(labels))
    assert labels.count("default") == 1


def test_a_label_names_what_is_not_the_default() -> None:
    assert Variant(max_tokens=DEFAULT_TOKENS + 1, key_values=3).label == f"tokens {DEFAULT_TOKENS + 1}, key_values 3"


def test_benchmarks_are_chosen_on_or_held_out() -> None:
    assert parts(["spider_fk", "autofj_dbpedia"]) == {
        "chosen on": ["autofj_dbpedia"],
        "held out": ["spider_fk"],
        "macro mean": ["spider_fk", "autofj_dbpedia"],
    }
    assert list(parts(["spider_fk"])) == ["held out", "macro mean"]


def test_equal_texts_cost_once() -> None:
    twice = pa.Table.from_pylist([record("name", 6, True)] * 2)
    once = cost(Variant(max_tokens=7), HashingEncoder(), twice[:1])
    assert once["tokens_per_column"] == 7
    assert cost(Variant(max_tokens=7), HashingEncoder(), twice)["tokens_per_column"] == 3.5


def test_new_vectors_are_queried_as_users_query(lake_folder: Path, settings: Settings, tmp_path: Path) -> None:
    index = tmp_path / "index"
    lake = Lake.index(lake_folder, index, settings)
    files = [entry for entry in walk(lake_folder, tmp_path) if isinstance(entry, LakeFile)]
    records = profile(files, settings, tmp_path / "copies")
    assert records["name"].to_pylist() == [column.name for column in columns_of(lake)]
    vectors = HashingEncoder().encode(Variant().texts(records))
    answers = ProfiledLake("small", [CAPITALS], records, index).answer(vectors)
    matches = lake.query(CAPITALS.table, CAPITALS.name, k=100, probe=0).matches
    assert answers["engine"][CAPITALS] == [match.column for match in matches]
    nearest = lake.query(CAPITALS.table, CAPITALS.name, k=100, probe=0, sources=["vectors"]).matches
    assert answers["vectors"][CAPITALS] == [match.column for match in nearest]


def test_labels_of_no_grade_are_not_relevant(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    labels = '{("q.csv", "a"): {("c.csv", "b"): 2, ("d.csv", "e"): 0}}'
    (tmp_path / "evaluate.py").write_text(f"def qrels(name):\n    return {labels}\n")
    relevant = LabelledLakes(tmp_path / "data").relevant("any")
    assert relevant == {ColumnId(TableId("q.csv"), "a"): {ColumnId(TableId("c.csv"), "b")}}


@pytest.mark.parametrize("values", [0, 4])
def test_variants_name_as_many_values_as_their_label_does(values: int) -> None:
    variant = next(one for one in variants()["values"] if one.label == f"values {values}")
    (text,) = variant.texts(pa.Table.from_pylist([record("name", 6, True)]))
    assert text.count("v") == values
