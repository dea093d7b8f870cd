"""Each peer against what it is to compute, on lakes small enough to compute it by hand."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from peers.lake_values import LakeValues
from peers.peer import Keys, Peer, best
from peers.roster import ALL, FUSED, ROSTER, choose, make

from lakeindex.encode.hashing_encoder import HashingEncoder
from tests.benchmarks.lakes_of_values import lake_of, overlapping_lake

NEEDS_VALUES = ("jaccard", "lshforest", "lshensemble")
READS_NAMES = ("names", "bm25")


@pytest.fixture(scope="module")
def overlapping() -> LakeValues:
    return overlapping_lake(seed=7)


def built(name: str, lake: LakeValues, folder: Path) -> Peer:
    for package in ROSTER[name].packages:
        pytest.importorskip(package, reason="the extra `bench` isn't installed")
    peer = make(name)
    peer.build(lake, folder)
    return peer


def sets_of(lake: LakeValues) -> list[set[str]]:
    return [set(column.folded()) for column in lake.columns]


def ranked(scores: list[float], lake: LakeValues, query: int) -> list[int]:
    """Rank by scores worked out one by one: those above 0, outside the query's table, equal ones by their keys."""
    keys = [key for key, score in enumerate(scores) if score > 0 and lake.tables[key] != lake.tables[query]]
    return sorted(keys, key=lambda key: (-scores[key], key))


def test_jaccard_is_exact(overlapping: LakeValues, tmp_path: Path) -> None:
    peer, sets = built("jaccard", overlapping, tmp_path), sets_of(overlapping)
    for query, values in enumerate(sets):
        exact = [len(values & one) / len(values | one) if values | one else 0.0 for one in sets]
        assert peer.search(query, 100).tolist() == ranked(exact, overlapping, query)[:100]


def test_jaccard_folds_case_and_keeps_what_is_apart(tmp_path: Path) -> None:
    lake = lake_of({("a", "x"): ["Straße", "OSLO"], ("b", "y"): ["STRASSE", "oslo"], ("c", "z"): ["Strase"]})
    keys = {column.id.table: key for key, column in enumerate(lake.columns)}
    peer = built("jaccard", lake, tmp_path)
    assert peer.search(keys["a"], 10).tolist() == [keys["b"]]


def test_ensemble_finds_almost_all_that_contain_the_query(overlapping: LakeValues, tmp_path: Path) -> None:
    peer, sets = built("lshensemble", overlapping, tmp_path), sets_of(overlapping)
    hits = wanted = 0
    for query, values in enumerate(sets):
        if len(values) < 30:  # 128 permutations don't show whether few values are among many
            continue
        within = [len(values & one) / len(values) for one in sets]
        contained = {key for key in ranked(within, overlapping, query) if within[key] >= 0.5}
        hits += len(contained & set(peer.search(query, 100).tolist()))
        wanted += len(contained)
    assert wanted > 300
    assert hits / wanted > 0.95


def test_containment_is_estimated_out_of_jaccard_and_sizes(overlapping: LakeValues) -> None:
    pytest.importorskip("datasketch", reason="the extra `bench` isn't installed")
    from peers.minhashes import MinHashes

    sketches, sets = MinHashes.sketch(overlapping), sets_of(overlapping)
    large = [key for key, one in enumerate(sets) if len(one) > 100]
    exact = [[len(sets[query] & sets[key]) / len(sets[query]) for key in large] for query in large]
    estimated = [sketches.containment(query, np.array(large)).tolist() for query in large]
    errors = np.abs(np.array(exact) - np.array(estimated))
    # The standard error of 128 permutations is .044 for a Jaccard similarity of one half.
    assert np.mean(errors) < 0.05
    assert np.all(np.diag(estimated) == 1)
    assert [sketches.sizes[key] for key in large] == [len(sets[key]) for key in large]


def test_forest_ranks_a_copy_first(tmp_path: Path) -> None:
    whole, half = [f"v{n}" for n in range(200)], [f"v{n}" for n in range(100)]
    lake = lake_of({("a", "x"): whole, ("b", "copy"): whole, ("c", "half"): half, ("d", "other"): ["w1", "w2"]})
    keys = {column.id.name: key for key, column in enumerate(lake.columns)}
    assert built("lshforest", lake, tmp_path).search(keys["x"], 10).tolist() == [keys["copy"], keys["half"]]


def test_words_find_the_column_that_shares_the_rarest(tmp_path: Path) -> None:
    lake = lake_of(
        {
            ("a", "city_name"): ["New Wellington", "Oslo"],
            ("b", "place"): ["wellington", "Rome"],
            ("c", "city"): ["Paris", "Rome"],
            ("d", "city"): ["Lima", "Bonn"],
            ("e", "colour"): ["red", "blue"],
        }
    )
    keys = {column.id.table: key for key, column in enumerate(lake.columns)}
    found = built("bm25", lake, tmp_path).search(keys["a"], 10).tolist()
    assert found[0] == keys["b"]
    assert set(found) == {keys["b"], keys["c"], keys["d"]}


def test_columns_without_any_word_have_nothing_in_common(tmp_path: Path) -> None:
    lake = lake_of({("a", "x"): ["1", "2"], ("b", "x"): ["1"], ("c", "z"): [], ("d", "word"): ["10"]})
    peer = built("bm25", lake, tmp_path)
    assert [peer.search(key, 10).tolist() for key in range(4)] == [[], [], [], []]


def test_names_are_ranked_by_their_ratio_in_lower_case(tmp_path: Path) -> None:
    lake = lake_of({("a", "CityId"): [], ("b", "cityid"): [], ("c", "city"): [], ("d", "qqq"): []})
    keys = {column.id.table: key for key, column in enumerate(lake.columns)}
    assert built("names", lake, tmp_path).search(keys["a"], 10).tolist() == [keys["b"], keys["c"]]


@pytest.mark.parametrize("name", [*NEEDS_VALUES, *READS_NAMES])
def test_no_peer_answers_with_the_querys_own_table(name: str, overlapping: LakeValues, tmp_path: Path) -> None:
    peer = built(name, overlapping, tmp_path)
    for query, column in enumerate(overlapping.columns):
        found = peer.search(query, 7)
        assert len(found) <= 7
        assert len(set(found.tolist())) == len(found)
        assert column.id.table not in {overlapping.columns[key].id.table for key in found.tolist()}


@pytest.mark.parametrize(("name", "finds"), [(n, False) for n in NEEDS_VALUES] + [(n, True) for n in READS_NAMES])
def test_a_column_without_values_is_found_by_name_or_not_at_all(name: str, finds: bool, tmp_path: Path) -> None:
    lake = lake_of({("a", "drug dose"): ["1", "2"], ("b", "dose"): [], ("c", "x"): ["1", "2"], ("d", "y"): ["3"]})
    keys = {column.id.table: key for key, column in enumerate(lake.columns)}
    peer = built(name, lake, tmp_path)
    assert (keys["b"] in peer.search(keys["a"], 10)) is finds
    assert (peer.search(keys["b"], 10).tolist()[:1] == [keys["a"]]) is finds


@pytest.mark.parametrize("name", [*NEEDS_VALUES, *READS_NAMES])
def test_an_index_has_a_size(name: str, overlapping: LakeValues, tmp_path: Path) -> None:
    letters = sum(len(column.id.name) for column in overlapping.columns)
    assert built(name, overlapping, tmp_path).size() >= letters


def test_minilm_searches_exactly(overlapping: LakeValues, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minilm = pytest.importorskip("peers.minilm", reason="sentence-transformers isn't installed")
    monkeypatch.setattr(minilm, "SentenceTransformer", _Hashing)
    peer = minilm.MiniLm()
    peer.build(overlapping, tmp_path)
    vectors = HashingEncoder().encode([minilm.describe(column) for column in overlapping.columns])
    for query in range(0, len(vectors), 5):
        scores = np.round(vectors @ vectors[query], 6)
        expected = best(np.arange(len(vectors)), scores, query, overlapping.tables, 10)
        assert peer.search(query, 10).tolist() == expected.tolist()


def test_minilm_reads_name_figures_and_the_most_frequent_values() -> None:
    describe = importlib.import_module("peers.minilm").describe
    lake = lake_of({("a", "city"): ["Oslo", "Rome", "Rome", "Prague"], ("b", "empty"): []})
    texts = {column.id.name: describe(column) for column in lake.columns}
    assert texts["city"] == "city contains 3 values (6, 4, 4.7): Rome, Oslo, Prague"
    assert texts["empty"] == "empty contains 0 values (0, 0, 0): "


def test_equal_scores_fall_in_the_order_of_the_keys() -> None:
    keys, tables = np.array([5, 3, 4, 1, 2, 0]), np.arange(6)
    scores = np.array([0.5, 0.5, 0.9, 0.5, 0.0, 1.0])
    assert best(keys, scores, 0, tables, 2).tolist() == [4, 1]
    assert best(keys, scores, 0, tables, 9).tolist() == [4, 1, 3, 5]


def test_rrf_brings_what_it_fuses() -> None:
    assert choose(["rrf"]) == [*FUSED, "rrf"]
    assert choose(["names", "BM25"]) == ["bm25", "names"]


def test_an_unknown_peer_is_named_beside_the_known() -> None:
    with pytest.raises(SystemExit, match="no such peer: josie; there are: minilm, bm25"):
        choose(["josie"])
    assert "lshensemble" in ALL


def test_a_missing_package_comes_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peers.roster.find_spec", lambda package: None if package == "bm25s" else object())
    with pytest.raises(SystemExit, match=r"bm25s; install it with: pip install -e '.\[bench\]'"):
        choose(["bm25", "names"])


class _Hashing:
    """Stand in for the language model."""

    max_seq_length = 256

    def __init__(self, *_: object, **__: object) -> None: ...

    def encode(self, texts: list[str], **_: Any) -> Keys:
        return HashingEncoder().encode(texts)
