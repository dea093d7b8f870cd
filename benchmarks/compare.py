"""Claim: lakeindex finds more joins than what an afternoon gives, at a cost that stands beside it.

compare.py --alone    every labelled benchmark as a lake of its own
compare.py --wild     the benchmarks any table may answer, in one lake among 12,000 other real tables
compare.py --smoke    the sample lake and joins a person recognises in it; needs no labelled data
compare.py --table    what was found, out of results/, as Markdown
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import compare_table
import record
import smoke_lake
from answers import K, read_rankings
from comparison import Comparison
from costs import COST_HEADER, cost_row, over_lakes
from labelled_lakes import METRICS, Figures, LabelledLakes
from peers.roster import ALL, choose

from lakeindex.evaluate.labelled import read_labels
from lakeindex.evaluate.report import score

SEED = 1
"""Of the MinHash permutations (`peers/minhashes.py`); nothing else is left to chance."""
SMOKE = "sample lake"


def measure(data: Path, wild: bool, only: Sequence[str], peers: Sequence[str]) -> None:
    lakes = LabelledLakes(data)
    names = [name for name in (lakes.names_for_the_wild() if wild else lakes.names()) if not only or name in only]
    if not names:
        sys.exit(f"no such benchmark; there are: {', '.join(lakes.names())}")
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(Path(folder), choose(peers))
        for label, members in [("wild", names)] if wild else [(name, [name]) for name in names]:
            lake = Path(folder) / label
            lakes.prepare(lake, members, wild)
            comparison.run(label, lake, Path(f"{lake}.queries.csv"))
        pattern = "wild" if wild else "{}"
        figures = {
            system: lakes.score(str(comparison.rankings(system, pattern)), names, wild) for system in comparison.systems
        }
    _finish(comparison, figures, "compare_wild" if wild else "compare_alone", not only and set(peers) == set(ALL))


def smoke(peers: Sequence[str], write: bool) -> None:
    """Compare on the sample lake, which shows whether everything runs; its labels are mostly exact overlaps."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        files = smoke_lake.prepare(lake)
        comparison = Comparison(Path(folder), choose(peers))
        comparison.run(SMOKE, lake, files.queries)
        labels = read_labels(files.queries, files.qrels, lambda table: True)
        figures = {}
        for system in comparison.systems:
            scored = score(system, labels, read_rankings(comparison.rankings(system, SMOKE)), 10, 0.0)
            values = (scored.recall, scored.average_precision, scored.ndcg, scored.precision_at_1)
            figures[system] = {SMOKE: dict(zip(METRICS, values, strict=True))}
    _finish(comparison, figures, "compare_smoke", write)


def _finish(comparison: Comparison, figures: Mapping[str, Figures], name: str, write: bool) -> None:
    by_lake = comparison.costs
    total = {system: over_lakes([by_lake[lake][system] for lake in by_lake]) for system in comparison.systems}
    content = {
        "systems": figures,
        "costs": {system: costs.to_record() for system, costs in total.items()},
        "lakes": {
            lake: {system: costs.to_record() for system, costs in of_lake.items()}
            for lake, of_lake in by_lake.items()
        },
    }  # fmt: skip
    print("\nR@10 / MAP@10")
    record.print_table(*compare_table.quality(content))
    print()
    record.print_table(COST_HEADER, [cost_row(system, costs) for system, costs in content["costs"].items()])
    if not write:
        print("not everything was compared, or this is the smoke size: nothing written")
        return
    written = record.write(name, SEED, {"k": K, "systems": comparison.settings}, content)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group(required=True)
    for name in ("alone", "wild", "smoke", "table"):
        size.add_argument(f"--{name}", action="store_true")
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--only", action="append", default=[], help="a single benchmark; may be repeated")
    parser.add_argument("--peers", default=",".join(ALL), help=f"some peers only, with commas [{','.join(ALL)}]")
    parser.add_argument("--write", action="store_true", help="write results/compare_smoke.json, too")
    given = parser.parse_args()
    peers = [name for name in given.peers.split(",") if name]
    if given.table:
        print(compare_table.markdown())
    elif given.smoke:
        smoke(peers, given.write)
    else:
        measure(given.data.resolve(), given.wild, given.only, peers)


if __name__ == "__main__":
    main()
