"""Comparison: how the two tuples of each pair agree, attribute by attribute and as a whole, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts, Vectors
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.terms import TermRows
from lakeindex.integrate.link.tuples import AttributeValues, Tuples
from lakeindex.join.fuzzy.normal_text import plain

WHOLE = ""
"""The name under which two tuples are compared as a whole."""
_NUMERIC = 0.8
"""The least share of the values of a number attribute that are numbers."""
_DISTANCES = (0.001, 0.05, 0.15, 0.4)
"""Relative distances of numbers; each is a feature, whether two numbers are within it."""
_MOST_WITH_GRAMS = 200_000
"""Up to so many tuples, they are compared by character grams, too."""
_NATS = 10.0
"""So many nats of rarity are one unit of a feature."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and deviation of features before they are standardised."""

    means: Floats
    """(features,)."""
    deviations: Floats
    """(features,) 1 where a feature is always the same."""

    @classmethod
    def of(cls, columns: list[Floats]) -> Scale:
        """Return the scale of features, (pairs,) each."""
        if not len(columns[0]):
            return cls(np.zeros(len(columns)), np.ones(len(columns)))
        spread = np.array([one.std() for one in columns])
        return cls(np.array([one.mean() for one in columns]), np.where(spread > 1e-9, spread, 1.0))

    def standardised(self, columns: list[Floats]) -> Vectors:
        """Return features with mean 0 and deviation 1 on this scale, (pairs, features)."""
        scaled = [
            ((one - mean) / deviation).astype(np.float32)
            for one, mean, deviation in zip(columns, self.means, self.deviations, strict=True)
        ]
        return np.column_stack(scaled)


UNSCALED = Scale(np.zeros(0), np.ones(0))
"""That of features that nothing else will be compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The features of pairs of tuples."""

    features: Vectors
    """(pairs, features), each with mean 0 and deviation 1 over the pairs."""
    attributes: tuple[str, ...]
    """(features,) the attribute that each feature compares, or WHOLE."""
    similarities: Floats
    """(pairs,) how similar the tuples are as texts, from 0 to 2."""
    scale: Scale = UNSCALED
    """Of the features."""


@dataclass(frozen=True, slots=True, eq=False)
class ComparedTuples:
    """Tuples as terms, ready to be paired and compared."""

    tuples: Tuples
    words: TermRows
    grams: TermRows
    """The words once more, where tuples are too many."""
    are_numbers: tuple[bool, ...]
    """(attributes,) whether the values of each are numbers."""

    @classmethod
    def of(cls, tuples: Tuples) -> ComparedTuples:
        """Take the words and character grams of whole tuples."""
        texts = plain(tuples.written())
        words = TermRows.of_words(texts)
        grams = TermRows.of_grams(texts) if len(tuples) <= _MOST_WITH_GRAMS else words
        return cls(tuples, words, grams, tuple(_are_numbers(one) for one in tuples.attributes))

    def with_terms_of(self, tuples: Tuples) -> ComparedTuples:
        """Take the terms of other tuples with the same attributes; they are as rare as among these."""
        texts = plain(tuples.written())
        words = TermRows.of_words(texts, self.words)
        grams = words if self.grams is self.words else TermRows.of_grams(texts, self.grams)
        return ComparedTuples(tuples, words, grams, self.are_numbers)

    def compare(self, pairs: Pairs, scale: Scale | None = None) -> Comparison:
        """Compare the tuples of each pair; the features are standardised over the pairs unless a scale is given."""
        whole = self._whole(pairs)
        kinds = zip(self.tuples.attributes, self.are_numbers, strict=True)
        named = [(WHOLE, whole), *((one.name, _compared(one, is_number, pairs)) for one, is_number in kinds)]
        columns = [column for _, columns in named for column in columns]
        attributes = tuple(name for name, columns in named for _ in columns)
        scale = Scale.of(columns) if scale is None else scale
        return Comparison(scale.standardised(columns), attributes, whole[0] + whole[1], scale)

    def _whole(self, pairs: Pairs) -> list[Floats]:
        shared, left, right = self.words.shared_rarity(pairs.left, pairs.right)
        lacking, other = left - shared, right - shared
        amounts = [shared, np.minimum(lacking, other), np.abs(lacking - other)]
        cosines = [space.cosines(pairs.left, pairs.right) for space in (self.words, self.grams)]
        return [*cosines, *(one / _NATS for one in amounts)]


def _are_numbers(values: AttributeValues) -> bool:
    return bool(np.isfinite(numbers_of(values.texts)).sum() >= _NUMERIC * max(values.is_present.sum(), 1))


def _compared(values: AttributeValues, is_number: bool, pairs: Pairs) -> list[Floats]:
    """Return the features of an attribute: missing on a side, then how close numbers or texts are."""
    is_both = values.is_present[pairs.left] & values.is_present[pairs.right]
    if is_number:
        numbers = numbers_of(values.texts)
        return [_flags(~is_both), *_close(numbers[pairs.left], numbers[pairs.right])]
    return [_flags(~is_both), *_alike(values, pairs, is_both)]


def _close(left: Floats, right: Floats) -> list[Floats]:
    size = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1e-9)
    with np.errstate(invalid="ignore"):  # of two numbers beyond all floats
        distances = np.abs(left - right) / size
    return [_flags(distances <= most) for most in _DISTANCES]


def _alike(values: AttributeValues, pairs: Pairs, is_both: Flags) -> list[Floats]:
    texts = plain(values.texts)
    words = TermRows.of_words(texts)
    spaces = words, TermRows.of_grams(texts) if len(texts) <= _MOST_WITH_GRAMS else words
    cosine = sum(space.cosines(pairs.left, pairs.right) for space in spaces) / len(spaces)
    sides = [_taken(values.keys, side) for side in (pairs.left, pairs.right)]
    is_equal = is_both & pc.equal(*sides).to_numpy(zero_copy_only=False)
    shared, *totals = spaces[1].shared_rarity(pairs.left, pairs.right)
    overlap = shared / np.maximum(np.minimum(*totals), 1e-9)
    return [np.where(is_both, cosine, 0.0), _flags(is_equal), np.where(is_both, overlap, 0.0)]


def _taken(texts: Texts, places: Integers) -> Texts:
    at: Any = pa.array(places)
    taken: Texts = texts.take(at)
    return taken


def _flags(claims: Flags) -> Floats:
    return claims.astype(np.float64)


def numbers_of(texts: Texts) -> Floats:
    """Return the numbers that texts are, with or without a unit beside them; nan for other texts."""
    bare = pc.replace_substring_regex(texts, r"[\s,$€£%]", "")
    is_number = pc.match_substring_regex(bare, r"^[+-]?[0-9]+(\.[0-9]+)?$")
    nothing: Any = pa.scalar(None, pa.large_string())
    found: Any = pc.if_else(is_number, bare, nothing)
    numbers: Floats = found.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers
