"""Claim: what the encoder is tuned by was chosen, by arms of equal length on one stream of pairs.

Beside the contrastive loss alone: header-only views of none or of many columns, 2D Matryoshka, mixtures of vectors,
early-learning regularisation, and the losses' fewer layers and dimensions when they are run. Every arm is measured as
far as it went and at the share of it that ships, by the answers of labelled lakes that have its vectors
(`profiled_lakes.py`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import record
from encoder_objectives import early_learning, matryoshka, mixed
from labelled_lakes import MACRO, Figures, LabelledLakes, add_options, open_lakes, write_rankings
from profiled_lakes import SYSTEMS, ProfiledLake
from safetensors.torch import save_file
from text_variants import DEFAULT

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.adapters import SCALE
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.record_texts import describe_records
from lakeindex.synthesis.column_pool import Pool
from lakeindex.training.fit.contrastive import Objective, TuningOptions, last_layer, tune
from lakeindex.training.texts import NAME_ALONE, text_batches

SHARES = (0.25, 1.0)
"""Of the way from the base model to the tuned one."""


@dataclass(frozen=True)
class Arm:
    """A way to tune."""

    label: str
    objective: Callable[[], Objective] = lambda: last_layer
    name_alone: float = NAME_ALONE
    is_run_in_parts: bool = False
    """Whether fewer of its layers and dimensions are run, too."""


ARMS = (
    Arm("contrastive", name_alone=0.08, is_run_in_parts=True),
    Arm("no header-only views", name_alone=0.0),
    Arm("header-only views .3"),
    Arm("2D Matryoshka", lambda: matryoshka, 0.08, is_run_in_parts=True),
    Arm("mixtures", lambda: mixed, 0.08),
    Arm("early-learning regularisation", early_learning, 0.08),
)

RUNS = (
    ("as a whole", ModelOptions()),
    ("4 layers", ModelOptions(layers=4)),
    ("64 dimensions", ModelOptions(dims=64)),
)
"""Ways to run a model: every arm is run as a whole, the contrastive one and Matryoshka in parts as well."""


@dataclass(frozen=True)
class Bench:
    """The labelled lakes, profiled."""

    lakes: LabelledLakes
    names: list[str]
    profiled: list[ProfiledLake]
    folder: Path

    def measure(self, options: ModelOptions) -> dict[str, Figures]:
        encoder = make_encoder(options)
        for lake in self.profiled:
            vectors = encoder.encode(describe_records(lake.records, DEFAULT))
            for system, rankings in lake.answer(vectors).items():
                write_rankings(self.folder / f"{system}.{lake.name}.csv", rankings)
        return {s: self.lakes.score(f"{self.folder}/{s}.{{}}.csv", self.names, False) for s in SYSTEMS}


def tuned(arm: Arm, pool: Pool, options: TuningOptions, folder: Path) -> dict[float, Path]:
    """Tune by an arm and write its adapters, at every share."""
    adapters = tune(
        model_folder(ModelOptions(model=BASE_MODEL)),
        text_batches(pool, options.seed, arm.name_alone),
        options,
        lambda line: None,
        arm.objective(),
    )
    paths = {}
    for share in SHARES:
        paths[share] = folder / f"{arm.label} {share}.safetensors"
        scale = str(share * options.alpha / options.rank)
        save_file({name: weight.half() for name, weight in adapters.items()}, paths[share], {SCALE: scale})
    return paths


def measured(
    bench: Bench, pool: Pool, arms: list[Arm], options: TuningOptions
) -> Iterator[tuple[str, dict[str, Figures]]]:
    for label, run in RUNS:
        yield f"base, {label}", bench.measure(replace(run, model=BASE_MODEL))
    for arm in arms:
        started = time.perf_counter()
        paths = tuned(arm, pool, options, bench.folder)
        print(f"{arm.label}: tuned in {time.perf_counter() - started:.0f} s", flush=True)
        for share, path in paths.items():
            for label, run in RUNS if arm.is_run_in_parts else RUNS[:1]:
                yield f"{arm.label} x {share:g}, {label}", bench.measure(replace(run, model=BASE_MODEL, adapters=path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("tables", type=Path, help="what training/fetch_tables.py wrote")
    parser.add_argument("--steps", type=int, default=300, help="of each arm [300]")
    parser.add_argument("--arm", action="append", default=[], choices=[arm.label for arm in ARMS])
    given = parser.parse_args()
    sys.path.insert(0, str(record.REPOSITORY / "training"))
    from train import sources

    lakes, names = open_lakes(given)
    pool, options = Pool.of(sources(given.tables, "learn")), TuningOptions(steps=given.steps)
    found: dict[str, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        profiled = [ProfiledLake.prepare(lakes, name, folder) for name in names]
        bench = Bench(lakes, names, profiled, folder)
        arms = [arm for arm in ARMS if not given.arm or arm.label in given.arm]
        for label, figures in measured(bench, pool, arms, options):
            found[label] = figures
            print(label, *(f"{s} {figures[s][MACRO]}" for s in SYSTEMS), flush=True)
    rows = [
        [label, *(f"{of[s][MACRO]['recall_at_10']:.3f} / {of[s][MACRO]['map_at_10']:.3f}" for s in SYSTEMS)]
        for label, of in found.items()
    ]
    record.print_table(["arm", *SYSTEMS], rows)
    if not given.arm and not given.only:
        written = record.write("encoder_arms", options.seed, {"steps": given.steps, "shares": SHARES}, found)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
