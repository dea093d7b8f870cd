"""How a pair is joined is said where there is evidence of it; fuzzy and semantic are nothing that is left over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lakeindex.match.join_kinds import counted_kind, join_kinds
from lakeindex.types.columns import Family, Kind
from lakeindex.types.matches import Cardinality, JoinKind, JoinMeasure, ValueMatch
from lakeindex.types.pairs import Pairs
from tests.match.made_pairs import Candidate, Overlap, Side, pairs_of

INTEGER, DATE, TEXT = (Side(kind) for kind in (Kind.INTEGER, Kind.DATE, Kind.TEXT))


def pair(query: Side = TEXT, candidate: Side = TEXT, cosine: float = 0.0, **overlaps: Overlap) -> Pairs:
    made = pairs_of(query, [Candidate(candidate, {Family[name.upper()]: one for name, one in overlaps.items()})])
    return replace(made, cosine=np.array([cosine]))


def kind_of(pairs: Pairs, accepted: bool | None = None) -> JoinKind:
    (kind,) = join_kinds(pairs, None if accepted is None else np.array([accepted]))
    return kind


def ranged(pairs: Pairs, query: tuple[float, float], candidate: tuple[float, float]) -> Pairs:
    sides: Any = [
        replace(facts, lows=np.array([low]), highs=np.array([high]))
        for facts, (low, high) in ((pairs.query, query), (pairs.candidates, candidate))
    ]
    return replace(pairs, query=sides[0], candidates=sides[1])


def test_values_that_are_equal_join_as_they_stand_whatever_else() -> None:
    assert kind_of(pair(values=Overlap(shared=3))) is JoinKind.EQUI
    assert kind_of(pair(keys=Overlap(shared=3))) is JoinKind.TRANSFORM


@pytest.mark.parametrize(
    ("likeness", "cosine", "expected"),
    [
        (0.35, 0.0, JoinKind.FUZZY), (0.34, 0.0, JoinKind.UNKNOWN), (0.25, 0.5, JoinKind.FUZZY),
        (0.24, 0.5, JoinKind.SEMANTIC), (0.0, 0.5, JoinKind.SEMANTIC), (0.0, 0.49, JoinKind.UNKNOWN),
    ],
)  # fmt: skip
@pytest.mark.parametrize("family", ["words", "grams"])
def test_likeness_and_meaning_need_evidence(family: str, likeness: float, cosine: float, expected: JoinKind) -> None:
    assert kind_of(pair(cosine=cosine, **{family: Overlap(cosine=likeness)})) is expected


def test_what_is_accepted_joins_by_its_meaning_where_values_show_no_way() -> None:
    assert kind_of(pair(), accepted=True) is JoinKind.SEMANTIC
    assert kind_of(pair(), accepted=False) is JoinKind.UNKNOWN
    assert kind_of(pair(INTEGER, TEXT), accepted=True) is JoinKind.SEMANTIC


@pytest.mark.parametrize(("side", "kind"), [(INTEGER, JoinKind.NUMERIC), (DATE, JoinKind.TEMPORAL)])
def test_numbers_and_dates_join_where_their_ranges_meet(side: Side, kind: JoinKind) -> None:
    pairs = pair(side, side)
    assert kind_of(ranged(pairs, (1, 5), (5, 9))) is kind
    assert kind_of(ranged(pairs, (1, 5), (6, 9))) is JoinKind.UNKNOWN
    assert kind_of(ranged(pairs, (6, 9), (1, 5))) is JoinKind.UNKNOWN
    assert kind_of(ranged(pairs, (np.nan, np.nan), (1, 5))) is kind


def counted(match: ValueMatch, matched: float, containment: float = 0.0, is_final: bool = True) -> JoinMeasure:
    return JoinMeasure(
        containment, containment, match, matched, matched, matched, matched, Cardinality.ONE_TO_ONE, 1, (), is_final
    )


@pytest.mark.parametrize(
    ("estimated", "measured", "expected"),
    [
        (JoinKind.SEMANTIC, counted(ValueMatch.EXACT, 0.3, 0.3), JoinKind.EQUI),
        (JoinKind.EQUI, counted(ValueMatch.FUZZY, 0.9, 0.8), JoinKind.EQUI),
        (JoinKind.SEMANTIC, counted(ValueMatch.FUZZY, 0.9), JoinKind.FUZZY),
        (JoinKind.FUZZY, counted(ValueMatch.NORMALISED, 0.9), JoinKind.TRANSFORM),
        (JoinKind.UNKNOWN, counted(ValueMatch.TRANSFORM, 0.9), JoinKind.TRANSFORM),
        (JoinKind.FUZZY, counted(ValueMatch.SEMANTIC, 0.9), JoinKind.SEMANTIC),
        (JoinKind.UNKNOWN, counted(ValueMatch.TEMPORAL, 0.9), JoinKind.TEMPORAL),
        (JoinKind.FUZZY, counted(ValueMatch.EXACT, 0.1, 0.1), JoinKind.EQUI),
        (JoinKind.FUZZY, counted(ValueMatch.EXACT, 0.1, 0.1, is_final=False), JoinKind.FUZZY),
        (JoinKind.NUMERIC, counted(ValueMatch.EXACT, 0.1, 0.1), JoinKind.NUMERIC),
        (JoinKind.FUZZY, counted(ValueMatch.EXACT, 0.0), JoinKind.UNKNOWN),
        (JoinKind.FUZZY, counted(ValueMatch.EXACT, 0.0, is_final=False), JoinKind.FUZZY),
    ],
)
def test_once_a_join_is_counted_its_kind_is_how_it_is_made(
    estimated: JoinKind, measured: JoinMeasure, expected: JoinKind
) -> None:
    assert counted_kind(estimated, measured, is_accepted=False) is expected
    accepted = JoinKind.SEMANTIC if expected is JoinKind.UNKNOWN else expected
    assert counted_kind(estimated, measured, is_accepted=True) is accepted
