"""LSHEnsemble: datasketch's, 128 permutations; what it takes for contained, by the estimated containment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from datasketch import MinHashLSHEnsemble

from peers.lake_values import LakeValues
from peers.minhashes import PERMUTATIONS, SEED, MinHashes, pickled_size
from peers.peer import Keys, best

THRESHOLD = 0.1
"""Containment from which it is to find a column."""


class LshEnsemble:
    reads_values = True
    settings: dict[str, object]

    def __init__(self) -> None:
        self._ensemble = MinHashLSHEnsemble(THRESHOLD, PERMUTATIONS)
        self.settings = {
            "permutations": PERMUTATIONS, "seed": SEED, "threshold": THRESHOLD,
            "partitions": len(self._ensemble.indexes), "m": self._ensemble.m,
        }  # fmt: skip

    def build(self, lake: LakeValues, folder: Path) -> None:
        self._tables, self._sketches = lake.tables, MinHashes.sketch(lake)
        sizes = self._sketches.sizes.tolist()
        self._ensemble.index([(key, sketch, sizes[key]) for key, sketch in self._sketches.of.items()])

    def search(self, key: int, k: int) -> Keys:
        if key not in self._sketches.of:
            return np.empty(0, np.int64)
        found = set(self._ensemble.query(self._sketches.of[key], int(self._sketches.sizes[key])))
        keys = np.fromiter(found, np.int64, len(found))
        return best(keys, self._sketches.containment(key, keys), key, self._tables, k)

    def size(self) -> int:
        return pickled_size(self._ensemble) + self._sketches.hashes.nbytes
