"""Claim: paths over third columns find joins of real lakes whose values are hidden, without any label.

Of each lake, the joins that leave no doubt are kept (`known_joins.py`). Then columns are masked (`masked_lake.py`): two
that join keep different halves of their values, some have no name, or few rows, so that values say nothing of most of
these joins. Of those that are hidden, it is counted how many are among the ten best candidates by what is known of the
pair alone, and after paths over third columns.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import record
from known_joins import KnownJoins, find_known_joins
from masked_lake import Mask, MaskableLake

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.config.model_options import STATIC_MODEL, ModelOptions
from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import make_encoder
from lakeindex.lake import Lake
from lakeindex.protocols import Encoder
from lakeindex.search.searcher import Searcher

SEED = 1
TOP = 10
QUERIES_FOR_KNOWN, QUERIES = 300, 60
"""Columns that are queried for the joins that leave no doubt, and those that are queried in the masked lake."""
MEASURES = ("recall@10 alone", "MRR alone", "recall@10 with paths", "MRR with paths")


@dataclass(frozen=True, slots=True)
class HiddenJoin:
    """The reciprocal ranks of the column that a hidden join is with; 0 where it is no candidate."""

    alone: float
    with_paths: float


def hidden_joins(searcher: Searcher, mask: Mask, known: KnownJoins, rng: np.random.Generator) -> Iterator[HiddenJoin]:
    """Query a masked lake for some of its columns, and rank what it hides."""
    for key in known.some_queries(QUERIES, rng).tolist():
        hidden = known.of(key)[mask.hides(key, known.of(key))]
        found = searcher.search(searcher.column_at(key))
        assert found.by_matcher is not None
        alone = reciprocal_ranks(found.keys, found.by_matcher, hidden)
        with_paths = reciprocal_ranks(found.keys, found.before_reranking, hidden)
        yield from map(HiddenJoin, alone.tolist(), with_paths.tolist())


def reciprocal_ranks(keys: Integers, scores: Floats, wanted: Integers) -> Floats:
    """Return 1 / rank of each wanted column, (n,), among the candidates `keys`, (m,) ascending, by their scores."""
    ranks = np.empty(len(keys))
    ranks[np.lexsort((keys, -scores))] = np.arange(1, len(keys) + 1)
    places = np.searchsorted(keys, wanted)
    is_found = np.isin(wanted, keys)
    return np.where(is_found, 1 / ranks[np.minimum(places, len(keys) - 1)], 0.0) if len(keys) else np.zeros(len(wanted))


def figures_of(joins: list[HiddenJoin]) -> dict[str, float]:
    least = 1 / TOP
    return {
        "joins": len(joins),
        "recall@10 alone": fmean(one.alone >= least for one in joins),
        "MRR alone": fmean(one.alone for one in joins),
        "recall@10 with paths": fmean(one.with_paths >= least for one in joins),
        "MRR with paths": fmean(one.with_paths for one in joins),
    }


def of_lake(folder: Path, index: Path, encoder: Encoder) -> dict[str, float] | None:
    """Index a lake, mask it once, and measure what is found of what that hides; None where it hides nothing."""
    lake = Lake.index(folder, index, Settings(model=STATIC_MODEL))
    rng = np.random.default_rng(SEED)
    known = find_known_joins(lake.opened.searcher, QUERIES_FOR_KNOWN, rng)
    mask = Mask.draw(len(lake.opened.searcher.directory), rng)
    joins = list(hidden_joins(MaskableLake.of(lake, encoder).masked(mask), mask, known, rng))
    return figures_of(joins) if joins else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lakes", type=Path, help="a folder of lakes, each with its files in `tables`")
    parser.add_argument("--only", action="append", default=[], help="a single lake; may be repeated")
    given = parser.parse_args()
    encoder = make_encoder(ModelOptions(model=STATIC_MODEL))
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as indexes:
        for folder in sorted(path.parent for path in given.lakes.glob("*/tables")):
            if given.only and folder.name not in given.only:
                continue
            if (found := of_lake(folder / "tables", Path(indexes) / folder.name, encoder)) is not None:
                figures[folder.name] = found
                print(folder.name, {name: round(value, 3) for name, value in found.items()}, flush=True)
    mean = {name: fmean(of[name] for of in figures.values()) for name in MEASURES}
    record.print_table(["lakes", *MEASURES], [[len(figures), *(round(mean[name], 3) for name in MEASURES)]])
    if not given.only:
        print(f"wrote {record.write('masked_joins', SEED, {'top': TOP}, figures | {'mean': mean})}")


if __name__ == "__main__":
    main()
