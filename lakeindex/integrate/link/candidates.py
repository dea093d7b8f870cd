"""Candidates: which pairs of tuples are compared, by rare terms or by a column in which they are equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.arrays.ragged import ranges, starts_run
from lakeindex.integrate.link.blocking import Pairs, nearest_pairs
from lakeindex.integrate.link.comparison import ComparedTuples
from lakeindex.integrate.link.terms import parts
from lakeindex.integrate.link.tuples import AttributeValues, Tuples

_CANDIDATES = 10
"""Candidates of a tuple, by each kind of terms."""
_FEW = 20_000
"""Up to so many tuples, candidates are found by character grams, too."""
_IN_BLOCK = 3
"""Candidates of a tuple within its block."""
_MOST_IN_BLOCK = 1_000_000
"""Pairs that a block may have; a larger one is left out."""
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs to compare, and what was left out of them."""

    pairs: Pairs
    left_out: int = 0
    """How many tuples are in blocks that are too large."""


def find_candidates(compared: ComparedTuples, block: AttributeValues | None) -> Candidates:
    """Pair tuples that share rare terms; of a `block` attribute, those that have the same value of it."""
    tuples = compared.tuples
    if block is None:
        spaces = [compared.words, compared.grams] if len(tuples) <= _FEW else [compared.words]
        return Candidates(nearest_pairs(spaces, tuples.tables, _CANDIDATES, tuples.is_within))
    return _in_blocks(compared, _Blocks.of(block))


def equal_pairs(hashes: Hashes, tuples: Tuples) -> Pairs:
    """Pair tuples whose rows hold the same, one with the next: as many pairs as tuples, however many are equal."""
    held = np.flatnonzero(np.logical_or.reduce([one.is_present for one in tuples.attributes] or [tuples.tables < 0]))
    held = held[np.lexsort((tuples.tables[held], hashes[held]))]
    firsts = np.flatnonzero(starts_run(hashes[held], tuples.tables[held]))
    ranks = np.arange(len(held)) - np.repeat(firsts, np.diff(np.append(firsts, len(held))))
    held = held[np.lexsort((tuples.tables[held], ranks, hashes[held]))]
    left, right = held[:-1], held[1:]
    is_pair = (hashes[left] == hashes[right]) & (tuples.is_within | (tuples.tables[left] != tuples.tables[right]))
    return Pairs.of(left[is_pair], right[is_pair], len(tuples))


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Tuples with the same value, those of one block after those of another."""

    tuples: Integers
    starts: Integers
    """(blocks + 1,)."""

    @classmethod
    def of(cls, values: AttributeValues) -> _Blocks:
        codes = values.keys.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
        present = np.flatnonzero(values.is_present)
        order = present[np.argsort(codes[present], kind="stable")]
        ends = np.flatnonzero(np.diff(codes[order], append=-1)) + 1
        return cls(order, np.concatenate([[0], ends]))


def _in_blocks(compared: ComparedTuples, blocks: _Blocks) -> Candidates:
    sizes = np.diff(blocks.starts)
    is_small = sizes * sizes <= _MOST_IN_BLOCK
    work = np.where(is_small, sizes * sizes, 0)
    found = [_best_in(compared, blocks, np.flatnonzero(is_small[part]) + part.start) for part in parts(work, _AT_ONCE)]
    first, second = (np.concatenate([one[at] for one in found] or [np.zeros(0, np.int64)]) for at in (0, 1))
    return Candidates(Pairs.of(first, second, len(compared.tuples)), int(sizes[~is_small].sum()))


def _best_in(compared: ComparedTuples, blocks: _Blocks, chosen: Integers) -> tuple[Integers, Integers]:
    """Return for each tuple of some blocks the most similar ones of its block."""
    starts, sizes = blocks.starts[chosen], np.diff(blocks.starts)[chosen]
    owners = np.repeat(np.arange(len(chosen)), sizes)
    firsts = blocks.tuples[ranges(starts, sizes)]
    left = np.repeat(firsts, sizes[owners])
    right = blocks.tuples[ranges(starts[owners], sizes[owners])]
    tables = compared.tuples.tables
    is_pair = (left != right) if compared.tuples.is_within else (tables[left] != tables[right])
    left, right = left[is_pair], right[is_pair]
    order = np.lexsort((right, -compared.words.cosines(left, right), left))
    left, right = left[order], right[order]
    ranks = np.arange(len(left)) - np.searchsorted(left, left)
    return left[ranks < _IN_BLOCK], right[ranks < _IN_BLOCK]
