"""Claim: the default encoder is the best of the curve of quality against columns encoded a second.

Fewer tokens, fewer layers, fewer dimensions, a static distillate as it is and tuned on the pairs that tune the encoder,
and the model only for columns that share at most half of their values with any other one. Quality is that of the
answers of labelled lakes that have the vectors in question (`profiled_lakes.py`).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import record
from labelled_lakes import MACRO, Figures, LabelledLakes, add_options, open_lakes, write_rankings
from profiled_lakes import SYSTEMS, ProfiledLake, sample
from text_variants import DEFAULT

from lakeindex.arrays.aliases import Flags, Vectors
from lakeindex.config.model_options import STATIC_MODEL, ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.record_texts import describe_records
from lakeindex.encode.static_encoder import StaticEncoder
from lakeindex.evaluate.run import columns_of
from lakeindex.training.static_tokens import DistillingOptions, distil, write_tokens

_SHOWS = 0.5

Encode = Callable[[list[str]], Vectors]


@dataclass(frozen=True)
class Point:
    """A way to encode."""

    label: str
    encode: Encode
    is_gated: bool = False
    """Whether it is spared columns whose values show what they join with."""


def points(folder: Path) -> Iterator[Point]:
    default = make_encoder(ModelOptions())
    yield Point("default: 6 layers, 32 tokens", default.encode)
    for tokens in (16, 24, 64):
        yield Point(f"{tokens} tokens", make_encoder(ModelOptions(max_tokens=tokens)).encode)
    for layers in (4, 3, 2, 1):
        yield Point(f"{layers} layers", make_encoder(ModelOptions(layers=layers)).encode)
    yield Point("3 layers, 16 tokens", make_encoder(ModelOptions(layers=3, max_tokens=16)).encode)
    for size in (192, 96):
        yield Point(f"{size} dimensions", make_encoder(ModelOptions(dims=size)).encode)
    yield Point("where values show no join", default.encode, is_gated=True)
    yield Point("static, not tuned", _only_distilled(folder).encode)
    for size in DistillingOptions().dimensions:
        yield Point(f"static, {size} dimensions", make_encoder(ModelOptions(STATIC_MODEL, dims=size)).encode)


def _only_distilled(folder: Path) -> StaticEncoder:
    write_tokens(folder / "distilled.safetensors", distil(ModelOptions(), DistillingOptions().dimensions[-1]))
    tokenizer = model_folder(ModelOptions()) / "tokenizer.json"
    return StaticEncoder(folder / "distilled.safetensors", tokenizer, ModelOptions().max_tokens)


def shows_joins(lake: ProfiledLake) -> Flags:
    """Return for each column whether it shares more than half its values with another one, (columns,)."""
    opened = lake.opened()
    answers = opened.query_many(columns_of(opened), sources=("containment",))
    return np.array([any(match.containment > _SHOWS for match in answer.matches) for answer in answers])


def quality(lakes: LabelledLakes, profiled: list[ProfiledLake], point: Point, folder: Path) -> dict[str, Figures]:
    for lake in profiled:
        vectors = point.encode(describe_records(lake.records, DEFAULT))
        if point.is_gated:
            vectors = np.where(shows_joins(lake)[:, None], np.float32(0), vectors)
        for system, rankings in lake.answer(vectors).items():
            write_rankings(folder / f"{system}.{lake.name}.csv", rankings)
    names = [lake.name for lake in profiled]
    return {system: lakes.score(f"{folder}/{system}.{{}}.csv", names, False) for system in SYSTEMS}


def cost(point: Point, texts: list[str], share: float) -> dict[str, float]:
    """Time the encoding of texts, of such a share of them where the point is spared some."""
    given = texts[: int(len(texts) * share)] if point.is_gated else texts
    point.encode(given[:64])
    wall, processor = time.perf_counter(), time.process_time()
    point.encode(given)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {"columns_per_second": len(texts) / wall, "columns_per_cpu_second": len(texts) / processor}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("cost_lake", type=Path, help="a large lake, of which a sample of columns is timed")
    parser.add_argument("--cost-columns", type=int, default=4000)
    given = parser.parse_args()
    lakes, names = open_lakes(given)
    records: pa.Table = sample(given.cost_lake.resolve(), given.cost_columns, 0)
    texts = describe_records(records, DEFAULT)
    found: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        profiled = [ProfiledLake.prepare(lakes, name, folder) for name in names]
        silent = float(np.mean(np.concatenate([~shows_joins(lake) for lake in profiled])))
        for point in points(folder):
            figures, spent = quality(lakes, profiled, point, folder), cost(point, texts, silent)
            found[point.label] = {"quality": figures, "cost": spent}
            print(point.label, spent, *(f"{s} {figures[s][MACRO]}" for s in SYSTEMS), flush=True)
    if given.only:
        print("some benchmarks only: nothing written")
        return
    settings = {"silent_columns": silent, "cost_columns": len(texts)}
    written = record.write("encoder_curve", 0, settings, found)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
