"""Claim: what a column's text holds decides both how well vectors find joins and how long encoding takes.

DeepJoin's choices (title, name, statistics, how many values and which, tokens), one at a time around the defaults, then
cheap ones together: each with the quality of the answers on labelled lakes, every one a lake of its own
(`profiled_lakes.py`), and the speed on one lake.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import record
from answers import K
from labelled_lakes import MACRO, Figures, LabelledLakes, add_options, open_lakes, write_rankings
from profiled_lakes import SYSTEMS, ProfiledLake, sample
from text_variants import DEFAULT, DEFAULT_TOKENS, KEY_FROM, Variant, variants
from tokenizers import Tokenizer

from lakeindex.arrays.aliases import Vectors
from lakeindex.config.model_options import ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.protocols import Encoder

CHOSEN_ON = (
    "autofj_dbpedia",
    "gdc_schema_matching",
    "kbwt_mapping_tables",
    "valentine_magellan",
    "valentine_wikidata_musicians",
)
"""The benchmarks that a default may be chosen on; the others show whether the choice holds."""

COSTS = {
    "tokens_per_column": "tokens a column",
    "columns_per_cpu_second": "columns/CPU s",
    "columns_per_second": "columns/s",
}


@dataclass
class Encoders:
    """A model for each length of text; a text of the labelled lakes is encoded once."""

    loaded: dict[int, Encoder] = field(default_factory=dict)
    known: dict[int, dict[str, npt.NDArray[np.float32]]] = field(default_factory=dict)

    def of(self, max_tokens: int) -> Encoder:
        if max_tokens not in self.loaded:
            self.loaded[max_tokens] = make_encoder(ModelOptions(max_tokens=max_tokens))
            self.loaded[max_tokens].encode(["the first text pays for starting up"] * 2)
        return self.loaded[max_tokens]

    def encode(self, texts: Sequence[str], max_tokens: int) -> Vectors:
        known = self.known.setdefault(max_tokens, {})
        unknown = sorted(set(texts) - set(known))
        known.update(zip(unknown, self.of(max_tokens).encode(unknown), strict=True))
        return np.stack([known[text] for text in texts])


def cost(variant: Variant, encoder: Encoder, records: pa.Table) -> dict[str, float]:
    """Time the encoding of all columns; equal texts are encoded once, as when a lake is indexed."""
    texts = variant.texts(records)
    wall, processor = time.perf_counter(), time.process_time()
    encoder.encode(texts)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {
        "tokens_per_column": _tokens(set(texts), variant.max_tokens) / len(texts),
        "columns_per_cpu_second": len(texts) / processor,
        "columns_per_second": len(texts) / wall,
        "texts_per_second": len(set(texts)) / wall,
    }


def _tokens(texts: set[str], most: int) -> int:
    """Count what the model reads: unlike seconds, the same on every machine, however busy."""
    tokenizer = Tokenizer.from_file(str(model_folder(ModelOptions()) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch_fast(readable))


@dataclass(frozen=True, slots=True)
class Measured:
    """How good a variant is, by system and benchmark, and what it costs."""

    quality: dict[str, Figures]
    cost: dict[str, float]

    def mean(self, system: str, names: Sequence[str], metric: str) -> float:
        return fmean(self.quality[system][name][metric] for name in names)

    def row(self, names: Sequence[str]) -> list[object]:
        """Lay it out below `header`."""
        means = [
            " / ".join(f"{self.mean(system, part, metric):.3f}" for metric in ("recall_at_10", "map_at_10"))
            for system in SYSTEMS
            for part in parts(names).values()
        ]
        return [*(f"{self.cost[name]:.0f}" for name in COSTS if self.cost), *means]


def parts(names: Sequence[str]) -> dict[str, list[str]]:
    """Split the benchmarks into those that a default is chosen on and the others."""
    split = {
        "chosen on": [name for name in names if name in CHOSEN_ON],
        "held out": [name for name in names if name not in CHOSEN_ON],
        MACRO: list(names),
    }
    return {part: some for part, some in split.items() if some}


def header(names: Sequence[str], costed: bool) -> list[str]:
    costs = COSTS.values() if costed else ()
    return ["text", *costs, *(f"{system}: {part}" for system in SYSTEMS for part in parts(names))]


def measure(
    lakes: LabelledLakes, chosen: Sequence[Variant], names: Sequence[str], cost_sample: pa.Table | None
) -> Iterator[tuple[Variant, Measured]]:
    """Measure each variant on lakes that are profiled once."""
    encoders = Encoders()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        profiled = [ProfiledLake.prepare(lakes, name, folder) for name in names]
        for variant in chosen:
            for lake in profiled:
                answers = lake.answer(encoders.encode(variant.texts(lake.records), variant.max_tokens))
                for system, rankings in answers.items():
                    write_rankings(folder / f"{system}.{lake.name}.csv", rankings)
            figures = {system: lakes.score(f"{folder}/{system}.{{}}.csv", names, False) for system in SYSTEMS}
            spent = {} if cost_sample is None else cost(variant, encoders.of(variant.max_tokens), cost_sample)
            yield variant, Measured(figures, spent)


def figures_of(measured: Mapping[Variant, Measured]) -> dict[str, object]:
    return {
        variant.label: {"variant": asdict(variant), "cost": found.cost, "quality": found.quality}
        for variant, found in measured.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--cost-lake", type=Path, help="a large lake, of which a sample of columns is timed")
    parser.add_argument("--cost-columns", type=int, default=3000, help="columns in that sample [3000]")
    parser.add_argument("--seed", type=int, default=0, help="which files are drawn for it [0]")
    parser.add_argument("--vary", action="append", default=[], choices=list(variants()), help="some options only")
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    chosen = [each for group, some in variants().items() if not given.vary or group in given.vary for each in some]
    cost_sample = None if given.cost_lake is None else sample(given.cost_lake.resolve(), given.cost_columns, given.seed)
    measured: dict[Variant, Measured] = {}
    for variant, found in measure(lakes, chosen, names, cost_sample):
        measured[variant] = found
        print(f"{variant.label}: {' | '.join(map(str, found.row(names)))}", flush=True)
    print("\nR@10 / MAP@10")
    record.print_table(
        header(names, cost_sample is not None), [[one.label, *found.row(names)] for one, found in measured.items()]
    )
    if given.only or given.vary or cost_sample is None:
        print("some of it only: nothing written")
        return
    settings = {
        "k": K,
        "default": asdict(DEFAULT) | {"max_tokens": DEFAULT_TOKENS},
        "key_from": KEY_FROM,
        "chosen_on": CHOSEN_ON,
        "cost_columns": len(cost_sample),
    }
    written = record.write("text_options", given.seed, settings, figures_of(measured))
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
