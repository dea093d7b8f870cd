"""How well the probabilities of `lakeindex link` are calibrated on labelled pairs: the expected calibration error.

    python -m benchmarks.link_calibration INDEX FULL PAIRS LEFT RIGHT

INDEX is an index of the tables LEFT and RIGHT; FULL is a folder with the same rows and their ids; PAIRS is a CSV of
left_id,right_id,label,split, of which the test pairs are measured. A pair that isn't listed has the probability 0.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from lakeindex import Lake

_BINS = 10


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def calibration_error(likely: np.ndarray, labels: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal width (Guo et al., 2017, eq. 5)."""
    bins = np.minimum((likely * _BINS).astype(int), _BINS - 1)
    gaps = [abs((likely[bins == one] - labels[bins == one]).sum()) for one in np.unique(bins)]
    return float(sum(gaps) / max(len(likely), 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("index", "full", "pairs"):
        parser.add_argument(name, type=Path)
    parser.add_argument("left")
    parser.add_argument("right")
    given = parser.parse_args()
    with Lake.open(given.index) as lake:
        pairs = lake.link(given.left, given.right).pairs
    left, right = ([row["id"] for row in rows(given.full / table)] for table in (given.left, given.right))
    said = {(left[one["left_row"]], right[one["right_row"]]): one["probability"] for one in pairs.to_pylist()}
    test = [row for row in rows(given.pairs) if row["split"] == "test"]
    likely = np.array([said.get((row["left_id"], row["right_id"]), 0.0) for row in test])
    print(f"{len(test)} pairs, expected calibration error "
          f"{calibration_error(likely, np.array([float(row['label']) for row in test])):.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
