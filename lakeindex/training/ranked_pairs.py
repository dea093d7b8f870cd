"""Queries of made lakes with the candidates that the matcher ranks highest: what cross-encoders learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.search.retrieve import retrieve
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.made_lakes import CANDIDATES, LakePlan, Log, open_made_lakes
from lakeindex.training.relevance import JoinGroups
from lakeindex.types.cross_input import Read

KEPT = 60
"""Candidates of a query that are read, the likeliest: what a cross-encoder is asked about when it is used."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadLake:
    """The columns of a made lake, and pairs of them, ordered by query, the likeliest of each first."""

    columns: Read
    left: Integers
    """(pairs,) The key of each pair's query."""
    right: Integers
    """(pairs,) The key of its candidate."""
    probabilities: Floats
    """(pairs,) By the matcher."""
    joins: Flags

    def of_some(self, queries: int, seed: int) -> ReadLake:
        """Keep the pairs of so many queries, for what reads slowly."""
        drawn = np.random.default_rng(seed).permutation(np.unique(self.left))[:queries]
        kept = np.isin(self.left, drawn)
        pairs = (self.left[kept], self.right[kept], self.probabilities[kept], self.joins[kept])
        return ReadLake(self.columns, *pairs)

    @property
    def counts(self) -> Integers:
        """Return how many candidates each query has."""
        return np.unique(self.left, return_counts=True)[1].astype(np.int64)


def ask_to_read(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[ReadLake]:
    """Make each lake, index it, and ask for its columns."""
    for plan, made, searcher in open_made_lakes(sources, planned, settings):
        read = _ask(searcher, made, plan.queries, np.random.default_rng(plan.seed))
        log(f"{plan}: {int(read.joins.sum())} of {len(read.joins)} pairs join")
        yield read


def _ask(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> ReadLake:
    groups = JoinGroups.of(searcher.directory, made)
    left, right, probabilities, joins = [], [], [], []
    for key in groups.some_queries(most, rng).tolist():
        query = searcher.column(searcher.directory.id_of(key))
        tellable = groups.tellable.others(key)
        found = searcher.judged(query, retrieve(query, list(searcher.sources.values()), CANDIDATES), CANDIDATES)
        unclear = np.setdiff1d(groups.unclear.others(key), tellable)
        keys = found.ranking.keys[~np.isin(found.ranking.keys, unclear)][:KEPT]
        left.append(np.full(len(keys), key))
        right.append(keys)
        probabilities.append(found.scores[np.searchsorted(found.pairs.keys, keys)])
        joins.append(np.isin(keys, tellable))
    everything = searcher.readings.take(np.arange(len(searcher.readings)))
    columns = Read(everything, searcher.directory.facts.take(np.arange(len(everything))))
    return ReadLake(columns, *(np.concatenate(one) for one in (left, right, probabilities, joins)))
