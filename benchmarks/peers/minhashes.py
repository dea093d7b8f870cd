"""MinHash sketches of every column, as datasketch makes them: of distinct values, trimmed and case-folded."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from datasketch import MinHash

from peers.lake_values import LakeValues

PERMUTATIONS = 128
SEED = 1
_VALUES_AT_ONCE = 10_000


@dataclass(frozen=True)
class MinHashes:
    """The sketches by key; a column without values has none."""

    of: dict[int, MinHash]
    hashes: npt.NDArray[np.uint32]
    """(n, PERMUTATIONS)."""
    sizes: npt.NDArray[np.int64]
    """Distinct values of each column, (n,)."""

    @classmethod
    def sketch(cls, lake: LakeValues) -> MinHashes:
        empty = MinHash(PERMUTATIONS, SEED)
        sketches, sizes = {}, np.zeros(len(lake.columns), np.int64)
        hashes = np.zeros((len(lake.columns), PERMUTATIONS), empty.hashvalues.dtype)
        for key, column in enumerate(lake.columns):
            if values := [value.encode("utf-8", "replace") for value in column.folded()]:
                sketches[key] = sketch = empty.copy()
                for start in range(0, len(values), _VALUES_AT_ONCE):
                    sketch.update_batch(values[start : start + _VALUES_AT_ONCE])
                sizes[key], hashes[key] = len(values), sketch.hashvalues
        return cls(sketches, hashes, sizes)

    def jaccard(self, query: int, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Estimate |Q ∩ C| / |Q ∪ C| as the share of permutations whose smallest values agree."""
        return np.mean(self.hashes[keys] == self.hashes[query], axis=1)

    def containment(self, query: int, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Estimate |Q ∩ C| / |Q| out of the Jaccard similarity and the sizes."""
        jaccard, size = self.jaccard(query, keys), self.sizes[query]
        shared = jaccard / (1 + jaccard) * (size + self.sizes[keys])
        return np.minimum(shared, np.minimum(size, self.sizes[keys])) / size


def pickled_size(index: object) -> int:
    """Return the bytes that the index takes when it is pickled, which is how datasketch keeps one."""
    counter = _Counter()
    pickler = pickle.Pickler(counter, pickle.HIGHEST_PROTOCOL)
    pickler.dump(index)
    return counter.written


class _Counter:
    def __init__(self) -> None:
        self.written = 0

    def write(self, some: bytes) -> int:
        self.written += len(some)
        return len(some)
