"""Claim: a query finds what the cross-encoder scores highest in the whole lake with a fraction of its calls.

The recall of the cross-encoder's own best k columns (k = 1, 10, 100) by the number of its calls, on whole lakes. Beside
the search by matrix factorisation: reranking what other rankings put first, and random anchors, all at equal calls.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import record
from cross_recall_plot import draw
from labelled_lakes import LabelledLakes

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.log_odds import log_odds_of
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.models.weights import CELLS, STATIC
from lakeindex.rerank.anchor_queries import choose
from lakeindex.rerank.cur import Plan, search
from lakeindex.rerank.late_interaction import CellAttention, Cells, seen
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import QueryColumn

LAKES = ("spider_fk", "gdc_schema_matching", "schematch_multi")
BUDGETS = (20, 50, 100, 200, 500)
TOPS = (1, 10, 100)
ANCHOR_QUERIES = 100
QUERIES = 100
SEED = 8
ROUNDS = 8
HARDLY = 1e-6

Recalls = dict[int, float]
"""By k."""


@dataclass(frozen=True)
class Scored:
    """A lake of which the cross-encoder has read every pair that is needed to judge a search."""

    searcher: Searcher
    queries: Integers
    """Keys that are asked about; none is an anchor query."""
    scores: Floats
    """(queries, columns), brute force."""
    anchors: npt.NDArray[np.float32]
    """(columns, anchor queries), the transposed R of ANNCUR."""

    @cached_property
    def vectors(self) -> npt.NDArray[np.float32]:
        """The coordinates of AXN, (columns, d)."""
        return self.searcher.vectors.vectors(np.arange(len(self.searcher.directory)))

    @classmethod
    def of(cls, searcher: Searcher, model: CellAttention) -> Scored:
        columns = searcher.read_of(np.arange(len(searcher.directory)))
        cells = Cells.of(columns, model.tokens)
        anchors = choose(columns.hashes(), ANCHOR_QUERIES)
        others = np.setdiff1d(np.arange(len(columns)), anchors)
        queries = np.sort(np.random.default_rng(SEED).permutation(others)[:QUERIES])
        of_queries, of_anchors = (_all_scores(model, cells, keys) for keys in (queries, anchors))
        return cls(searcher, queries, of_queries, of_anchors.T.astype(np.float32))


def _all_scores(model: CellAttention, cells: Cells, queries: Integers) -> Floats:
    columns = np.arange(len(cells.read))
    each = (np.full(len(columns), key) for key in queries.tolist())
    return np.stack([model.said_of(seen(cells, cells, key, columns)) for key in each])


@dataclass(frozen=True)
class Asked:
    """A query with what rankings believe of every column; minus infinity of those that are no answer."""

    vectors: Floats
    words: Floats
    matcher: Floats

    @classmethod
    def of(cls, searcher: Searcher, query: QueryColumn) -> Asked:
        size = len(searcher.directory)
        vectors = (searcher.vectors.vectors(np.arange(size)) @ query.vector).astype(np.float64)
        keys = searcher.sources["words"].candidates(query, size)
        words = np.full(size, -1.0)
        words[keys] = np.arange(len(keys), 0, -1)
        found = searcher.judged_alone(query, searcher.candidates(query, 100), size)
        matcher = np.full(size, HARDLY)
        matcher[found.pairs.keys] = np.maximum(found.estimates, HARDLY)
        told = cls(vectors, words, log_odds_of(matcher, HARDLY / 10))
        for one in (told.vectors, told.words, told.matcher):
            one[query.own_keys] = -np.inf
        return told


System = Callable[[Scored, Asked, Callable[[Integers], Floats], int, int], Integers]
"""From a lake, a query, its scorer, a budget and a seed to the places of what was found, the best first."""


def _rerank(by: Callable[[Asked], Floats]) -> System:
    def run(scored: Scored, asked: Asked, score: Callable[[Integers], Floats], calls: int, seed: int) -> Integers:
        return search(score, scored.anchors[:, :1], by(asked), Plan(calls, rounds=1)).top(calls)[0]

    return run


def _searched(space: Callable[[Scored], npt.NDArray[np.float32]], by: Callable[[Asked], Floats], rounds: int) -> System:
    def run(scored: Scored, asked: Asked, score: Callable[[Integers], Floats], calls: int, seed: int) -> Integers:
        return search(score, space(scored), by(asked), Plan(calls, rounds)).top(calls)[0]

    return run


def _fixed_anchors(
    scored: Scored, asked: Asked, score: Callable[[Integers], Floats], calls: int, seed: int
) -> Integers:
    """ANNCUR: half of the calls for random columns, the same for all queries, the others for what these predict."""
    anchors = np.random.default_rng(SEED).permutation(len(asked.matcher))[: calls // 2]
    nothing = np.where(np.isfinite(asked.matcher), 0.0, -np.inf)
    return search(score, scored.anchors, nothing, Plan(calls, rounds=2), anchors).top(calls)[0]


def _random(scored: Scored, asked: Asked, score: Callable[[Integers], Floats], calls: int, seed: int) -> Integers:
    prior = np.where(np.isfinite(asked.matcher), np.random.default_rng(seed).random(len(asked.matcher)), -np.inf)
    return search(score, scored.anchors, prior, Plan(calls, rounds=1)).top(calls)[0]


SYSTEMS: Mapping[str, System] = {
    "AXN": _searched(lambda scored: scored.vectors, lambda asked: asked.matcher, ROUNDS),
    "ADACUR": _searched(lambda scored: scored.anchors, lambda asked: asked.matcher, ROUNDS),
    "ADACUR, cold": _searched(
        lambda scored: scored.anchors, lambda asked: np.where(np.isfinite(asked.vectors), 0.0, -np.inf), ROUNDS
    ),
    "ANNCUR": _fixed_anchors,
    "bi-encoder": _rerank(lambda asked: asked.vectors),
    "matcher": _rerank(lambda asked: asked.matcher),
    "BM25 words": _rerank(lambda asked: asked.words),
    "random": _random,
}


def recalls(scored: Scored, systems: Mapping[str, System]) -> dict[str, dict[int, Recalls]]:
    """Measure each system at each budget, as a mean over the queries."""
    found: dict[str, dict[int, list[Recalls]]] = {name: {calls: [] for calls in BUDGETS} for name in systems}
    for place, key in enumerate(scored.queries.tolist()):
        asked = Asked.of(scored.searcher, scored.searcher.column(scored.searcher.directory.id_of(key)))
        row = scored.scores[place]
        best = np.argsort(np.where(np.isfinite(asked.matcher), -row, np.inf), kind="stable")
        for name, system in systems.items():
            for calls in BUDGETS:
                told = system(scored, asked, lambda places, row=row: row[places], calls, place)  # type: ignore[misc]
                found[name][calls].append({k: float(np.isin(best[:k], told[:k]).mean()) for k in TOPS})
    return {
        name: {calls: {k: float(np.mean([one[k] for one in of])) for k in TOPS} for calls, of in by_calls.items()}
        for name, by_calls in found.items()
    }


def rows(figures: Mapping[str, Mapping[int, Recalls]]) -> Iterator[Sequence[object]]:
    for name, by_calls in figures.items():
        yield [name, *(" / ".join(f"{of[k]:.2f}" for k in TOPS) for of in by_calls.values())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("LAKEINDEX_BENCH_DATA", "../shared/data"))
    lakes = LabelledLakes(Path(parser.parse_args().data))
    model = CellAttention.open(CELLS, STATIC)
    figures: dict[str, dict[str, dict[int, Recalls]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in LAKES:
            lakes.prepare(Path(folder) / name, [name], False)
            searcher = Lake.index(Path(folder) / name, Path(folder) / f"{name}.index", Settings()).searcher
            figures[name] = recalls(Scored.of(searcher, model), SYSTEMS)
            print(f"\n{name}, {len(searcher.directory)} columns: recall@{'/'.join(map(str, TOPS))} by calls")
            record.print_table(["system", *map(str, BUDGETS)], list(rows(figures[name])))
    settings = {"queries": QUERIES, "anchor_queries": ANCHOR_QUERIES, "cross_encoder": model.fingerprint}
    print(f"wrote {record.write('cross_recall', SEED, settings, dict(figures)).relative_to(record.REPOSITORY)}")
    print(f"drew {draw(figures, record.RESULTS / 'cross_recall.svg').relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
