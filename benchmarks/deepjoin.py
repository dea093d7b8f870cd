"""Claim: how near the vectors of columns come to exact overlap, as in DeepJoin, and what training does to that.

For each query of lake_scale/exact_overlap.csv the ten columns of the greatest exact containment are known. Vectors of
the default encoder, of the same language model without adapters ("base"), of the adapters as far as training went
("whole"), and of the static encoder find their own ten nearest; precision and NDCG at 10 are as in DeepJoin (Dong et
al., VLDB 2023, section 5). Columns that no query or answer is are a sample, as encoding all takes an hour.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import record
from labelled_lakes import add_options
from masked_lake import MaskableLake
from safetensors import safe_open
from safetensors.numpy import save_file

from lakeindex.arrays.aliases import Vectors
from lakeindex.config.index_settings import text_options
from lakeindex.config.model_options import BASE_MODEL, DEFAULT_MODEL, STATIC_MODEL, ModelOptions
from lakeindex.config.settings import Settings
from lakeindex.encode.adapters import SCALE
from lakeindex.encode.column_text import describe
from lakeindex.encode.encoders import make_encoder
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.models.weights import ENCODER
from lakeindex.types.lake import ColumnId, TableId

SEED = 1
TOP = 10
OTHERS = 10_000
"""Columns besides those of queries and answers."""
KEPT_OF_TUNING = 0.25
"""How far the adapters that ship go of the way that training went."""


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """Columns as texts, and for queries among them the exact answers."""

    texts: list[str]
    tables: np.ndarray
    """(n,) the table of each."""
    answers: Mapping[int, dict[int, float]]
    """By the place of each query, the places of its ten answers with their containment."""

    @classmethod
    def of(cls, lake: Lake, exact: Path) -> Protocol:
        directory = lake.opened.searcher.directory
        best: dict[int, dict[int, float]] = defaultdict(dict)
        for query, candidate, containment in _exact(exact):
            try:
                best[directory.key_of(query)][directory.key_of(candidate)] = containment
            except NotFound:  # a table that can't be read
                continue
        whole = {query: dict(list(found.items())[:TOP]) for query, found in best.items() if len(found) >= TOP}
        named = {*whole, *(key for found in whole.values() for key in found)}
        others = np.random.default_rng(SEED).permutation(len(directory))[:OTHERS].tolist()
        keys = sorted(named | set(others))
        places = {key: place for place, key in enumerate(keys)}
        options = text_options(lake.settings)
        columns = MaskableLake.of(lake, make_encoder(ModelOptions(model=STATIC_MODEL))).columns
        answers = {places[query]: {places[key]: of for key, of in found.items()} for query, found in whole.items()}
        return cls([describe(columns[key], options) for key in keys], directory.tables[np.array(keys)], answers)

    def measure(self, vectors: Vectors) -> dict[str, float]:
        precisions, gains = [], []
        discounts = 1 / np.log2(np.arange(2, TOP + 2))
        for query, answers in self.answers.items():
            cosines = vectors @ vectors[query]
            cosines[self.tables == self.tables[query]] = -np.inf
            found = np.argsort(-cosines, kind="stable")[:TOP].tolist()
            precisions.append(np.mean([place in answers for place in found]))
            ideal = np.sort(list(answers.values()))[::-1] @ discounts
            gains.append(np.array([answers.get(place, 0.0) for place in found]) @ discounts / ideal)
        return {"precision@10": float(np.mean(precisions)), "ndcg@10": float(np.mean(gains)), "queries": len(gains)}


def _exact(path: Path) -> list[tuple[ColumnId, ColumnId, float]]:
    with path.open(newline="", encoding="utf-8") as handle:
        listed = sorted(csv.DictReader(handle), key=lambda row: int(row["rank"]))
    return [
        (
            ColumnId(TableId(row["query_table"]), row["query_column"]),
            ColumnId(TableId(row["candidate_table"]), row["candidate_column"]),
            float(row["containment"]),
        )
        for row in listed
    ]


def whole_adapters(folder: Path) -> Path:
    """Write the adapters that ship with their whole effect."""
    with safe_open(ENCODER, "np") as file:
        scale = float(file.metadata()[SCALE]) / KEPT_OF_TUNING
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
    save_file(weights, folder / "whole.safetensors", {SCALE: str(scale)})
    return folder / "whole.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    given = parser.parse_args()
    scale = given.data.resolve() / "lake_scale"
    if not (scale / "exact_overlap.csv").is_file():
        sys.exit(f"no {scale / 'exact_overlap.csv'}; name another folder with --data or LAKEINDEX_BENCH_DATA")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(scale / "tables.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        lake = Lake.index(folder / "tables", folder / "index", Settings(model=STATIC_MODEL))
        protocol = Protocol.of(lake, scale / "exact_overlap.csv")
        arms = {
            "static": ModelOptions(model=STATIC_MODEL),
            "base": ModelOptions(model=BASE_MODEL),
            "default": ModelOptions(model=DEFAULT_MODEL),
            "whole": ModelOptions(model=BASE_MODEL, adapters=whole_adapters(folder)),
        }
        figures = {
            name: protocol.measure(make_encoder(options).encode(protocol.texts)) for name, options in arms.items()
        }
    record.print_table(["vectors", "P@10", "NDCG@10"], [[name, *list(of.values())[:2]] for name, of in figures.items()])
    print(f"wrote {record.write('deepjoin', SEED, {'top': TOP, 'others': OTHERS}, figures)}")


if __name__ == "__main__":
    main()
