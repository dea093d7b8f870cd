"""Find pairs of values that may be partners, without labels: those that share rare n-grams, words or initials."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.hashing.text_hash import HashedText, mix

_CHUNK = 50_000
_COMMON = 500
_SHARED = 300_000
"""The most shared features in all; the most common are dropped first."""


def candidate_pairs(sample: pa.Array[Any], values: pa.Array[Any], each: int) -> tuple[Integers, Integers]:
    """Pair each value of a sample with the `each` most similar of the values: positions in both, the best pairs first.

    Similarity is the weight of shared features, of which rare ones weigh more, over the root of the value's number of
    features. The sample is bounded and the values are read in chunks, which bounds memory.
    """
    hashes, owners = _features(sample)
    known = np.unique(hashes)
    found, finders, sizes = _finds(values, known)
    counts = np.bincount(found, minlength=len(known))
    common = max(50, min(_COMMON, len(values) // 20))
    wanted = np.bincount(np.searchsorted(known, hashes), minlength=len(known))
    work = np.where(counts <= common, counts * wanted, np.iinfo(np.int64).max // 2)
    order = np.argsort(work, kind="stable")
    cheap = np.zeros(len(known), bool)
    cheap[order[np.cumsum(work[order].astype(np.float64)) <= _SHARED]] = True
    weights = np.log1p(len(values) / np.maximum(counts, 1)) ** 2
    rows, columns, which = _joined(np.searchsorted(known, hashes), owners, found, finders, cheap)
    keys, places = np.unique(rows * len(values) + columns, return_inverse=True)
    if len(keys) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    scores = np.bincount(places, weights[which]) / np.sqrt(sizes[keys % len(values)])
    return _best(keys // len(values), keys % len(values), scores, each)


def _best(rows: Integers, columns: Integers, scores: npt.NDArray[np.float64], each: int) -> tuple[Integers, Integers]:
    order = np.lexsort((columns, -scores, rows))
    rows, columns, scores = rows[order], columns[order], scores[order]
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    ranks = np.arange(len(rows)) - np.repeat(starts, np.diff(np.append(starts, len(rows))))
    kept = ranks < each
    # The first choice of every value comes before the second of any.
    best = np.lexsort((-scores[kept], ranks[kept]))
    return rows[kept][best], columns[kept][best]


def _joined(
    features: Integers, owners: Integers, found: Integers, finders: Integers, cheap: npt.NDArray[np.bool_]
) -> tuple[Integers, Integers, Integers]:
    """Join the sample's features with their occurrences: sample position, value position, feature."""
    order = np.argsort(features, kind="stable")
    features, owners = features[order], owners[order]
    kept = cheap[found]
    found, finders = found[kept], finders[kept]
    starts = np.searchsorted(features, found, side="left")
    counts = np.searchsorted(features, found, side="right") - starts
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return owners[np.repeat(starts, counts) + within], np.repeat(finders, counts), np.repeat(found, counts)


def _finds(values: pa.Array[Any], known: Hashes) -> tuple[Integers, Integers, npt.NDArray[np.float64]]:
    """Find the known features in the values: feature, value, and how many features of any kind each value has."""
    found, finders, sizes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for start in range(0, len(values), _CHUNK):
        chunk = values.slice(start, _CHUNK)
        hashes, owners = _features(chunk)
        places = np.minimum(np.searchsorted(known, hashes), max(0, len(known) - 1))
        hits = known[places] == hashes if len(known) else np.zeros(len(hashes), bool)
        found.append(places[hits])
        finders.append(owners[hits] + start)
        sizes.append(np.bincount(owners, minlength=len(chunk)).astype(np.float64))
    return np.concatenate(found), np.concatenate(finders), np.maximum(np.concatenate(sizes), 1)


def _features(texts: pa.Array[Any]) -> tuple[Hashes, Integers]:
    """Hash the n-grams, words, and the whole without separators or as initials of each text, each once a text."""
    words = pc.replace_substring_regex(pc.utf8_lower(texts), r"[^\p{L}\p{M}0-9]+", " ")
    words = pc.replace_substring_regex(pc.utf8_trim(words, " "), r"\b0+([0-9])", r"\1")
    hashed = HashedText.from_arrow(words)
    squeezed = HashedText.from_arrow(pc.replace_substring(words, " ", "")).strings()
    initials = HashedText.from_arrow(pc.replace_substring_regex(words, r"(\S)\S* ?", r"\1")).strings()
    everyone = np.arange(len(texts))
    kinds = [hashed.grams(3), hashed.grams(2), hashed.words(), (squeezed, everyone), (initials, everyone)]
    # Wholes and initials share a space: `jh` has to match `J. H.` and `John Hall`.
    spaces = np.array([1, 2, 3, 4, 4], np.uint64)
    hashes = np.concatenate([mix(kind[0] + space) for kind, space in zip(kinds, spaces, strict=True)])
    owners = np.concatenate([kind[1] for kind in kinds])
    order = np.lexsort((hashes, owners))
    hashes, owners = hashes[order], owners[order]
    first = np.ones(len(hashes), bool)
    first[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
    return hashes[first], owners[first]
