"""Claim: every signal and every source of candidates earns its place.

What users get by `Lake.query_many` with its defaults, and by the same call on an engine with one thing changed
(`changed_engine.py`): without one signal (the others' weights renormalised), without one thing that speaks against a
join, without one guard, with a signal that was tried, without one source of candidates; and ranked by one signal alone,
which no user gets. Beside it, the share of the relevant columns that each source proposes, as `--sources` shows it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean

import record
from answers import K
from changed_engine import ENGINE, variants
from labelled_lakes import MACRO, WILD, Figures, LabelledLakes, add_options, open_lakes, write_rankings
from query_lake import Answers, answers_by_source, query_lake

from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.match.signals import SIGNALS
from lakeindex.types.lake import ColumnId

CANDIDATES = 200
"""Of each source, of which the recall is measured."""

Relevant = Mapping[ColumnId, set[ColumnId]]
Recalls = dict[str, dict[str, float]]
"""By benchmark, the mean over queries for each pool of candidates."""


def answers_by_variant(
    index: Path, queries: Sequence[ColumnId], sources: Sequence[str]
) -> Iterator[tuple[str, Answers]]:
    """Query an index with each thing changed; it is opened anew each time, as an open lake keeps what it has found."""
    for variant in variants(sources):
        with variant.change():
            yield variant.label, query_lake(Lake.open(index, Settings()), queries, **variant.query)


def pool_recalls(proposed: Mapping[str, Answers], relevant: Relevant) -> dict[str, float]:
    """Return the share of the relevant columns that some sources propose together, as means over queries.

    `proposed` are the candidates by source.
    """
    pools = {ENGINE: set(proposed)}
    pools |= {f"without {source} as a source": set(proposed) - {source} for source in proposed}
    pools |= {f"{source} alone as a source": {source} for source in proposed}
    return {
        label: fmean(
            len(joins & {one for source in pool for one in proposed[source][query]}) / len(joins)
            for query, joins in relevant.items()
        )
        for label, pool in pools.items()
    }


def ablate_alone(lakes: LabelledLakes, names: Sequence[str]) -> tuple[dict[str, Figures], Recalls]:
    """Index every benchmark as a lake of its own, and leave things out."""
    recalls: Recalls = {}
    places: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in names:
            queries = lakes.prepare(folder / name, [name], False)
            index = folder / f"{name}.index"
            proposed = answers_by_source(Lake.index(folder / name, index, Settings()), queries, CANDIDATES)
            recalls[name] = pool_recalls(proposed, lakes.relevant(name))
            for label, answers in answers_by_variant(index, queries, list(proposed)):
                place = places.setdefault(label, len(places))
                write_rankings(folder / f"{place}.{name}.csv", answers)
            print(name, "queried", flush=True)
        figures = {label: lakes.score(f"{folder}/{place}.{{}}.csv", names, False) for label, place in places.items()}
    return figures, _with_mean(recalls)


def ablate_wild(lakes: LabelledLakes, names: Sequence[str], index: Path) -> tuple[dict[str, Figures], Recalls]:
    """Leave things out on an index of all these benchmarks among other tables."""
    queries = [query for name in names for query in lakes.relevant(name)]
    proposed = answers_by_source(Lake.open(index, Settings()), queries, CANDIDATES)
    recalls = {name: pool_recalls(proposed, lakes.relevant(name)) for name in names}
    figures = {}
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "rankings.csv"
        for label, answers in answers_by_variant(index, queries, list(proposed)):
            write_rankings(path, answers)
            figures[label] = lakes.score(str(path), names, True)
    return figures, _with_mean(recalls)


def _with_mean(recalls: Recalls) -> Recalls:
    """Add the mean over benchmarks."""
    pools = next(iter(recalls.values()))
    return recalls | {MACRO: {pool: fmean(of[pool] for of in recalls.values()) for pool in pools}}


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


def _both(metrics: Mapping[str, float], written: str) -> str:
    return " / ".join(written.format(metrics[metric]) for metric in ("recall_at_10", "map_at_10"))


def show(label: str, figures: Mapping[str, Figures], recalls: Recalls) -> dict[str, object]:
    """Print both tables; return them for the record."""
    print(f"\n{label}: R@10 / MAP@10, and their change in thousandths")
    record.print_table(["", *figures[ENGINE]], changes(figures))
    print(f"\n{label}: recall of the candidates")
    by_pool = {pool: {name: of[pool] for name, of in recalls.items()} for pool in recalls[MACRO]}
    record.print_table(["", *recalls], [[pool, *by_name.values()] for pool, by_name in by_pool.items()])
    return {"quality": figures, "recall_of_candidates": by_pool}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--index", type=Path, help="an index of the wild lake, as quality.py --wild makes it")
    given = parser.parse_args()
    lakes, names = open_lakes(given)
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
