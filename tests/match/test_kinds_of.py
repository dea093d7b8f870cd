from __future__ import annotations

import pytest

from lakeindex.match.features import KINDS_OF_JOIN, kinds_of
from lakeindex.types.columns import Family, Kind
from lakeindex.types.matches import Cardinality, JoinKind
from tests.match.made_pairs import Candidate, Overlap, Side, pairs_of

INTEGER, DECIMAL, DATE, TEXT = (Side(kind) for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TEXT))


def kind_of(query: Side, candidate: Side, **overlaps: Overlap) -> JoinKind:
    named = {Family[name.upper()]: overlap for name, overlap in overlaps.items()}
    return KINDS_OF_JOIN[kinds_of(pairs_of(query, [Candidate(candidate, named)]))[0]]


def test_values_of_which_three_in_ten_are_shared_join_as_they_stand() -> None:
    assert kind_of(TEXT, TEXT, values=Overlap(shared=3)) is JoinKind.EQUI
    assert kind_of(TEXT, TEXT, values=Overlap(shared=2)) is JoinKind.SEMANTIC


def test_the_smaller_side_decides_whether_values_are_shared() -> None:
    assert kind_of(TEXT, TEXT, values=Overlap(shared=3, query=1000, candidate=10)) is JoinKind.EQUI
    assert kind_of(TEXT, TEXT, values=Overlap(shared=3, query=10, candidate=1000)) is JoinKind.EQUI
    assert kind_of(TEXT, TEXT, values=Overlap(shared=3, query=1000, candidate=1000)) is JoinKind.SEMANTIC


def test_values_that_are_equal_once_written_alike_join_by_transformation() -> None:
    assert kind_of(TEXT, TEXT, keys=Overlap(shared=3)) is JoinKind.TRANSFORM
    assert kind_of(DATE, TEXT, keys=Overlap(shared=3)) is JoinKind.TRANSFORM
    assert kind_of(TEXT, TEXT, values=Overlap(shared=3), keys=Overlap(shared=9)) is JoinKind.EQUI


@pytest.mark.parametrize("family", ["words", "grams"])
def test_values_that_share_words_or_trigrams_join_fuzzily(family: str) -> None:
    assert kind_of(TEXT, TEXT, **{family: Overlap(cosine=0.25)}) is JoinKind.FUZZY
    assert kind_of(TEXT, TEXT, **{family: Overlap(cosine=0.24)}) is JoinKind.SEMANTIC


def test_numbers_of_either_kind_join_as_numbers_however_alike_their_digits() -> None:
    assert kind_of(INTEGER, DECIMAL, grams=Overlap(cosine=0.9)) is JoinKind.NUMERIC
    assert kind_of(DECIMAL, DECIMAL) is JoinKind.NUMERIC
    assert kind_of(INTEGER, TEXT) is JoinKind.SEMANTIC
    assert kind_of(INTEGER, INTEGER, values=Overlap(shared=3)) is JoinKind.EQUI


def test_dates_join_as_dates() -> None:
    assert kind_of(DATE, DATE, grams=Overlap(cosine=0.9)) is JoinKind.TEMPORAL
    assert kind_of(DATE, TEXT) is JoinKind.SEMANTIC


def test_every_kind_is_told_pair_by_pair() -> None:
    candidates = [
        Candidate(TEXT, {Family.VALUES: Overlap(shared=10)}),
        Candidate(TEXT),
        Candidate(TEXT, {Family.KEYS: Overlap(shared=10)}),
        Candidate(INTEGER, {Family.WORDS: Overlap(cosine=1.0)}),
    ]
    kinds = [KINDS_OF_JOIN[place] for place in kinds_of(pairs_of(TEXT, candidates))]
    assert kinds == [JoinKind.EQUI, JoinKind.SEMANTIC, JoinKind.TRANSFORM, JoinKind.FUZZY]
    assert kinds_of(pairs_of(TEXT, [])).tolist() == []


@pytest.mark.parametrize(
    ("query_is_key", "candidate_is_key", "expected"),
    [(True, True, "1:1"), (True, False, "1:n"), (False, True, "n:1"), (False, False, "n:m")],
)
def test_the_side_whose_values_are_unique_is_the_one(query_is_key: bool, candidate_is_key: bool, expected: str) -> None:
    assert Cardinality.of(query_is_key, candidate_is_key).value == expected
