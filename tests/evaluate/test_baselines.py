from __future__ import annotations

import math
import random
import re
from collections import Counter

import pytest

from lakeindex.evaluate.baselines import rank_by_jaccard, rank_by_name, rank_by_words
from lakeindex.evaluate.term_counts import LakeColumns, TermCounts, count_terms
from lakeindex.types.lake import ColumnId
from lakeindex.types.names import words_of
from tests.evaluate.duckdb_lake import DuckDBLake, Tables, column

TOWNS: Tables = {
    "shops.csv": {"city": ["Paris", " Köln\u00a0", "ROME\r", None, "", "Paris"], "n": [1, 2, 3, 4, 5, 6]},
    'a "b".csv': {'the "town"': ["paris", "köln", "rome", "Oslo"], "city": ["x", "y", "z", "w"]},
    "one.csv": {"stadt": ["KÖLN"]},
    "empty.csv": {"City": [None], "City name": [""]},
    "none.csv": {"town": []},
}
CITY = column("shops.csv", "city")
TOWN = column('a "b".csv', 'the "town"')


def counts_of(tables: Tables, *queries: ColumnId, gone: tuple[str, ...] = ()) -> TermCounts:
    lake = DuckDBLake(tables, gone)
    return count_terms(lake.columns(), queries, lake)


def random_lake(seed: int) -> Tables:
    chance = random.Random(seed)
    words = ["red", "green", "blue", "Köln", "new york", "x1", "7", "north sea", "Blue Lake"]
    return {
        f"t{table}.csv": {
            f"{chance.choice(words)} {place}": [chance.choice([*words, None]) for _ in range(chance.randint(1, 12))]
            for place in range(1)
        }
        for table in range(25)
    }


def values_of(tables: Tables, one: ColumnId) -> set[str]:
    texts = (str(value).strip().lower() for value in tables[one.table][one.name] if value is not None)
    return {text for text in texts if text}


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0


def words_in(tables: Tables, one: ColumnId) -> Counter[str]:
    return Counter(word for text in [words_of(one.name), *values_of(tables, one)] for word in re.findall(r"\w+", text))


def bm25(tables: Tables, columns: LakeColumns, query: ColumnId) -> dict[ColumnId, float]:
    documents = {one: words_in(tables, one) for one in columns.ids}
    mean = sum(d.total() for d in documents.values()) / len(documents)
    frequency = {word: sum(1 for d in documents.values() if word in d) for word in documents[query]}
    rarity = {word: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in frequency.items()}
    return {
        one: sum(
            times * rarity[word] * document[word] / (document[word] + 1.5 * (0.25 + 0.75 * document.total() / mean))
            for word, times in documents[query].items()
            if word in document
        )
        for one, document in documents.items()
    }


def expected(columns: LakeColumns, query: ColumnId, scores: dict[ColumnId, float]) -> list[ColumnId]:
    found = [one for one in columns.ids if one.table != query.table and scores[one] > 0]
    return sorted(found, key=lambda one: -round(scores[one], 9))


def test_names_rank_by_similarity_and_leave_out_the_own_table() -> None:
    columns = DuckDBLake(TOWNS).columns()
    ranked = rank_by_name(columns, [CITY], 10)[CITY]
    assert set(ranked[:2]) == {column("empty.csv", "City"), column('a "b".csv', "city")}
    assert ranked[2] == column("empty.csv", "City name")
    assert all(answer.table != "shops.csv" for answer in ranked)


def test_values_are_compared_trimmed_and_in_lower_case() -> None:
    counts = counts_of(TOWNS, CITY)
    assert rank_by_jaccard(counts, [CITY], 10) == {CITY: [TOWN, column("one.csv", "stadt")]}
    shared = counts.sql.fetch("SELECT key, shared FROM shared_values").to_pylist()
    assert {counts.columns.ids[row["key"]]: row["shared"] for row in shared} == {
        CITY: 3,
        TOWN: 3,
        column("one.csv", "stadt"): 1,
    }


def test_words_find_columns_without_values_by_their_name() -> None:
    ranked = rank_by_words(counts_of(TOWNS, CITY), [CITY], 10)[CITY]
    assert ranked[:2] == [TOWN, column("one.csv", "stadt")]
    assert {column("empty.csv", "City"), column("empty.csv", "City name")} < set(ranked)
    assert column("none.csv", "town") not in ranked


def test_a_query_without_values_is_answered_by_its_name() -> None:
    query = column("none.csv", "town")
    counts = counts_of(TOWNS, query)
    assert rank_by_jaccard(counts, [query], 10) == {query: []}
    assert rank_by_words(counts, [query], 10) == {query: [TOWN]}
    assert rank_by_name(counts.columns, [query], 1) == {query: [TOWN]}


@pytest.mark.parametrize("seed", range(5))
def test_jaccard_agrees_with_sets(seed: int) -> None:
    tables = random_lake(seed)
    columns = DuckDBLake(tables).columns()
    rankings = rank_by_jaccard(counts_of(tables, *columns.ids), columns.ids, 30)
    for query in columns.ids:
        ours = values_of(tables, query)
        scores = {one: jaccard(ours, values_of(tables, one)) for one in columns.ids}
        assert rankings[query] == expected(columns, query, scores)


@pytest.mark.parametrize("seed", range(5))
def test_bm25_agrees_with_its_formula(seed: int) -> None:
    tables = random_lake(seed)
    columns = DuckDBLake(tables).columns()
    rankings = rank_by_words(counts_of(tables, *columns.ids), columns.ids, 30)
    for query in columns.ids:
        assert rankings[query] == expected(columns, query, bm25(tables, columns, query))


def test_ties_fall_the_same_way_whatever_the_order_of_the_columns() -> None:
    tables: Tables = {f"t{place:03}.csv": {"id": [1, 2, 3]} for place in range(150)}
    query = column("t000.csv", "id")
    backwards = dict(reversed(tables.items()))
    for rank in (rank_by_jaccard, rank_by_words):
        forwards = rank(counts_of(tables, query), [query], 100)[query]
        assert forwards == rank(counts_of(backwards, query), [query], 100)[query]
        assert len(forwards) == 100
        assert forwards != sorted(forwards)


def test_a_table_that_cannot_be_read_is_named_and_found_by_its_names() -> None:
    counts = counts_of(TOWNS, CITY, gone=('a "b".csv',))
    assert counts.unreadable == ('a "b".csv',)
    assert rank_by_jaccard(counts, [CITY], 10) == {CITY: [column("one.csv", "stadt")]}
    assert column('a "b".csv', "city") in rank_by_words(counts, [CITY], 10)[CITY]


def test_a_query_that_the_lake_lacks_has_no_answer() -> None:
    stranger = column("elsewhere.csv", "x")
    counts = counts_of(TOWNS, stranger, CITY)
    assert rank_by_jaccard(counts, [stranger, CITY], 1) == {stranger: [], CITY: [TOWN]}
    assert rank_by_words(counts, [stranger], 1) == {stranger: []}
    assert rank_by_name(counts.columns, [stranger], 1) == {}
