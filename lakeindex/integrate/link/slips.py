"""Slips: whether what two rows of a table differ in looks like carelessness, or like two things."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import ComparedTuples, numbers_of
from lakeindex.integrate.link.tuples import AttributeValues

_ALIKE = 60
"""The least ratio of two spellings of one value, of 100."""
_NEAR = 0.05
"""The largest relative distance of two measures of one number."""


def differ_by_slips(compared: ComparedTuples, pairs: Pairs) -> Flags:
    """Return which pairs of tuples of one table differ by slips alone, (pairs,).

    Two values are of two things where they are not alike, or where other rows have both of them: a typo makes a value
    that no other row has. Numbers that are another in each row only number the rows.
    """
    found = np.ones(len(pairs), bool)
    for values, is_number in zip(compared.tuples.attributes, compared.are_numbers, strict=True):
        codes, counts = _counted(values)
        if is_number and (counts[values.is_present] == 1).all():
            continue
        is_both = values.is_present[pairs.left] & values.is_present[pairs.right]
        places = np.flatnonzero(is_both & (codes[pairs.left] != codes[pairs.right]))
        left, right = pairs.left[places], pairs.right[places]
        is_known = (counts[left] > 1) & (counts[right] > 1)
        alike = _are_near(values, left, right) if is_number else _are_alike(values, left, right)
        found[places] &= alike & ~is_known
    return found


def _counted(values: AttributeValues) -> tuple[Integers, Integers]:
    """Return a number for each tuple's value, and how many tuples have it."""
    codes = values.keys.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, np.bincount(codes)[codes]


def _are_near(values: AttributeValues, left: Integers, right: Integers) -> Flags:
    numbers = numbers_of(values.texts)
    one, other = numbers[left], numbers[right]
    with np.errstate(invalid="ignore"):  # of two numbers beyond all floats
        return np.asarray(np.abs(one - other) <= _NEAR * np.maximum(np.abs(one), np.abs(other)))


def _are_alike(values: AttributeValues, left: Integers, right: Integers) -> Flags:
    lower: Any = pc.utf8_lower(values.texts)
    sides = [lower.take(ends).to_pylist() for ends in (left, right)]
    ratios: Floats = cpdist(*sides, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return np.asarray(ratios >= _ALIKE)
