"""Claim: every signal and every source of candidates earns its place.

Each query is searched once; what was measured of its candidates is then fused again without one signal (the others'
weights renormalised), by that signal alone, without one thing that speaks against a join, without one guard, and among
the candidates of all sources but one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np
import record
from labelled_lakes import MACRO, Figures, LabelledLakes, write_rankings
from left_out import ENGINE, Values, fused, score_variants

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.match.signals import SIGNALS, measure
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import QueryColumn
from lakeindex.types.lake import ColumnId
from lakeindex.types.pairs import Ranking

K = 100
CANDIDATES = 200
"""Of each source, as a query for K answers asks for."""

WILD = "wild"


@dataclass(frozen=True, slots=True)
class Pool:
    """What the sources propose for a query."""

    proposed: dict[str, Integers]
    own_keys: Integers

    @classmethod
    def of(cls, searcher: Searcher, query: QueryColumn) -> Pool:
        limit = CANDIDATES + len(query.own_keys)
        sources = searcher.sources.items()
        return cls({name: source.candidates(query, limit) for name, source in sources}, query.own_keys)

    def keys(self, left_out: str | None = None) -> Integers:
        """Return the candidates of all sources but one, ascending."""
        kept = [keys.astype(np.int64) for name, keys in self.proposed.items() if name != left_out]
        united = np.unique(np.concatenate([np.zeros(0, np.int64), *kept]))
        return united[~np.isin(united, self.own_keys)]


@dataclass
class Ablation:
    """Rankings by variant, and how much of what is relevant each pool of candidates holds."""

    rankings: dict[str, dict[ColumnId, list[ColumnId]]] = field(default_factory=dict)
    recalls: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    """By pool and benchmark, a figure a query."""

    def ask(self, searcher: Searcher, asked: ColumnId, benchmark: str, relevant: set[ColumnId]) -> None:
        """Search once, and rank by every variant; a query that isn't in the lake finds nothing."""
        try:
            query = searcher.column(asked)
        except NotFound:
            nothing = Pool({source: np.zeros(0, np.int64) for source in searcher.sources}, np.zeros(0, np.int64))
            self._recall(benchmark, nothing, np.zeros(0, np.int64), len(relevant))
            return
        pool = Pool.of(searcher, query)
        pairs = searcher.pairs(query, pool.keys())
        names = [searcher.directory.id_of(key) for key in pairs.keys.tolist()]
        for variant, scores in score_variants(pairs).items():
            self._rank(variant, asked, names, scores)
        values = measure(pairs)
        for source in pool.proposed:
            inside = np.isin(pairs.keys, pool.keys(source))
            self._rank(f"without {source} as a source", asked, names, _among(values, pairs.tables, inside))
        found = pairs.keys[[name in relevant for name in names]]
        self._recall(benchmark, pool, found, len(relevant))

    def _recall(self, benchmark: str, pool: Pool, found: Integers, relevant: int) -> None:
        pools = {ENGINE: pool.keys()}
        pools |= {f"without {source} as a source": pool.keys(source) for source in pool.proposed}
        pools |= {f"{source} alone as a source": keys for source, keys in pool.proposed.items()}
        for label, keys in pools.items():
            recall = float(np.isin(found, keys).sum()) / relevant
            self.recalls.setdefault(label, {}).setdefault(benchmark, []).append(recall)

    def _rank(self, variant: str, asked: ColumnId, names: Sequence[ColumnId], scores: Floats) -> None:
        ranking = Ranking.of(np.arange(len(names)), scores, variant).top(K)
        self.rankings.setdefault(variant, {})[asked] = [names[place] for place in ranking.keys[ranking.scores > 0]]


def _among(values: Values, tables: Integers, inside: Flags) -> Floats:
    """Score the candidates that are inside, and no others: rivals are outside too."""
    scores = np.zeros(len(tables))
    scores[inside] = fused({name: value[inside] for name, value in values.items()}, tables[inside])
    return scores


def ablate_alone(lakes: LabelledLakes, names: Sequence[str]) -> tuple[dict[str, Figures], Ablation]:
    """Index every benchmark as a lake of its own, and leave things out."""
    recalls = Ablation()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in names:
            queries = lakes.prepare(folder / name, [name], False)
            searcher = Lake.index(folder / name, folder / f"{name}.index", Settings()).searcher
            of_lake = Ablation(recalls=recalls.recalls)
            relevant = lakes.relevant(name)
            for asked in queries:
                of_lake.ask(searcher, asked, name, relevant[asked])
            for place, rankings in enumerate(of_lake.rankings.values()):
                write_rankings(folder / f"{place}.{name}.csv", rankings)
        variants = list(of_lake.rankings)
        figures = {
            variant: lakes.score(f"{folder}/{place}.{{}}.csv", names, False) for place, variant in enumerate(variants)
        }
    return figures, recalls


def ablate_wild(lakes: LabelledLakes, names: Sequence[str], index: Path) -> tuple[dict[str, Figures], Ablation]:
    """Leave things out on an index of all these benchmarks among other tables."""
    searcher, ablation = Lake.open(index).searcher, Ablation()
    for name in names:
        for asked, relevant in lakes.relevant(name).items():
            ablation.ask(searcher, asked, name, relevant)
    figures = {}
    with tempfile.TemporaryDirectory() as temporary:
        for variant, rankings in ablation.rankings.items():
            path = Path(temporary) / "rankings.csv"
            write_rankings(path, rankings)
            figures[variant] = lakes.score(str(path), names, True)
    return figures, ablation


def changes(figures: Mapping[str, Figures]) -> list[list[object]]:
    """Lay out what each variant changes, in thousandths of R@10 / MAP@10; the engine itself as it is."""
    engine = figures[ENGINE]
    rows: list[list[object]] = [[ENGINE, *(_both(engine[name], "{:.3f}") for name in engine)]]
    for variant, of_variant in figures.items():
        if variant != ENGINE:
            gained = {
                name: {metric: 1000 * (of_variant[name][metric] - engine[name][metric]) for metric in engine[name]}
                for name in engine
            }
            rows.append([variant, *(_both(gained[name], "{:+.0f}") for name in engine)])
    return rows


def pool_recalls(ablation: Ablation) -> dict[str, dict[str, float]]:
    """Average over queries, then over benchmarks."""
    means = {pool: {name: fmean(some) for name, some in by.items()} for pool, by in ablation.recalls.items()}
    return {pool: by | {MACRO: fmean(by.values())} for pool, by in means.items()}


def _both(metrics: Mapping[str, float], written: str) -> str:
    return " / ".join(written.format(metrics[metric]) for metric in ("recall_at_10", "map_at_10"))


def show(label: str, figures: Mapping[str, Figures], ablation: Ablation) -> dict[str, object]:
    """Print both tables; return them for the record."""
    recalls = pool_recalls(ablation)
    print(f"\n{label}: R@10 / MAP@10, and their change in thousandths")
    record.print_table(["", *figures[ENGINE]], changes(figures))
    print(f"\n{label}: recall of the candidates")
    names = list(next(iter(recalls.values())))
    record.print_table(["", *names], [[pool, *(by[name] for name in names)] for pool, by in recalls.items()])
    return {"quality": figures, "recall_of_candidates": recalls}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--index", type=Path, help="an index of the wild lake, as quality.py --wild makes it")
    parser.add_argument("--only", action="append", default=[], help="a single benchmark; may be repeated")
    given = parser.parse_args()
    lakes = LabelledLakes(given.data.resolve())
    names = [name for name in lakes.names() if not given.only or name in given.only]
    if not names:
        sys.exit(f"no such benchmark; there are: {', '.join(lakes.names())}")
    results = {"alone": show("alone", *ablate_alone(lakes, names))}
    if given.index is not None:
        in_the_wild = [name for name in lakes.names_for_the_wild() if name in names]
        results[WILD] = show(WILD, *ablate_wild(lakes, in_the_wild, given.index))
    if given.only or given.index is None:
        print("some of it only: nothing written")
        return
    settings = {"k": K, "candidates": CANDIDATES, "weights": {signal.name: signal.weight for signal in SIGNALS}}
    written = record.write("ablation", None, settings, results)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
