"""Semantic types without labels against known ones, and personal data on generated columns.

semantic_types.py [--data DIR]: prints and writes results/semantic_types.json. DIR holds kbwt_mapping_tables, whose
mappings.csv gives the entity type of each column; it is read here alone.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from look_alikes import look_alike_columns
from personal_tables import KINDS, MEASURED_ON, TUNED_ON, personal_column
from record import print_table, write

from lakeindex import Lake
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.personal_data.find_personal import find_personal
from lakeindex.profile.scan import profile_columns

SEEDS = {"chosen on": range(4), "measured on": range(100, 110)}


def mutual_information(ones: Sequence[Hashable], others: Sequence[Hashable]) -> float:
    """Return the normalised mutual information of two partitions: over the mean of both entropies."""
    first, second, both = (_entropy(Counter(some)) for some in (ones, others, list(zip(ones, others, strict=True))))
    return 2 * (first + second - both) / (first + second) if first + second else 1.0


def rand_index(ones: Sequence[Hashable], others: Sequence[Hashable]) -> float:
    """Return the Rand index of two partitions, adjusted for chance."""
    both, first, second = (_pairs(some) for some in (list(zip(ones, others, strict=True)), ones, others))
    expected = first * second / max(len(ones) * (len(ones) - 1) / 2, 1)
    most = (first + second) / 2
    return (both - expected) / (most - expected) if most != expected else 1.0


def types_of_mappings(data: Path) -> Mapping[str, float]:
    """Compare the types that are found with the entity types of the mapping tables."""
    folder = data / "kbwt_mapping_tables"
    with TemporaryDirectory() as index:
        start = time.perf_counter()
        rows = Lake.index(folder / "tables", index).types().to_arrow().to_pylist()
        seconds = time.perf_counter() - start
    columns: dict[str, list[str]] = {}
    for row in rows:
        columns.setdefault(row["table"], []).append(row["type"])
    found, gold = [], []
    with (folder / "mappings.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found += columns[row["table"]]
            gold += [row["source_type"], row["target_type"]]
    alone = list(range(len(gold)))
    return {
        "NMI": mutual_information(found, gold),
        "ARI": rand_index(found, gold),
        "precision of pairs": _pairs(list(zip(found, gold, strict=True))) / max(_pairs(found), 1),
        "recall of pairs": _pairs(list(zip(found, gold, strict=True))) / max(_pairs(gold), 1),
        "NMI of a type a column": mutual_information(alone, gold),
        "ARI of a type a column": rand_index(alone, gold),
        "seconds, index included": seconds,
    }


def personal(countries: Sequence[str], seeds: Sequence[int]) -> Mapping[str, float]:
    """Return recall, precision and the recall of each kind."""
    found: Counter[str] = Counter()
    wrong = 0
    for seed in seeds:
        rng = random.Random(seed)
        made = [(kind, personal_column(kind, country, rng)) for country in countries for kind in KINDS]
        flags = _flags([one for _, one in made])
        found.update(kind for (kind, _), is_found in zip(made, flags, strict=True) if is_found)
        wrong += sum(_flags(list(look_alike_columns(rng).items())))
    each = len(countries) * len(seeds)
    right = sum(found.values())
    recalls = {f"recall of {kind}": found[kind] / each for kind in KINDS}
    return {"recall": right / (each * len(KINDS)), "precision": right / max(right + wrong, 1)} | recalls


def _flags(columns: Sequence[tuple[str, list[str]]]) -> list[bool]:
    profiles = profile_columns([pa.array(values, pa.string()) for _, values in columns], ProfileLimits())
    return [one is not None for one in find_personal([header for header, _ in columns], profiles)]


def _entropy(counts: Counter[Hashable]) -> float:
    total = counts.total()
    return -sum(count / total * log(count / total) for count in counts.values())


def _pairs(some: Sequence[Hashable]) -> float:
    return sum(count * (count - 1) / 2 for count in Counter(some).values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    figures = {
        "types": types_of_mappings(given.data),
        "personal data, countries looked at": personal(TUNED_ON, SEEDS["chosen on"]),
        "personal data, other countries": personal(MEASURED_ON, SEEDS["measured on"]),
    }
    for name, values in figures.items():
        print_table([name, ""], [[one, f"{value:.3f}"] for one, value in values.items()])
    write("semantic_types", 0, {"seeds": {name: list(some) for name, some in SEEDS.items()}}, figures)


if __name__ == "__main__":
    main()
