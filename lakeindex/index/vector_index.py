"""Search the nearest column vectors by inner product, in FAISS; the type of index is chosen by size."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Integers, Vectors
from lakeindex.errors import IndexDamaged, LakeIndexError, WriteFailed
from lakeindex.index.vector_check import require_sound

EXACT_UP_TO = 20_000
"""Vectors up to this number are searched exactly; more in IVF lists of 8-bit vectors, which can also remove."""

NO_KEYS = np.zeros(0, np.int64)
_MOST_ON_GPU = 2048
"""Neighbours of a query that FAISS can find on a GPU."""
_PROBED_SHARE = 0.1
_RANGE_STEP = 1 / 16
_TRAINED_ON_A_LIST = 64


class VectorIndex:
    """Unit vectors with their keys; the inner product is the cosine."""

    def __init__(self, index: Any, on_cpu: Any = None) -> None:
        self._index = index
        self._on_cpu = index if on_cpu is None else on_cpu
        """The same vectors, where they can be searched without some of them, or for many: on a GPU they can't."""

    @classmethod
    def build(cls, vectors: Vectors, keys: Integers, exact_up_to: int = EXACT_UP_TO, seed: int = 0) -> VectorIndex:
        """Index `vectors` (n, d), unit rows, under `keys` (n,)."""
        faiss = load_faiss()
        dimension = vectors.shape[1]
        if len(vectors) <= exact_up_to:
            index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        else:
            index = _train_lists(faiss, vectors, seed)
        index.add_with_ids(np.ascontiguousarray(vectors), keys)
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """Memory-map an index that was saved."""
        faiss = load_faiss()
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY))
        except RuntimeError as error:
            raise IndexDamaged(f"{path} can't be read ({_first_line(error)}); build the index again") from error

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        faiss = load_faiss()
        try:
            # Through a Python file, as FAISS prints to stderr when it writes to a path and the disk is full.
            with path.open("wb") as file:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))
        except (OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else _first_line(error)
            raise WriteFailed(f"{path} can't be written: {reason}") from error

    def searchable_on(self, device: str) -> VectorIndex:
        """Copy the index to the GPUs where `device` is cuda and this build of FAISS sees one; else it is itself."""
        faiss = load_faiss()
        if device != "cuda" or not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
            return self
        return VectorIndex(faiss.index_cpu_to_all_gpus(self._index), self._index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    @property
    def is_exact(self) -> bool:
        """Whether a search compares every vector, in full precision."""
        return not hasattr(self._on_cpu, "nprobe")

    def search(self, queries: Vectors, limit: int, without: Integers = NO_KEYS) -> tuple[Integers, Vectors]:
        """Return keys and cosines of the nearest vectors of each query (m, d), each (m, limit), best first.

        Vectors under the keys in `without` are passed over. Where there are fewer than `limit`, the rest is key -1.
        """
        contiguous = np.ascontiguousarray(queries, np.float32)
        if len(without):
            cosines, keys = self._on_cpu.search(contiguous, limit, params=self._passing_over(without))
        else:
            index = self._index if limit <= _MOST_ON_GPU else self._on_cpu
            cosines, keys = index.search(contiguous, limit)
        return keys, cosines

    def _passing_over(self, keys: Integers) -> Any:
        faiss = load_faiss()
        is_passed_over = np.zeros(int(keys.max()) + 1, bool)
        is_passed_over[keys] = True
        selector = faiss.IDSelectorNot(faiss.IDSelectorBitmap(np.packbits(is_passed_over, bitorder="little")))
        if self.is_exact:
            return faiss.SearchParameters(sel=selector)
        return faiss.SearchParametersIVF(sel=selector, nprobe=self._on_cpu.nprobe)

    def vectors(self, keys: Integers) -> Vectors:
        """Return the vectors stored under `keys`, (n, d); approximate where the index is."""
        if len(keys) == 0:
            return np.zeros((0, self.dimension), np.float32)
        try:
            return np.asarray(self._on_cpu.reconstruct_batch(np.ascontiguousarray(keys)))
        except RuntimeError as error:
            raise KeyError(f"not every key has a vector: {_first_line(error)}") from error

    def check(self) -> None:
        """Raise IndexDamaged unless it is one that `build` makes, with the keys 0, 1, 2, ..."""
        require_sound(load_faiss(), self._index, self.vectors)

    def remove(self, keys: Integers) -> int:
        """Drop vectors; return how many there were."""
        return int(self._index.remove_ids(np.ascontiguousarray(keys)))


def _train_lists(faiss: Any, vectors: Vectors, seed: int) -> Any:
    """Make an empty IVF index of 8-bit vectors, trained on these vectors."""
    dimension = vectors.shape[1]
    lists = min(int(2 * np.sqrt(len(vectors))), len(vectors))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # by_residual: a list's vectors can be compared without its centroid
    )
    index.cp.seed = seed
    index.cp.min_points_per_centroid = 1  # fewer than FAISS would like is no reason to print a warning
    index.nprobe = max(1, round(_PROBED_SHARE * lists))
    steps = _fixed_steps(faiss, vectors)
    sample = np.sort(np.random.default_rng(seed).permutation(len(vectors))[: _TRAINED_ON_A_LIST * lists])
    # Centroids come from vectors as they are stored, so that an index made of a stored one is the same.
    index.train(steps.decode(steps.compute_codes(np.ascontiguousarray(vectors[sample]))))
    faiss.copy_array_to_vector(faiss.vector_to_array(steps.trained), index.sq.trained)
    index.set_direct_map_type(faiss.DirectMap.Hashtable)
    return index


def _fixed_steps(faiss: Any, vectors: Vectors) -> Any:
    """Make a quantiser whose steps hardly depend on the vectors, so that quantised vectors aren't changed again."""
    largest = np.ceil(np.abs(vectors).max(initial=0.0) / _RANGE_STEP) * _RANGE_STEP
    steps = faiss.ScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit)
    steps.train(np.repeat(np.array([[-largest], [largest]], np.float32), vectors.shape[1], axis=1))
    return steps


def load_faiss() -> Any:
    """Import FAISS. Raises LakeIndexError when two builds of it are installed over each other."""
    installed = _installed_builds()
    if len(installed) > 1:
        names = " ".join(installed)
        raise LakeIndexError(
            f"several builds of FAISS are installed over each other ({names}); "
            f"keep one: pip uninstall -y {names} && pip install faiss-cpu"
        )
    import faiss

    return faiss


@cache
def _installed_builds() -> tuple[str, ...]:
    """List the distributions that bring the module faiss, whatever they are called."""
    found = (info for folder in sys.path for info in Path(folder).glob("faiss*.dist-info"))
    builds = (
        one for one in map(metadata.Distribution.at, found) if "faiss" in {file.parts[0] for file in one.files or ()}
    )
    return tuple(sorted({one.name for one in builds}))


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0]


def _use_one_thread() -> None:
    """Search with one thread in a forked child: OpenMP's other threads are the parent's, and would be waited for."""
    if (faiss := sys.modules.get("faiss")) is not None:
        faiss.omp_set_num_threads(1)


os.register_at_fork(after_in_child=_use_one_thread)
