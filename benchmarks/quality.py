"""Claim: lakeindex finds joins that names, exact overlap and words don't, on labelled lakes.

quality.py --alone    every labelled benchmark as a lake of its own
quality.py --wild     the benchmarks any table may answer, in one lake among 12,000 other real tables
quality.py --smoke    the sample lake and joins a person recognises in it; needs no labelled data
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import record
import smoke_lake
from labelled_lakes import Figures, LabelledLakes, side_by_side, write_rankings

from lakeindex.evaluate.run import EVALUATION_SCHEMA, LAKEINDEX, baseline_systems, evaluate_lake
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId

K = 100
"""Answers a query; the evaluator cuts them to a benchmark's candidates, then takes the best ten."""

COMMAND = Path(sys.executable).with_name("lakeindex")


@dataclass
class Run:
    """A folder in which labelled lakes are indexed and queried, and what that took."""

    folder: Path
    lakes: LabelledLakes
    baselines: bool
    taken: dict[str, dict[str, object]] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    def answer(self, label: str, names: Sequence[str], wild: bool) -> None:
        """Index one lake and let every system answer its queries, into FOLDER/SYSTEM/LABEL.csv."""
        lake, index = self.folder / label, self.folder / f"{label}.index"
        queries = self.lakes.prepare(lake, names, wild)
        taken: dict[str, object] = {"queries": len(queries)}
        taken["index_seconds"] = _seconds(lambda: _call("index", lake, "--index", index, "--quiet"))
        rankings = self._rankings(LAKEINDEX, label)
        batch = ("query", "--index", index, "--batch", f"{lake}.queries.csv", "-k", K, "-o", "csv")
        taken["query_seconds"] = _seconds(lambda: _call(*batch, output=rankings))
        opened = Lake.open(index)
        manifest = opened.generation.manifest
        taken |= {"tables": manifest.tables, "columns": manifest.columns, "index_bytes": manifest.bytes}
        self.settings = {"k": K, "models": manifest.models, "index": manifest.settings}
        if self.baselines:
            taken["baseline_seconds"] = self._answer_lexically(opened, label, queries)
        self.taken[label] = taken
        print(f"{label}: {', '.join(f'{name} {_rounded(value)}' for name, value in taken.items())}", flush=True)

    def figures(self, names: Sequence[str], wild: bool) -> dict[str, Figures]:
        """Score every system's rankings."""
        label = "wild" if wild else "{}"
        systems = sorted(path.name for path in (self.folder / "rankings").iterdir())
        systems.sort(key=lambda system: system != LAKEINDEX)
        return {system: self.lakes.score(str(self._rankings(system, label)), names, wild) for system in systems}

    def _answer_lexically(self, lake: Lake, label: str, queries: Sequence[ColumnId]) -> dict[str, float]:
        seconds = {}
        started = time.perf_counter()
        with baseline_systems(lake, tuple(queries)) as systems:
            seconds["reading"] = time.perf_counter() - started
            for name, system in systems.items():
                started = time.perf_counter()
                write_rankings(self._rankings(name, label), system(queries, K))
                seconds[name] = time.perf_counter() - started
        return seconds

    def _rankings(self, system: str, label: str) -> Path:
        folder = self.folder / "rankings" / system
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{label}.csv"


def measure(data: Path, wild: bool, only: Sequence[str], baselines: bool) -> None:
    lakes = LabelledLakes(data)
    names = [name for name in (lakes.names_for_the_wild() if wild else lakes.names()) if not only or name in only]
    if not names:
        sys.exit(f"no such benchmark; there are: {', '.join(lakes.names())}")
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), lakes, baselines)
        for label, members in [("wild", names)] if wild else [(name, [name]) for name in names]:
            run.answer(label, members, wild)
        figures = run.figures(names, wild)
    print("\nR@10 / MAP@10 / nDCG@10 / P@1")
    record.print_table(["benchmark", *figures], side_by_side(figures))
    if only:
        print("some benchmarks only: nothing written")
        return
    name = "quality_wild" if wild else "quality_alone"
    written = record.write(name, None, run.settings, {"systems": figures, "lakes": run.taken})
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


def smoke() -> None:
    """Index the sample lake, query the joins a person recognises, write results/quality_smoke.json."""
    with tempfile.TemporaryDirectory() as folder:
        lake, index = Path(folder) / "lake", Path(folder) / "index"
        labels = smoke_lake.prepare(lake)
        _call("index", lake, "--index", index, "--quiet")
        opened = Lake.open(index)
        scores = evaluate_lake(opened, labels.queries, labels.qrels)
        manifest = opened.generation.manifest
    rows = scores.to_pylist()
    record.print_table(EVALUATION_SCHEMA.names, [list(row.values()) for row in rows])
    settings: dict[str, object] = {"k": rows[0]["k"], "models": manifest.models, "index": manifest.settings}
    record.write("quality_smoke", None, settings, {"systems": rows})
    if rows[0]["recall"] < smoke_lake.LEAST_RECALL:
        sys.exit(f"lakeindex finds {rows[0]['recall']:.3f} of the joins, expected {smoke_lake.LEAST_RECALL} at least")


def _call(*words: object, output: Path | None = None) -> None:
    command = [str(COMMAND), *map(str, words)]
    with (output or Path(os.devnull)).open("wb") as stdout:
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"failed with {done.returncode}: lakeindex {' '.join(map(str, words))}\n{done.stderr}")


def _seconds(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return " ".join(f"{name} {_rounded(each)}" for name, each in value.items())
    return f"{value:.1f}" if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group(required=True)
    for name in ("alone", "wild", "smoke"):
        size.add_argument(f"--{name}", action="store_true")
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--only", action="append", default=[], help="a single benchmark; may be repeated")
    parser.add_argument("--no-baselines", action="store_true", help="leave out names, Jaccard and BM25")
    given = parser.parse_args()
    if given.smoke:
        smoke()
    else:
        measure(given.data.resolve(), given.wild, given.only, not given.no_baselines)


if __name__ == "__main__":
    main()
