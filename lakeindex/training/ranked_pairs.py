"""Queries of made lakes with the candidates that the matcher ranks highest: the training pairs of rerankers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.index.candidate_sources import retrieve
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.made_lakes import CANDIDATES, LakePlan, Log, open_made_lakes
from lakeindex.training.relevance import JoinGroups
from lakeindex.types.columns import CrossInput

KEPT = 60
"""Candidates per query, the most probable ones: those that a reranker scores in use."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredLake:
    """The columns of a made lake, and pairs of them, ordered by query, the most probable of each first."""

    columns: CrossInput
    left: Integers
    """(pairs,) The key of each pair's query."""
    right: Integers
    """(pairs,) The key of its candidate."""
    probabilities: Floats
    """(pairs,) By the matcher."""
    joins: Flags

    def of_some(self, queries: int, seed: int) -> ScoredLake:
        """Keep the pairs of a number of queries, for rerankers that are slow."""
        drawn = np.random.default_rng(seed).permutation(np.unique(self.left))[:queries]
        kept = np.isin(self.left, drawn)
        pairs = (self.left[kept], self.right[kept], self.probabilities[kept], self.joins[kept])
        return ScoredLake(self.columns, *pairs)

    @property
    def counts(self) -> Integers:
        """Return the number of candidates of each query."""
        return np.unique(self.left, return_counts=True)[1].astype(np.int64)


def score_made_lakes(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[ScoredLake]:
    """Make each lake, index it, and query it for its columns."""
    for plan, made, searcher in open_made_lakes(sources, planned, settings):
        scored = _query_columns(searcher, made, plan.queries, np.random.default_rng(plan.seed))
        log(f"{plan}: {int(scored.joins.sum())} of {len(scored.joins)} pairs join")
        yield scored


def _query_columns(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> ScoredLake:
    groups = JoinGroups.of(searcher.directory, made)
    left, right, probabilities, joins = [], [], [], []
    for key in groups.some_queries(most, rng).tolist():
        query = searcher.column(searcher.directory.id_of(key))
        decidable = groups.decidable.others(key)
        found = searcher.score(query, retrieve(query, list(searcher.sources.values()), CANDIDATES))
        undecidable = np.setdiff1d(groups.undecidable.others(key), decidable)
        ranked = np.lexsort((found.keys, -found.scores))
        places = ranked[~np.isin(found.keys[ranked], undecidable)][:KEPT]
        keys = found.keys[places]
        left.append(np.full(len(keys), key))
        right.append(keys)
        probabilities.append(found.scores[places])
        joins.append(np.isin(keys, decidable))
    everything = searcher.tokens.take(np.arange(len(searcher.tokens)))
    columns = CrossInput(everything, searcher.directory.facts.take(np.arange(len(everything))))
    return ScoredLake(columns, *(np.concatenate(one) for one in (left, right, probabilities, joins)))
