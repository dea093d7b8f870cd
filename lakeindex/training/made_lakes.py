"""Make lakes, index them and query them for their own columns: the training pairs of a matcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.index.candidate_sources import retrieve
from lakeindex.lake import Lake
from lakeindex.match.features import kinds_of
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.made_lake import STYLES, MadeLake, make_lake
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.synthesis.write_lake import write_lake
from lakeindex.training.fit.boosting import TrainingPairs
from lakeindex.training.relevance import JoinGroups
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.pairs import Pairs

Log = Callable[[str], None]

CANDIDATES = 100
"""From each source of candidates, as many as a query for ten answers retrieves."""
KEPT = 40
"""Candidates per query that are used for training, those with the best untrained scores."""


@dataclass(frozen=True, slots=True)
class LakePlan:
    """A plan of a lake to make."""

    style: str
    seed: int
    sources: int
    queries: int


@dataclass(frozen=True, slots=True, eq=False)
class QueriedLake:
    """Queries of a made lake for its own columns, with their labelled candidates."""

    pairs: TrainingPairs
    orphans: TrainingPairs
    """The same queries without the candidates that join, so that every answer is wrong."""


def plans(count: int, seed: int, sources: Sequence[int] = (20, 60, 150), queries: int = 250) -> list[LakePlan]:
    """Plan lakes of all styles, and of several sizes."""
    names = list(STYLES)
    rng = np.random.default_rng(seed)
    return [
        LakePlan(names[place % len(names)], seed * 1_000 + place, int(rng.choice(sources)), queries)
        for place in range(count)
    ]


def open_made_lakes(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings
) -> Iterator[tuple[LakePlan, MadeLake, Searcher]]:
    """Make and index each lake, which is deleted when the next one is requested."""
    for plan in planned:
        chosen = np.random.default_rng(plan.seed).permutation(len(sources))[: plan.sources]
        made = make_lake([sources[place] for place in np.sort(chosen)], plan.seed, STYLES[plan.style])
        with TemporaryDirectory() as folder:
            write_lake(made, Path(folder) / "lake")
            yield plan, made, Lake.index(Path(folder) / "lake", Path(folder) / "index", settings).opened.searcher


def query_made_lakes(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[QueriedLake]:
    """Make each lake, index it, and query it for its columns."""
    for plan, made, searcher in open_made_lakes(sources, planned, settings):
        rng = np.random.default_rng(plan.seed)
        rng.permutation(len(sources))  # by which the lake's sources were drawn
        queried = _query_columns(searcher, made, plan.queries, rng)
        log(f"{plan}: {len(made.tables)} tables, {len(made.joins)} joins, {len(queried.pairs.joins)} pairs")
        yield queried


def _query_columns(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> QueriedLake:
    groups = JoinGroups.of(searcher.directory, made)
    found, orphans = [], []
    for key in groups.some_queries(most, rng).tolist():
        query = searcher.column(searcher.directory.id_of(key))
        joining = groups.decidable.others(key)
        candidates = retrieve(query, list(searcher.sources.values()), CANDIDATES)
        candidates = candidates[~np.isin(candidates, np.setdiff1d(groups.undecidable.others(key), joining))]
        found.append(_labelled(searcher, query, candidates, joining))
        if len(joining):
            orphans.append(_labelled(searcher, query, candidates[~np.isin(candidates, joining)], joining))
    return QueriedLake(TrainingPairs.joined(found), TrainingPairs.joined(orphans))


def _labelled(searcher: Searcher, query: QueryColumn, candidates: Integers, joining: Integers) -> TrainingPairs:
    scored = searcher.scorer.score(query, candidates)
    kept = np.argsort(-scored.signals.scores, kind="stable")[:KEPT]
    return TrainingPairs(
        features=scored.features[kept],
        scores=scored.signals.scores[kept],
        joins=np.isin(candidates, joining)[kept],
        queries=np.zeros(len(kept), np.int64),
        containment=_containment(scored.pairs)[kept],
        kinds=kinds_of(scored.pairs)[kept],
    )


def _containment(pairs: Pairs) -> Floats:
    values = pairs.compared[Family.VALUES]
    return np.maximum(values.containment(), values.reverse_containment())
