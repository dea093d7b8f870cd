from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.errors import IndexDamaged
from lakeindex.index.inverted_index import InvertedIndex, Order
from lakeindex.index.oracle import TermOracle, kept_strength
from lakeindex.types.columns import TermSet
from lakeindex.types.pairs import Comparison
from tests.index.random_lakes import (
    FOLDABLE_LAKES,
    FOLDABLE_SETS,
    LAKES,
    LEADING,
    TERM_SETS,
    candidates,
    compare,
    index_of,
    term_set,
    zipf_lake,
)

EVERYTHING = 10**9
ORDERS = list(Order)
STATS_TO = 1e-6  # kept in single precision


def one(count: int) -> float:
    return 1.0


def assert_same(compared: Comparison, expected: Comparison) -> None:
    for field in fields(Comparison):
        found, wanted = getattr(compared, field.name), getattr(expected, field.name)
        np.testing.assert_allclose(found, wanted, rtol=STATS_TO, atol=STATS_TO, err_msg=field.name)


@given(LAKES, TERM_SETS, st.integers(1, 15), st.sampled_from(ORDERS))
@settings(max_examples=100, deadline=None)
def test_candidates_are_those_of_the_oracle(lake: list[TermSet], query: TermSet, limit: int, order: Order) -> None:
    keys, scores = candidates(index_of(lake), query, limit, EVERYTHING, order)
    expected_keys, expected_scores = TermOracle(lake).candidates(query, limit, order)
    assert keys.tolist() == expected_keys.tolist()
    assert scores.tolist() == expected_scores.tolist()


@given(LAKES, TERM_SETS, st.integers(1, 15), st.sampled_from(ORDERS), st.sets(st.integers(0, 30)))
@settings(max_examples=100, deadline=None)
def test_columns_that_are_left_out_take_up_no_place(
    lake: list[TermSet], query: TermSet, limit: int, order: Order, left_out: set[int]
) -> None:
    without = np.array(sorted(key for key in left_out if key < len(lake)), np.int64)
    index = index_of(lake)
    keys, scores = index.candidates(index.look_up(query), limit, EVERYTHING, order, without)
    everything, all_scores = TermOracle(lake).candidates(query, len(lake) + 1, order)
    expected = [
        (key, score) for key, score in zip(everything.tolist(), all_scores.tolist(), strict=True) if key not in left_out
    ]
    assert list(zip(keys.tolist(), scores.tolist(), strict=True)) == expected[:limit]


@given(LAKES, TERM_SETS)
@settings(max_examples=100, deadline=None)
def test_a_comparison_is_that_of_the_oracle(lake: list[TermSet], query: TermSet) -> None:
    everyone = np.arange(len(lake))
    compared, expected = compare(index_of(lake), query, everyone), TermOracle(lake).compare(query, everyone)
    assert_same(compared, expected)


@given(FOLDABLE_LAKES, FOLDABLE_SETS)
@settings(max_examples=150, deadline=None)
def test_a_folded_index_compares_as_the_oracle_of_leading_bits(lake: list[TermSet], query: TermSet) -> None:
    folded, everyone = index_of(lake, counted=False).folded(np.uint64(LEADING)), np.arange(len(lake))
    assert_same(compare(folded, query, everyone), TermOracle(lake, one, LEADING).compare(query, everyone))


@given(FOLDABLE_LAKES, FOLDABLE_SETS, st.integers(1, 15))
@settings(max_examples=150, deadline=None)
def test_a_folded_index_proposes_as_the_oracle_of_leading_bits(lake: list[TermSet], query: TermSet, limit: int) -> None:
    folded = index_of(lake, counted=False).folded(np.uint64(LEADING))
    keys, scores = candidates(folded, query, limit, EVERYTHING)
    expected_keys, expected_scores = TermOracle(lake, one, LEADING).candidates(query, limit)
    assert keys.tolist() == expected_keys.tolist()
    assert scores.tolist() == expected_scores.tolist()


def test_folding_back_to_every_bit_changes_nothing() -> None:
    lake = zipf_lake(columns=60, terms=20, vocabulary=100, seed=5)
    plain, everyone = index_of(lake, counted=False), np.arange(60)
    for query in lake[:5]:
        assert_same(compare(plain.folded(np.uint64(2**64 - 1)), query, everyone), compare(plain, query, everyone))


@pytest.mark.parametrize("order", ORDERS)
def test_a_lake_of_a_thousand_columns_is_answered_as_by_the_oracle(order: Order) -> None:
    lake = zipf_lake(columns=1000, terms=30, vocabulary=3000, seed=1)
    index, oracle = index_of(lake), TermOracle(lake)
    for query in lake[:5]:
        keys, scores = candidates(index, query, 50, EVERYTHING, order)
        expected_keys, expected_scores = oracle.candidates(query, 50, order)
        assert keys.tolist() == expected_keys.tolist()
        assert scores.tolist() == expected_scores.tolist()
        assert_same(compare(index, query, keys), oracle.compare(query, keys))


@given(LAKES.filter(bool), st.data())
@settings(max_examples=60, deadline=None)
def test_a_column_of_the_lake_compares_as_the_same_terms_from_outside(lake: list[TermSet], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(lake) - 1))
    index, everyone = index_of(lake), np.arange(len(lake))
    inside, outside = index.column(number), lake[number]
    assert inside.hashes.tolist() == outside.hashes.tolist()
    assert inside.is_complete == outside.is_complete
    assert_same(compare(index, inside, everyone), compare(index, outside, everyone))


def test_a_budget_is_spent_on_the_rarest_terms() -> None:
    everywhere, common, rare = 10, 20, 30
    held = [[everywhere, common]] * 4 + [[everywhere]] * 3 + [[everywhere, rare]] + [[everywhere]]
    lake = [term_set(dict.fromkeys(terms, 1)) for terms in held]
    index, query = index_of(lake), term_set({everywhere: 1, common: 1, rare: 1})
    assert candidates(index, query, 9, 1)[0].tolist() == [7]
    assert candidates(index, query, 9, 4)[0].tolist() == [7]
    assert candidates(index, query, 9, 5)[0].tolist() == [7, 0, 1, 2, 3]
    assert candidates(index, query, 9, 14)[0].tolist() == [7, 0, 1, 2, 3, 4, 5, 6, 8]


@given(LAKES, TERM_SETS, st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_a_small_budget_answers_as_if_the_query_held_only_its_rarest_terms(
    lake: list[TermSet], query: TermSet, budget: int
) -> None:
    frequency = {term: sum(term in column.hashes for column in lake) for term in query.hashes.tolist()}
    rarest = sorted((term for term in frequency if frequency[term]), key=lambda term: (frequency[term], term))
    spent = np.cumsum([frequency[term] for term in rarest])
    affordable = rarest[: max(1, int(np.sum(spent <= budget)))]
    keys, scores = candidates(index_of(lake), query, 100, budget)
    expected_keys, expected_scores = TermOracle(lake).candidates(term_set(dict.fromkeys(affordable, 1)), 100)
    assert keys.tolist() == expected_keys.tolist()
    assert scores.tolist() == expected_scores.tolist()


def test_a_term_that_every_column_holds_still_finds_them_when_it_is_all_there_is() -> None:
    index = index_of([term_set({5: 1})] * 50)
    assert candidates(index, term_set({5: 1}), 100, budget=10)[0].tolist() == list(range(50))


def test_terms_above_a_sketchs_last_hash_count_on_neither_side() -> None:
    query = term_set({1: 1, 2: 1, 300: 1, 400: 1})
    compared = compare(index_of([term_set({1: 1, 2: 1, 3: 1, 100: 1}, is_complete=False)]), query, np.array([0]))
    assert (compared.shared[0], compared.query_terms[0], compared.candidate_terms[0]) == (2, 2, 4)
    assert compared.containment()[0] == 1.0


def test_unknown_terms_of_a_query_sketch_count_up_to_its_last_hash() -> None:
    query = term_set({1: 1, 50: 1, 60: 1, 70: 1}, is_complete=False)
    compared = compare(index_of([term_set({1: 1, 2: 1, 90: 1})]), query, np.array([0]))
    assert (compared.shared[0], compared.query_terms[0], compared.candidate_terms[0]) == (1, 4, 2)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 57, 999, 12_345, 10**9])
def test_a_count_is_kept_to_within_five_hundredths_of_its_logarithm(count: int) -> None:
    assert abs(kept_strength(count) - np.log1p(count)) <= 0.05 + 1e-12
    kept = index_of([term_set({7: count})]).column(0).counts[0]
    assert abs(np.log1p(kept) - np.log1p(count)) <= 0.1


def test_keeping_counts_in_a_byte_moves_no_cosine_by_more_than_a_hundredth() -> None:
    lake = zipf_lake(columns=200, terms=40, vocabulary=400, seed=2)
    kept, full, everyone = index_of(lake), TermOracle(lake, np.log1p), np.arange(200)
    errors = [compare(kept, query, everyone).cosine - full.compare(query, everyone).cosine for query in lake[:10]]
    assert np.abs(errors).max() < 0.01


@given(LAKES)
@settings(max_examples=20, deadline=None)
def test_an_index_comes_back_from_disk_as_it_was(tmp_path_factory: pytest.TempPathFactory, lake: list[TermSet]) -> None:
    built, folder = index_of(lake), tmp_path_factory.mktemp("terms") / "index"
    built.save(folder)
    opened = InvertedIndex.open(folder)
    for name in ("terms", "column_starts", "column_terms", "strengths", "complete", "term_starts", "term_columns"):
        before, after = getattr(built, name), getattr(opened, name)
        assert (before.dtype, before.tolist()) == (after.dtype, after.tolist()), name
    assert opened.stats.sums.tolist() == built.stats.sums.tolist()


def test_an_opened_index_is_memory_mapped(tmp_path: Path) -> None:
    index_of([term_set({1: 1, 2: 2})]).save(tmp_path / "index")
    assert isinstance(InvertedIndex.open(tmp_path / "index").term_columns.base, np.memmap)


def test_a_lake_without_columns_answers_nothing() -> None:
    index, query = index_of([]), term_set({1: 1, 2: 1})
    assert index.columns == 0
    assert candidates(index, query, 10, EVERYTHING)[0].tolist() == []
    assert compare(index, query, np.zeros(0, np.int64)).cosine.tolist() == []


def test_columns_without_terms_share_nothing_with_anyone() -> None:
    index = index_of([term_set({}), term_set({}, is_complete=False)])
    for query in (term_set({}), term_set({1: 1})):
        assert candidates(index, query, 10, EVERYTHING)[0].tolist() == []
        compared = compare(index, query, np.array([0, 1]))
        assert compared.cosine.tolist() == compared.containment().tolist() == compared.jaccard().tolist() == [0, 0]


def test_the_only_column_of_a_lake_is_found_by_its_own_terms() -> None:
    index = index_of([term_set({1: 3, 2: 1})])
    keys, scores = candidates(index, index.column(0), 10, EVERYTHING)
    assert keys.tolist() == [0]
    assert scores[0] == pytest.approx(2 * np.log(2 / 1.5))
    assert compare(index, index.column(0), keys).cosine[0] == pytest.approx(1.0)


def test_the_error_for_a_damaged_array_names_the_next_step(tmp_path: Path) -> None:
    for name, content in {"missing": None, "garbage": b"no array", "short": b"\x93NUMPY"}.items():
        index_of([term_set({1: 1})]).save(tmp_path / name)
        damaged = tmp_path / name / "column_terms.npy"
        damaged.unlink() if content is None else damaged.write_bytes(content)
        with pytest.raises(IndexDamaged, match=f"{name}/column_terms.npy can't be read .*; build the index again"):
            InvertedIndex.open(tmp_path / name)


def test_a_truncated_array_is_damage(tmp_path: Path) -> None:
    index_of([term_set(dict.fromkeys(range(1000), 1))]).save(tmp_path / "index")
    path = tmp_path / "index" / "terms.npy"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IndexDamaged):
        InvertedIndex.open(tmp_path / "index")
