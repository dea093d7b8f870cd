"""Claim: reading the candidates of a query, within a budget, ranks joins better than what the index says of them alone.

The engine with several budgets on the labelled lakes, each alone and five of them in a large one, and the time a query
takes. `--cross-encoder` names another model than the one that answers by default.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import record
from labelled_lakes import Figures, LabelledLakes, side_by_side, write_rankings

from lakeindex.config.settings import CELLS, Settings, calls_of
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId

K = 100
WILD = "wild"

Times = dict[str, list[float]]
"""Seconds a query, by budget."""


def ask(lake: Lake, queries: Sequence[ColumnId], calls: int, path: Path) -> list[float]:
    """Rank the columns for each query; one that the index hasn't is answered by nothing. Return seconds a query."""
    searcher, times = lake.searcher, []
    ranked: dict[ColumnId, list[ColumnId]] = {}
    for column in queries:
        try:
            query = searcher.column(column)
        except NotFound:
            continue
        started = time.perf_counter()
        found = lake.reranking.search(query, K, calls)
        times.append(time.perf_counter() - started)
        ranked[column] = [searcher.directory.id_of(key) for key in found.ranking.keys.tolist()]
    write_rankings(path, ranked)
    return times


def of_labelled(
    lakes: LabelledLakes, folder: Path, settings: Settings, budgets: Sequence[str], wild: bool
) -> tuple[dict[str, Figures], Times]:
    names = lakes.names_for_the_wild() if wild else lakes.names()
    times: Times = {budget: [] for budget in budgets}
    for label, members in [(WILD, names)] if wild else [(name, [name]) for name in names]:
        index = folder / f"{label}.index"
        if not index.exists():
            lakes.prepare(folder / label, members, wild)
            Lake.index(folder / label, index, settings)
        queries = [column for name in members for column in lakes.relevant(name)]
        for budget in budgets:
            # Opened anew: what one budget remembers of a lake shall not spare the next one time.
            lake = Lake.open(index, settings)
            times[budget] += ask(lake, queries, calls_of(budget), folder / f"{label}.{budget}.csv")
        print(label, "asked", flush=True)
    pattern = WILD if wild else "{}"
    return {f"budget {one}": lakes.score(str(folder / f"{pattern}.{one}.csv"), names, wild) for one in budgets}, times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("LAKEINDEX_BENCH_DATA", "../shared/data"))
    parser.add_argument("--cross-encoder", default=CELLS)
    parser.add_argument("--budgets", nargs="+", default=["0", "20", "50", "200", "all"])
    parser.add_argument("--skip-wild", action="store_true")
    parser.add_argument("--folder", type=Path, help="Where lakes and indexes are kept from one run to the next.")
    given = parser.parse_args()
    lakes, settings = LabelledLakes(Path(given.data)), replace(Settings(), cross_encoder=given.cross_encoder)
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        for label, wild in (("alone", False), *([] if given.skip_wild else [(WILD, True)])):
            scores, times = of_labelled(lakes, folder, settings, given.budgets, wild)
            print(f"\n{label}: R@10 / MAP@10 / nDCG@10 / P@1")
            record.print_table(["benchmark", *scores], side_by_side(scores))
            taken = {
                one: dict(zip(("p50_ms", "p95_ms"), (np.percentile(of, (50, 95)) * 1e3).tolist(), strict=True))
                for one, of in times.items()
            }

            record.print_table(["budget", "p50 ms", "p95 ms"], [[one, *of.values()] for one, of in taken.items()])
            figures[label] = {"quality": scores, "milliseconds": taken}
    name = "reading" if given.cross_encoder == CELLS else f"reading_{Path(given.cross_encoder).name}"
    if given.skip_wild:
        name += "_alone"
    written = record.write(name, None, {"k": K, "cross_encoder": given.cross_encoder}, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
