"""LSHForest: datasketch's, 128 permutations; twice as many candidates as answers, by their estimated Jaccard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from datasketch import MinHashLSHForest

from peers.lake_values import LakeValues
from peers.minhashes import PERMUTATIONS, SEED, MinHashes, pickled_size
from peers.peer import Keys, best

CANDIDATES = 2
"""For each answer, as datasketch's documentation advises."""


class LshForest:
    reads_values = True
    settings: dict[str, object]

    def __init__(self) -> None:
        self._forest = MinHashLSHForest(PERMUTATIONS)
        self.settings = {"permutations": PERMUTATIONS, "seed": SEED, "trees": self._forest.l, "candidates": CANDIDATES}

    def build(self, lake: LakeValues, folder: Path) -> None:
        self._tables, self._sketches = lake.tables, MinHashes.sketch(lake)
        for key, sketch in self._sketches.of.items():
            self._forest.add(key, sketch)
        self._forest.index()

    def search(self, key: int, k: int) -> Keys:
        if key not in self._sketches.of:
            return np.empty(0, np.int64)
        found = np.array(self._forest.query(self._sketches.of[key], CANDIDATES * k), np.int64)
        return best(found, self._sketches.jaccard(key, found), key, self._tables, k)

    def size(self) -> int:
        return pickled_size(self._forest) + self._sketches.hashes.nbytes
