from __future__ import annotations

import numpy as np
import pytest

from lakeindex.index.candidate_sources import make_sources
from lakeindex.index.inverted_index import Order
from lakeindex.index.oracle import TermOracle, VectorOracle
from lakeindex.index.vector_index import VectorIndex
from lakeindex.protocols import CandidateSource
from lakeindex.types.column_tokens import ColumnTokens
from lakeindex.types.columns import ColumnFacts, Family, QueryColumn, TermSet
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.pairs import Comparison, Pairs
from tests.index.random_lakes import index_of, term_set, zipf_lake

COLUMNS = 150
FAMILY_OF = {
    "containment": Family.VALUES,
    "keys": Family.KEYS,
    "words": Family.WORDS,
    "grams": Family.GRAMS,
    "names": Family.NAMES,
    "references": Family.REFERENCES,
}
LAKES = {family: zipf_lake(COLUMNS, terms=12, vocabulary=200, seed=seed) for seed, family in enumerate(sorted(Family))}
_DIRECTIONS = np.random.default_rng(9).normal(size=(COLUMNS, 8))
VECTORS = (_DIRECTIONS / np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True)).astype(np.float32)


def facts(size: int) -> ColumnFacts:
    numbers = np.zeros(size, np.int64)
    histogram = np.zeros((size, 1), np.uint8)
    return ColumnFacts(
        kinds=numbers.astype(np.int8),
        rows=numbers,
        nulls=numbers,
        distinct=numbers,
        is_key=numbers.astype(bool),
        is_serial=numbers.astype(bool),
        lows=np.full(size, np.nan),
        highs=np.full(size, np.nan),
        lengths=histogram,
        patterns=histogram,
    )


def query_of(terms: dict[Family, TermSet], vector: np.ndarray) -> QueryColumn:
    column = ColumnId(TableId("outside.csv"), "query")
    nothing, tokens = np.zeros(0, np.int64), ColumnTokens(np.zeros(2, np.uint16), np.array([0, 2]))
    return QueryColumn(column, facts(1), terms, vector, tokens, nothing.astype(np.uint64), nothing)


def pairs_of(query: QueryColumn, keys: np.ndarray) -> Pairs:
    return Pairs(
        keys=keys,
        query=query.facts,
        candidates=facts(len(keys)),
        compared={family: TermOracle(LAKES[family]).compare(query.terms[family], keys) for family in Family},
        cosine=(VECTORS[keys] @ query.vector).astype(np.float64),
        tables=keys,
        same_schema=np.zeros(len(keys)),
        lake_columns=COLUMNS,
        query_columns=1,
    )


@pytest.fixture(scope="module")
def sources() -> dict[str, CandidateSource]:
    terms = {family: index_of(lake) for family, lake in LAKES.items()}
    return make_sources(terms, VectorIndex.build(VECTORS, np.arange(COLUMNS)))


@pytest.fixture(scope="module")
def query() -> QueryColumn:
    return query_of({family: lake[3] for family, lake in LAKES.items()}, VECTORS[3])


def test_every_source_is_listed_by_its_own_name(sources: dict[str, CandidateSource]) -> None:
    assert list(sources) == [*FAMILY_OF, "alternates", "vectors"]
    assert [source.name for source in sources.values()] == list(sources)


@pytest.mark.parametrize("name", FAMILY_OF)
def test_a_source_of_terms_proposes_what_the_oracle_does(
    sources: dict[str, CandidateSource], query: QueryColumn, name: str
) -> None:
    order = Order.CONTAINMENT if name == "containment" else Order.RARITY
    oracle = TermOracle(LAKES[FAMILY_OF[name]])
    expected, _ = oracle.candidates(query.terms[FAMILY_OF[name]], 40, order)
    assert sources[name].candidates(query, 40).tolist() == expected.tolist()


def test_the_source_of_vectors_proposes_the_nearest(sources: dict[str, CandidateSource], query: QueryColumn) -> None:
    expected, _ = VectorOracle(VECTORS, np.arange(COLUMNS)).search(query.vector[None, :], 40)
    assert sources["vectors"].candidates(query, 40).tolist() == expected[0].tolist()
    assert sorted(sources["vectors"].candidates(query, 1000).tolist()) == list(range(COLUMNS))


@pytest.mark.parametrize("name", [*FAMILY_OF, "vectors"])
def test_a_source_scores_pairs_by_its_own_measure(
    sources: dict[str, CandidateSource], query: QueryColumn, name: str
) -> None:
    keys = np.arange(COLUMNS)
    pairs = pairs_of(query, keys)
    measures = {
        "containment": lambda one: (one.shared + one.jaccard()) / (one.query_terms + 1),
        "keys": Comparison.rare_containment,
    }
    if name == "vectors":
        expected = np.maximum(VECTORS.astype(np.float64) @ VECTORS[3], 0.0)
    else:
        expected = measures.get(name, lambda one: one.cosine)(pairs.compared[FAMILY_OF[name]])
    scores = sources[name].scores(query, pairs)
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[3] == scores.max()


def test_containment_ranks_by_exact_containment_and_then_by_jaccard() -> None:
    lake = [TermSet(column.hashes, column.counts, True) for column in zipf_lake(200, terms=15, vocabulary=60, seed=4)]
    terms = {family: index_of(lake) for family in Family}
    source = make_sources(terms, VectorIndex.build(VECTORS, np.arange(COLUMNS)))["containment"]
    for terms_of_query in lake[:10]:
        wanted = set(terms_of_query.hashes.tolist())
        held = [set(column.hashes.tolist()) for column in lake]
        ranks = [(len(wanted & one) / len(wanted), len(wanted & one) / len(wanted | one)) for one in held]
        expected = sorted(
            (key for key in range(200) if ranks[key][0]), key=lambda key: (*(-x for x in ranks[key]), key)
        )
        query = query_of(dict.fromkeys(Family, terms_of_query), VECTORS[0])
        assert source.candidates(query, 60).tolist() == expected[:60]
        keys = np.arange(200)
        compared = {family: TermOracle(lake).compare(terms_of_query, keys) for family in Family}
        pairs = Pairs(keys, query.facts, facts(200), compared, np.zeros(200), keys, np.zeros(200), 200, 1)
        scores = source.scores(query, pairs)
        assert [key for key in np.lexsort((keys, -scores)).tolist() if scores[key]] == expected


def test_a_column_that_holds_all_common_values_beats_one_that_holds_a_rare_one() -> None:
    common, rare = [1, 2, 3, 4], 99
    lake = [term_set(dict.fromkeys(common, 1))] * 30 + [term_set({rare: 1})]
    source = make_sources(
        {family: index_of(lake) for family in Family}, VectorIndex.build(VECTORS, np.arange(COLUMNS))
    )["containment"]
    query = query_of(dict.fromkeys(Family, term_set(dict.fromkeys([*common, rare], 1))), VECTORS[0])
    assert source.candidates(query, 30).tolist() == list(range(30))


def test_a_query_without_terms_gets_candidates_from_vectors_alone(sources: dict[str, CandidateSource]) -> None:
    query = query_of(dict.fromkeys(Family, term_set({})), VECTORS[0])
    proposed = {name: len(source.candidates(query, 20)) for name, source in sources.items()}
    assert proposed == dict.fromkeys([*FAMILY_OF, "alternates"], 0) | {"vectors": 20}
