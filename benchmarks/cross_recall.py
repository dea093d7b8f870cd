"""Claim: a query finds what the cross-encoder scores highest in the whole lake with a fraction of its calls.

The recall of the cross-encoder's own best k columns (k = 1, 10, 100) by the number of its calls, on whole lakes. Beside
the search by matrix factorisation: reranking what other rankings put first, and random anchors, all at equal calls.

These are internal figures: the cross-encoder's own scores are no answer, and no label is used. What users get stands
below them: the quality of `Lake.query_many` with its defaults, and with `--reach lake`, which is that search.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import record
from changed_index import vectors_of
from cross_recall_plot import draw
from labelled_lakes import MACRO, METRICS, LabelledLakes, add_options, open_lakes, write_rankings
from query_lake import query_lake

from lakeindex.arrays.aliases import Coordinates, Floats, Integers, Vectors
from lakeindex.arrays.proportions import log_odds_of
from lakeindex.catalog.directory import Directory
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.models.weights import LATE_INTERACTION, STATIC
from lakeindex.rerank.anchor_queries import choose
from lakeindex.rerank.cur import Plan, search
from lakeindex.rerank.late_interaction import CellVectors, LateInteraction, pair_features
from lakeindex.store.generations import open_current
from lakeindex.store.layout import COLUMN_TOKENS
from lakeindex.types.column_tokens import open_tokens
from lakeindex.types.columns import CrossInput

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
class ScoredLake:
    """A lake of which the cross-encoder has scored every pair that is needed to measure a search."""

    lake: Lake
    directory: Directory
    vectors: Vectors
    """(columns, d), the coordinates of AXN."""
    queries: Integers
    """Keys of the queries; none is an anchor query."""
    scores: Floats
    """(queries, columns), brute force."""
    anchors: Coordinates
    """(columns, anchor queries), the transposed R of ANNCUR."""

    @classmethod
    def of(cls, lake: Lake, index: Path, model: LateInteraction) -> ScoredLake:
        generation = open_current(index).folder
        directory, tokens = Directory.open(generation), open_tokens(generation / COLUMN_TOKENS)
        everything = np.arange(len(directory))
        if len(everything) <= ANCHOR_QUERIES:
            sys.exit(f"{index} has {len(everything)} columns: all of them would be anchor queries, and none a query")
        columns = CrossInput(tokens.take(everything), directory.facts.take(everything))
        cells = CellVectors.of(columns, model.tokens)
        anchors = choose(columns.hashes(), ANCHOR_QUERIES)
        others = np.setdiff1d(everything, anchors)
        queries = np.sort(np.random.default_rng(SEED).permutation(others)[:QUERIES])
        of_queries, of_anchors = (_all_scores(model, cells, keys) for keys in (queries, anchors))
        return cls(lake, directory, vectors_of(index), queries, of_queries, of_anchors.T.astype(np.float32))


def _all_scores(model: LateInteraction, cells: CellVectors, queries: Integers) -> Floats:
    columns = np.arange(len(cells.there))
    each = (np.full(len(columns), key) for key in queries.tolist())
    return np.stack([model.tree_scores(pair_features(cells, cells, key, columns)) for key in each])


@dataclass(frozen=True)
class Priors:
    """What rankings make of every column for a query, (columns,); minus infinity for those that are no answer."""

    vectors: Floats
    words: Floats
    matcher: Floats
    """In log-odds."""

    @classmethod
    def of(cls, scored: ScoredLake, key: int) -> Priors:
        searcher, size = scored.lake.opened.searcher, len(scored.directory)
        query = searcher.column_at(key)
        words, matcher = np.full(size, -1.0), np.full(size, HARDLY)
        by_words = searcher.sources["words"].candidates(query, size)
        words[by_words] = np.arange(len(by_words), 0, -1)
        candidates = searcher.search(query)
        matcher[candidates.keys] = np.maximum(candidates.scores, HARDLY)
        vectors = (scored.vectors @ scored.vectors[key]).astype(np.float64)
        priors = cls(vectors, words, log_odds_of(matcher, HARDLY / 10))
        for one in (priors.vectors, priors.words, priors.matcher):
            one[query.own_keys] = -np.inf
        return priors


System = Callable[[ScoredLake, Priors, Callable[[Integers], Floats], int, int], Integers]
"""From a lake, a query, its scorer, a budget and a seed to the places of what was found, the best first."""


def _rerank(by: Callable[[Priors], Floats]) -> System:
    def run(scored: ScoredLake, priors: Priors, score: Callable[[Integers], Floats], calls: int, seed: int) -> Integers:
        return search(score, scored.anchors[:, :1], by(priors), Plan(calls, rounds=1)).top(calls)[0]

    return run


def _searched(space: Callable[[ScoredLake], Coordinates], by: Callable[[Priors], Floats], rounds: int) -> System:
    def run(scored: ScoredLake, priors: Priors, score: Callable[[Integers], Floats], calls: int, seed: int) -> Integers:
        return search(score, space(scored), by(priors), Plan(calls, rounds)).top(calls)[0]

    return run


def _fixed_anchors(
    scored: ScoredLake, priors: Priors, score: Callable[[Integers], Floats], calls: int, seed: int
) -> Integers:
    """ANNCUR: half of the calls for random columns, the same for all queries, the others for what these predict."""
    anchors = np.random.default_rng(SEED).permutation(len(priors.matcher))[: calls // 2]
    nothing = np.where(np.isfinite(priors.matcher), 0.0, -np.inf)
    return search(score, scored.anchors, nothing, Plan(calls, rounds=2), anchors).top(calls)[0]


def _random(scored: ScoredLake, priors: Priors, score: Callable[[Integers], Floats], calls: int, seed: int) -> Integers:
    prior = np.where(np.isfinite(priors.matcher), np.random.default_rng(seed).random(len(priors.matcher)), -np.inf)
    return search(score, scored.anchors, prior, Plan(calls, rounds=1)).top(calls)[0]


SYSTEMS: Mapping[str, System] = {
    "AXN": _searched(lambda scored: scored.vectors, lambda priors: priors.matcher, ROUNDS),
    "ADACUR": _searched(lambda scored: scored.anchors, lambda priors: priors.matcher, ROUNDS),
    "ADACUR, cold": _searched(
        lambda scored: scored.anchors, lambda priors: np.where(np.isfinite(priors.vectors), 0.0, -np.inf), ROUNDS
    ),
    "ANNCUR": _fixed_anchors,
    "bi-encoder": _rerank(lambda priors: priors.vectors),
    "matcher": _rerank(lambda priors: priors.matcher),
    "BM25 words": _rerank(lambda priors: priors.words),
    "random": _random,
}


def recalls(scored: ScoredLake, systems: Mapping[str, System]) -> dict[str, dict[int, Recalls]]:
    """Measure each system at each budget, as a mean over the queries."""
    found: dict[str, dict[int, list[Recalls]]] = {name: {calls: [] for calls in BUDGETS} for name in systems}
    for place, key in enumerate(scored.queries.tolist()):
        priors = Priors.of(scored, key)
        row = scored.scores[place]
        best = np.argsort(np.where(np.isfinite(priors.matcher), -row, np.inf), kind="stable")
        for name, system in systems.items():
            for calls in BUDGETS:
                keys = system(scored, priors, lambda places, row=row: row[places], calls, place)  # type: ignore[misc]
                found[name][calls].append({k: float(np.isin(best[:k], keys[:k]).mean()) for k in TOPS})
    return {
        name: {calls: {k: float(np.mean([one[k] for one in of])) for k in TOPS} for calls, of in by_calls.items()}
        for name, by_calls in found.items()
    }


def rows(figures: Mapping[str, Mapping[int, Recalls]]) -> Iterator[Sequence[object]]:
    for name, by_calls in figures.items():
        yield [name, *(" / ".join(f"{of[k]:.2f}" for k in TOPS) for of in by_calls.values())]


def users_figures(lakes: LabelledLakes, name: str, index: Path) -> dict[str, dict[str, float]]:
    """Return the quality of what users get, by the setting `reach`."""
    figures = {}
    for reach in ("pool", "lake"):
        lake = Lake.open(index, replace(Settings(), reach=reach))
        write_rankings(index.with_suffix(".csv"), query_lake(lake, lakes.relevant(name)))
        figures[f"reach {reach}"] = lakes.score(str(index.with_suffix(".csv")), [name], False)[MACRO]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    given = parser.parse_args()
    lakes, chosen = open_lakes(given)
    model = LateInteraction.open(LATE_INTERACTION, STATIC)
    figures: dict[str, dict[str, dict[int, Recalls]]] = {}
    users: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen if given.only else LAKES:
            root, index = Path(folder) / name, Path(folder) / f"{name}.index"
            lakes.prepare(root, [name], False)
            scored = ScoredLake.of(Lake.index(root, index, Settings()), index, model)
            figures[name] = recalls(scored, SYSTEMS)
            print(f"\n{name}, {len(scored.directory)} columns: recall@{'/'.join(map(str, TOPS))} by calls")
            record.print_table(["system", *map(str, BUDGETS)], list(rows(figures[name])))
            users[name] = users_figures(lakes, name, index)
            record.print_table(["what users get", *METRICS], [[one, *of.values()] for one, of in users[name].items()])
    if given.only:
        print("some benchmarks only: nothing written")
        return
    settings = {"queries": QUERIES, "anchor_queries": ANCHOR_QUERIES, "cross_encoder": model.fingerprint}
    written = record.write("cross_recall", SEED, settings, {**figures, "what users get": users})
    print(f"wrote {written.relative_to(record.REPOSITORY)}")
    print(f"drew {draw(figures, record.RESULTS / 'cross_recall.svg').relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
