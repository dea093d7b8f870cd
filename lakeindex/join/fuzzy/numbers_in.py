"""The numbers in values: names that differ in them alone are names of different things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import ArrowArray, Flags, Integers, Texts
from lakeindex.arrays.ragged import ranges

_LEAST_SHARED = 0.6
"""The least share of the digits of the text with fewer of them that belong to numbers of the other text, too."""


@dataclass(frozen=True, slots=True, eq=False)
class _NumbersIn:
    """The distinct numbers in texts, those of one text after those of another."""

    starts: Integers
    """(texts + 1,)."""
    codes: Integers
    """(numbers,) ascending within a text."""
    digits: Integers
    """(texts,) of all numbers of a text together: a year says more than a number on a list."""

    @classmethod
    def of(cls, whose: Integers, codes: Integers, texts: int, widths: Integers) -> _NumbersIn:
        """Make it of numbers, as codes, each with the position of its text; `widths` are the digits of each code."""
        keys = np.unique(whose * len(widths) + codes)
        owners, distinct = keys // len(widths), keys % len(widths)
        digits = np.bincount(owners, widths[distinct], texts).astype(np.int64)
        return cls(np.searchsorted(owners, np.arange(texts + 1)), distinct, digits)


def disagree(queries: Texts, references: Texts, found: Integers) -> Flags:
    """Return, (queries, k), which of the references found for each query, (queries, k), have other numbers than it.

    Zeros in front of a number and commas between thousands don't count. A text without numbers disagrees with none:
    `Rick Perry 1` may be `Rick Perry`, but `R03000` is not `R04000`.
    """
    apart = [_numbers(texts) for texts in (queries, references)]
    encoded = pa.concat_arrays([numbers for _, numbers in apart]).dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    known: Texts = encoded.dictionary  # type: ignore[assignment]
    widths = pc.utf8_length(known).to_numpy(zero_copy_only=False).astype(np.int64)
    if not len(widths):
        return np.zeros(found.shape, bool)
    split = len(apart[0][0])
    ours = _NumbersIn.of(apart[0][0], codes[:split], len(queries), widths)
    theirs = _NumbersIn.of(apart[1][0], codes[split:], len(references), widths)
    whose, other = np.repeat(np.arange(len(queries)), found.shape[1]), found.ravel()
    fewer = np.minimum(ours.digits[whose], theirs.digits[other])
    both = np.flatnonzero(fewer)
    is_other = np.zeros(found.size, bool)
    is_other[both] = _shared(ours, theirs, whose[both], other[both], widths) < _LEAST_SHARED * fewer[both]
    return is_other.reshape(found.shape)


def _shared(ours: _NumbersIn, theirs: _NumbersIn, whose: Integers, other: Integers, widths: Integers) -> Integers:
    """Count the digits of the numbers that two texts share."""
    lengths = np.diff(theirs.starts)[other]
    codes = theirs.codes[ranges(theirs.starts[other], lengths)]
    pairs = np.repeat(np.arange(len(whose)), lengths)
    keys = np.repeat(np.arange(len(ours.starts) - 1), np.diff(ours.starts)) * len(widths) + ours.codes
    wanted = whose[pairs] * len(widths) + codes
    is_there = keys[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)] == wanted if len(keys) else wanted < 0
    return np.bincount(pairs[is_there], widths[codes[is_there]], len(whose)).astype(np.int64)


def _numbers(texts: Texts) -> tuple[Integers, ArrowArray]:
    """Return the numbers in texts, each with the position of its text."""
    joined = pc.replace_substring_regex(texts, r"([0-9]),([0-9]{3})\b", r"\1\2")
    apart = pc.utf8_trim(pc.replace_substring_regex(joined, "[^0-9]+", " "), " ")
    lists = pc.split_pattern(pc.replace_substring_regex(apart, r"\b0+([0-9])", r"\1"), " ")
    whose = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    numbers = pc.list_flatten(lists)
    is_there = pc.not_equal(numbers, pa.scalar("", numbers.type))
    return whose[is_there.to_numpy(zero_copy_only=False)], numbers.filter(is_there)
