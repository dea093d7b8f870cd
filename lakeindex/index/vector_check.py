"""Check that a FAISS index is of a kind that `VectorIndex` makes: FAISS reads many kinds, some from other files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Integers, Vectors
from lakeindex.errors import IndexDamaged

Part = tuple[Integers, Callable[[slice], Vectors]]
"""Keys, and a function that returns the stored vectors of a slice of them."""

_AT_ONCE = 4096
_LONGEST = 1.25
"""The length that no unit vector exceeds, however it is rounded."""


def require_sound(faiss: Any, index: Any, vectors_of: Callable[[Integers], Vectors]) -> None:
    """Raise IndexDamaged unless the keys are 0, 1, 2, ... and each returns the vector that a search compares."""
    is_exact = type(index) is faiss.IndexIDMap2
    parts = list(_exact_part(faiss, index) if is_exact else _parts_of_lists(faiss, index))
    found = np.sort(np.concatenate([np.zeros(0, np.int64), *(keys for keys, _ in parts)]))
    if not np.array_equal(found, np.arange(index.ntotal)):
        raise IndexDamaged("the vectors don't have a key each; build the index again")
    for keys, stored in parts:
        for first in range(0, len(keys), _AT_ONCE):
            block = slice(first, first + _AT_ONCE)
            vectors = vectors_of(keys[block])
            lengths = np.linalg.norm(vectors, axis=1)
            if not np.array_equal(vectors, stored(block)) or not bool(np.all(lengths < _LONGEST)):
                raise IndexDamaged("vectors are no unit vectors, or not found by their keys; build the index again")


def _exact_part(faiss: Any, index: Any) -> Iterator[Part]:
    """Yield the only part of an exact index, after checking its type."""
    inner: Any = faiss.downcast_index(index.index)
    _require(
        type(inner) is faiss.IndexFlatIP
        and index.ntotal == inner.ntotal == index.id_map.size()
        and index.d == inner.d
        and index.metric_type == inner.metric_type == faiss.METRIC_INNER_PRODUCT
    )
    if index.ntotal:
        vectors = faiss.rev_swig_ptr(inner.get_xb(), inner.ntotal * inner.d).reshape(inner.ntotal, inner.d)
        yield faiss.vector_to_array(index.id_map), lambda block: np.array(vectors[block])


def _parts_of_lists(faiss: Any, index: Any) -> Iterator[Part]:
    """Yield each list of an IVF index, after checking its type."""
    _require(
        type(index) is faiss.IndexIVFScalarQuantizer
        and type(faiss.downcast_index(index.quantizer)) is faiss.IndexFlatIP
        and type(faiss.downcast_InvertedLists(index.invlists)) is faiss.ArrayInvertedLists
        and index.sq.qtype == faiss.ScalarQuantizer.QT_8bit
        and index.direct_map.type == faiss.DirectMap.Hashtable
        and index.metric_type == index.quantizer.metric_type == faiss.METRIC_INNER_PRODUCT
        and index.d == index.quantizer.d == index.sq.d == index.code_size == index.invlists.code_size
        and index.nlist == index.quantizer.ntotal == index.invlists.nlist
        and 0 < index.nprobe <= index.nlist
        and not index.by_residual
        and faiss.vector_to_array(index.sq.trained).size == 2 * index.d
    )
    for place in range(index.nlist):
        if size := index.invlists.list_size(place):
            codes = faiss.rev_swig_ptr(index.invlists.get_codes(place), size * index.d).reshape(size, index.d)
            yield faiss.rev_swig_ptr(index.invlists.get_ids(place), size).copy(), _decoding(index, codes)


def _decoding(index: Any, codes: npt.NDArray[np.uint8]) -> Callable[[slice], Vectors]:
    return lambda block: np.asarray(index.sq.decode(np.ascontiguousarray(codes[block])))


def _require(is_known: bool) -> None:
    if not is_known:
        raise IndexDamaged("the vectors are not kept as this program keeps them; build the index again")
