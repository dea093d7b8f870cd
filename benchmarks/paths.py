"""Claim: what the partners of a column's partners say finds joins that the two columns alone don't show.

The engine with paths over third columns and without, on the labelled lakes: each alone, five of them in a large one,
and lakes whose columns share no value with those that join with the same third column.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import record
from labelled_lakes import MACRO, Figures, LabelledLakes, side_by_side, write_rankings
from two_hops import remove_overlap

from lakeindex.arrays.aliases import Integers
from lakeindex.config.settings import Settings
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.search.retrieve import retrieve
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId

K = 100
CANDIDATES = 200
WILD = "wild"
SYSTEMS = ("without paths", "with paths")
TWO_HOPS = ("spider_fk", "kbwt_mapping_tables", "autojoin_webtables", "schematch_multi", "gdc_schema_matching")
TOP = 10

Rankings = dict[ColumnId, list[ColumnId]]


def rankings(lake: Lake, queries: Sequence[ColumnId]) -> dict[str, Rankings]:
    """Ask both systems; a query that the index hasn't is answered by nothing."""
    searcher = lake.searcher
    found: dict[str, Rankings] = {system: {} for system in SYSTEMS}
    for column in queries:
        try:
            query = searcher.column(column)
        except NotFound:
            continue
        keys = retrieve(query, list(searcher.sources.values()), CANDIDATES)
        answers = (searcher.judged_alone(query, keys, K), searcher.judged(query, keys, K))
        for system, answer in zip(SYSTEMS, answers, strict=True):
            found[system][column] = _named(searcher, answer.ranking.top(K).keys)
    return found


def _named(searcher: Searcher, keys: Integers) -> list[ColumnId]:
    return [searcher.directory.id_of(key) for key in keys.tolist()]


def of_labelled(lakes: LabelledLakes, folder: Path, names: Sequence[str], wild: bool) -> dict[str, Figures]:
    for label, members in [(WILD, names)] if wild else [(name, [name]) for name in names]:
        queries = lakes.prepare(folder / label, members, wild)
        lake = Lake.index(folder / label, folder / f"{label}.index", Settings())
        for system, ranked in rankings(lake, queries).items():
            write_rankings(folder / f"{label}.{system}.csv", ranked)
        print(label, "asked", flush=True)
    pattern = WILD if wild else "{}"
    return {system: lakes.score(str(folder / f"{pattern}.{system}.csv"), names, wild) for system in SYSTEMS}


def of_two_hops(lakes: LabelledLakes, folder: Path, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Measure how many of the pairs without a shared value are among the ten best answers."""
    figures = {}
    for name in names:
        place = folder / f"{name}.two_hops"
        lakes.prepare(place, [name], False)
        pairs = remove_overlap(place, lakes.relevant(name))
        lake = Lake.index(place, folder / f"{name}.two_hops.index", Settings())
        found = rankings(lake, list(dict.fromkeys(one for one, _ in pairs)))
        figures[name] = {"pairs": float(len(pairs))} | {
            system: fmean(other in ranked.get(one, [])[:TOP] for one, other in pairs)
            for system, ranked in found.items()
        }
        print(name, figures[name], flush=True)
    total = sum(of_lake["pairs"] for of_lake in figures.values())
    figures[MACRO] = {"pairs": total} | _mean(lambda system: fmean(one[system] for one in list(figures.values())))
    figures["all pairs"] = {"pairs": total} | _mean(
        lambda system: sum(one["pairs"] * one[system] for name, one in figures.items() if name in names) / total
    )
    return figures


def _mean(of: Callable[[str], float]) -> dict[str, float]:
    return {system: of(system) for system in SYSTEMS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("LAKEINDEX_BENCH_DATA", "../shared/data"))
    parser.add_argument("--skip-wild", action="store_true")
    given = parser.parse_args()
    lakes = LabelledLakes(Path(given.data))
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, object] = {"alone": of_labelled(lakes, Path(folder), lakes.names(), False)}
        figures["two hops"] = of_two_hops(lakes, Path(folder), TWO_HOPS)
        if not given.skip_wild:
            figures[WILD] = of_labelled(lakes, Path(folder), lakes.names_for_the_wild(), True)
    for label in ("alone", WILD):
        if label in figures:
            print(f"\n{label}: R@10 / MAP@10 / nDCG@10 / P@1")
            record.print_table(["benchmark", *SYSTEMS], side_by_side(figures[label]))
    print("\nrecall@10 of pairs two hops away")
    hops = figures["two hops"]
    record.print_table(["benchmark", "pairs", *SYSTEMS], [[name, *of.values()] for name, of in hops.items()])
    if given.skip_wild:
        print("without the wild lake: nothing written")
        return
    print(f"wrote {record.write('paths', None, {'k': K}, figures).relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
