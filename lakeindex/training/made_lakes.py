"""Lakes that are made, indexed and asked for their own columns: what a matcher learns from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.match.features import features_of
from lakeindex.match.join_kind import kinds_of
from lakeindex.match.signal_sum import fuse
from lakeindex.match.signals import measure
from lakeindex.search.retrieve import retrieve
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.made_lake import STYLES, MadeLake, make_lake
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.synthesis.write_lake import write_lake
from lakeindex.training.fit.boosting import LabelledPairs
from lakeindex.training.relevance import JoinGroups
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.pairs import Pairs

Log = Callable[[str], None]

CANDIDATES = 100
"""Of each source, as a query for ten answers asks for."""
KEPT = 40
"""Candidates of a query that are learned from, those with the best untrained scores."""


@dataclass(frozen=True, slots=True)
class LakePlan:
    """A lake to be made."""

    style: str
    seed: int
    sources: int
    queries: int


@dataclass(frozen=True, slots=True, eq=False)
class AskedLake:
    """What a made lake says of its own columns."""

    pairs: LabelledPairs
    orphans: LabelledPairs
    """The same queries without the columns that join with them: nothing is left to be found."""


def plans(count: int, seed: int, sources: Sequence[int] = (20, 60, 150), queries: int = 250) -> list[LakePlan]:
    """Plan lakes of all styles and several sizes."""
    names = list(STYLES)
    rng = np.random.default_rng(seed)
    return [
        LakePlan(names[place % len(names)], seed * 1_000 + place, int(rng.choice(sources)), queries)
        for place in range(count)
    ]


def open_made_lakes(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings
) -> Iterator[tuple[LakePlan, MadeLake, Searcher]]:
    """Make each lake and index it; it is gone when the next one is asked for."""
    for plan in planned:
        chosen = np.random.default_rng(plan.seed).permutation(len(sources))[: plan.sources]
        made = make_lake([sources[place] for place in np.sort(chosen)], plan.seed, STYLES[plan.style])
        with TemporaryDirectory() as folder:
            write_lake(made, Path(folder) / "lake")
            yield plan, made, Lake.index(Path(folder) / "lake", Path(folder) / "index", settings).searcher


def ask_made_lakes(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[AskedLake]:
    """Make each lake, index it, and ask for its columns."""
    for plan, made, searcher in open_made_lakes(sources, planned, settings):
        rng = np.random.default_rng(plan.seed)
        rng.permutation(len(sources))  # that the lake was drawn by
        asked = _ask(searcher, made, plan.queries, rng)
        log(f"{plan}: {len(made.tables)} tables, {len(made.joins)} joins, {len(asked.pairs.joins)} pairs")
        yield asked


def _ask(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> AskedLake:
    groups = JoinGroups.of(searcher.directory, made)
    found, orphans = [], []
    for key in groups.some_queries(most, rng).tolist():
        query = searcher.column(searcher.directory.id_of(key))
        joining = groups.tellable.others(key)
        candidates = retrieve(query, list(searcher.sources.values()), CANDIDATES)
        candidates = candidates[~np.isin(candidates, np.setdiff1d(groups.unclear.others(key), joining))]
        found.append(_labelled(searcher, query, candidates, joining))
        if len(joining):
            orphans.append(_labelled(searcher, query, candidates[~np.isin(candidates, joining)], joining))
    return AskedLake(LabelledPairs.joined(found), LabelledPairs.joined(orphans))


def _labelled(searcher: Searcher, query: QueryColumn, candidates: Integers, joining: Integers) -> LabelledPairs:
    pairs = searcher.pairs(query, candidates)
    scored = fuse(measure(pairs), pairs.tables)
    kept = np.argsort(-scored.scores, kind="stable")[:KEPT]
    return LabelledPairs(
        features=features_of(pairs, scored)[kept],
        scores=scored.scores[kept],
        joins=np.isin(candidates, joining)[kept],
        queries=np.zeros(len(kept), np.int64),
        containment=_containment(pairs)[kept],
        kinds=kinds_of(pairs)[kept],
    )


def _containment(pairs: Pairs) -> Floats:
    values = pairs.compared[Family.VALUES]
    return np.maximum(values.containment(), values.reverse_containment())
