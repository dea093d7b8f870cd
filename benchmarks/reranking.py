"""Claim: scoring the candidates of a query with a cross-encoder, within a budget, ranks joins better.

Answers of `Lake.query` with its defaults on the labelled lakes, each alone and five of them in a large one, and what
time each takes. Only the setting `budget` varies (`auto` is the default); `--cross-encoder` sets another model than the
one that scores by default.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import record
from answers import K
from labelled_lakes import WILD, Figures, LabelledLakes, add_options, open_lakes, side_by_side, write_rankings
from query_lake import query_one_by_one

from lakeindex.config.settings import CELLS, Settings
from lakeindex.lake import Lake

Times = dict[str, list[float]]
"""Seconds a query, by budget."""


def of_labelled(
    lakes: LabelledLakes,
    folder: Path,
    settings: Settings,
    budgets: Sequence[str],
    names: Sequence[str],
    wild: bool,
) -> tuple[dict[str, Figures], Times]:
    """Index and query the lakes; return the figures and the times of each budget."""
    times: Times = {budget: [] for budget in budgets}
    for label, members in [(WILD, names)] if wild else [(name, [name]) for name in names]:
        index = folder / f"{label}.index"
        if not index.exists():
            lakes.prepare(folder / label, members, wild)
            Lake.index(folder / label, index, settings)
        queries = [column for name in members for column in lakes.relevant(name)]
        for budget in budgets:
            # Opened anew, so that no budget is spared time by what another one left in a cache.
            with _no_scores_of_before(settings):
                lake = Lake.open(index, replace(settings, budget=budget))
                answers, seconds = query_one_by_one(lake, queries)
            times[budget] += seconds
            write_rankings(folder / f"{label}.{budget}.csv", answers)
        print(label, "queried", flush=True)
    pattern = WILD if wild else "{}"
    return {f"budget {one}": lakes.score(str(folder / f"{pattern}.{one}.csv"), names, wild) for one in budgets}, times


@contextmanager
def _no_scores_of_before(settings: Settings) -> Iterator[None]:
    """Keep the scores of a slow cross-encoder, which lie in the user's cache, from sparing another run time."""
    if settings.cross_encoder == CELLS:
        yield
        return
    with tempfile.TemporaryDirectory() as cache, patch.dict(os.environ, XDG_CACHE_HOME=cache):
        yield


def percentiles(times: Times) -> dict[str, dict[str, float]]:
    return {
        one: dict(zip(("p50_ms", "p95_ms"), (np.percentile(of, (50, 95)) * 1e3).tolist(), strict=True))
        for one, of in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--cross-encoder", default=CELLS, help="or transformer, a folder, a name on the hub [cells]")
    parser.add_argument("--budgets", nargs="+", default=["0", "20", "auto", "200", "all"])
    parser.add_argument("--alone", action="store_true", help="leave out the wild lake")
    parser.add_argument("--folder", type=Path, help="where lakes and indexes are kept from one run to the next")
    given = parser.parse_args()
    (lakes, names), settings = open_lakes(given), replace(Settings(), cross_encoder=given.cross_encoder)
    in_the_wild = [name for name in lakes.names_for_the_wild() if name in names]
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        for label, some in (("alone", names), *([] if given.alone else [(WILD, in_the_wild)])):
            scores, times = of_labelled(lakes, folder, settings, given.budgets, some, label == WILD)
            print(f"\n{label}: R@10 / MAP@10 / nDCG@10 / P@1")
            record.print_table(["benchmark", *scores], side_by_side(scores))
            taken = percentiles(times)
            record.print_table(["budget", "p50 ms", "p95 ms"], [[one, *of.values()] for one, of in taken.items()])
            figures[label] = {"quality": scores, "milliseconds": taken}
    if given.only:
        print("some benchmarks only: nothing written")
        return
    name = "reranking" if given.cross_encoder == CELLS else f"reranking_{Path(given.cross_encoder).name}"
    if given.alone:
        name += "_alone"
    written = record.write(name, None, {"k": K, "cross_encoder": given.cross_encoder}, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
