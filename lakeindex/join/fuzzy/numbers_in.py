"""The numbers in values: names that differ in them alone are names of different things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import ArrowArray, Flags, Integers, Texts
from lakeindex.arrays.ragged import ranges

_LEAST_SHARED = 0.6
"""The least share of the numbers of the text with fewer of them that the other text has, too."""


@dataclass(frozen=True, slots=True, eq=False)
class _NumbersIn:
    """The distinct numbers in texts, those of one text after those of another."""

    starts: Integers
    """(texts + 1,)."""
    codes: Integers
    """(numbers,) ascending within a text."""

    @classmethod
    def of(cls, whose: Integers, codes: Integers, texts: int, known: int) -> _NumbersIn:
        """Make it of numbers, as codes below `known`, each with the position of its text."""
        keys = np.unique(whose * known + codes)
        return cls(np.searchsorted(keys // known, np.arange(texts + 1)), keys % known)


def disagree(queries: Texts, references: Texts, found: Integers) -> Flags:
    """Return, (queries, k), which of the references found for each query, (queries, k), have other numbers than it.

    Zeros in front of a number and commas between thousands don't count. A text without numbers disagrees with none:
    `Rick Perry 1` may be `Rick Perry`, but `R03000` is not `R04000`.
    """
    apart = [_numbers(texts) for texts in (queries, references)]
    encoded = pa.concat_arrays([numbers for _, numbers in apart]).dictionary_encode().indices
    codes = encoded.to_numpy(zero_copy_only=False).astype(np.int64)
    known, split = int(codes.max(initial=0)) + 1, len(apart[0][0])
    ours = _NumbersIn.of(apart[0][0], codes[:split], len(queries), known)
    theirs = _NumbersIn.of(apart[1][0], codes[split:], len(references), known)
    whose, other = np.repeat(np.arange(len(queries)), found.shape[1]), found.ravel()
    counts, other_counts = np.diff(ours.starts)[whose], np.diff(theirs.starts)[other]
    both = np.flatnonzero((counts > 0) & (other_counts > 0))
    shared = _shared(ours, theirs, whose[both], other[both], known)
    is_other = np.zeros(found.size, bool)
    is_other[both] = shared < _LEAST_SHARED * np.minimum(counts, other_counts)[both]
    return is_other.reshape(found.shape)


def _shared(ours: _NumbersIn, theirs: _NumbersIn, whose: Integers, other: Integers, known: int) -> Integers:
    """Count the numbers that two texts share."""
    lengths = np.diff(theirs.starts)[other]
    codes = theirs.codes[ranges(theirs.starts[other], lengths)]
    pairs = np.repeat(np.arange(len(whose)), lengths)
    keys = np.repeat(np.arange(len(ours.starts) - 1), np.diff(ours.starts)) * known + ours.codes
    wanted = whose[pairs] * known + codes
    places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    is_there = keys[places] == wanted if len(keys) else np.zeros(len(wanted), bool)
    return np.bincount(pairs[is_there], minlength=len(whose)).astype(np.int64)


def _numbers(texts: Texts) -> tuple[Integers, ArrowArray]:
    """Return the numbers in texts, each with the position of its text."""
    joined = pc.replace_substring_regex(texts, r"([0-9]),([0-9]{3})\b", r"\1\2")
    apart = pc.utf8_trim(pc.replace_substring_regex(joined, "[^0-9]+", " "), " ")
    lists = pc.split_pattern(pc.replace_substring_regex(apart, r"\b0+([0-9])", r"\1"), " ")
    whose = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    numbers = pc.list_flatten(lists)
    is_there = pc.not_equal(numbers, pa.scalar("", numbers.type))
    return whose[is_there.to_numpy(zero_copy_only=False)], numbers.filter(is_there)
