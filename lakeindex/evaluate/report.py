"""Run systems on labelled queries and score their rankings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from lakeindex.evaluate.labelled import Labels
from lakeindex.evaluate.metrics import average_precision_at_k, ndcg_at_k, precision_at_1, recall_at_k
from lakeindex.types.lake import ColumnId

Rankings = Mapping[ColumnId, Sequence[ColumnId]]
"""Each query's answers, best first; a query that is missing was not answered."""

System = Callable[[Sequence[ColumnId], int], Rankings]
"""Answers some queries with at most k columns each."""


@dataclass(frozen=True, slots=True)
class SystemScore:
    """The scores of a system, as means over the queries."""

    system: str
    recall: float
    """At k, like the next two."""
    average_precision: float
    ndcg: float
    precision_at_1: float
    queries: int
    seconds: float
    """To answer all queries."""


def evaluate(labels: Labels, systems: Mapping[str, System], k: int = 10) -> list[SystemScore]:
    """Score every system on the same queries; a query that it doesn't answer scores 0."""
    scores = []
    for name, answer in systems.items():
        started = time.perf_counter()
        rankings = answer(labels.queries, k)
        scores.append(score(name, labels, rankings, k, time.perf_counter() - started))
    return scores


def score(system: str, labels: Labels, rankings: Rankings, k: int, seconds: float) -> SystemScore:
    """Score rankings; repeated columns and those of the query's own table don't count."""
    pairs = [(_counted(query, rankings.get(query, ())), grades) for query, grades in labels.relevant.items()]
    return SystemScore(
        system=system,
        recall=fmean(recall_at_k(ranked, grades, k) for ranked, grades in pairs),
        average_precision=fmean(average_precision_at_k(ranked, grades, k) for ranked, grades in pairs),
        ndcg=fmean(ndcg_at_k(ranked, grades, k) for ranked, grades in pairs),
        precision_at_1=fmean(precision_at_1(ranked, grades) for ranked, grades in pairs),
        queries=len(pairs),
        seconds=seconds,
    )


def one_by_one(answer: Callable[[ColumnId, int], Sequence[ColumnId]]) -> System:
    """Make a system of a function that answers a single query."""
    return lambda queries, k: {query: answer(query, k) for query in queries}


def _counted(query: ColumnId, ranked: Sequence[ColumnId]) -> list[ColumnId]:
    return [column for column in dict.fromkeys(ranked) if column.table != query.table]
