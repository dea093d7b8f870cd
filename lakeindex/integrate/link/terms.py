"""The weighed terms of texts as sparse rows: words and character grams, the rarer the heavier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Hashes, Integers, Texts
from lakeindex.arrays.ragged import ranges
from lakeindex.hashing.text_hash import HashedText

_GRAM_BYTES = 3
_PRODUCTS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class TermRows:
    """The terms of each text, ascending within a text."""

    starts: Integers
    """(texts + 1,) where the terms of each text start."""
    terms: Integers
    """(entries,) the number of a term."""
    weights: Floats
    """(entries,) of which the squares of a text sum to 1."""
    rarity: Floats
    """(terms,) the logarithm of one over the share of texts that have the term, in nats."""
    hashes: Hashes
    """(terms,) of each term, ascending."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def of_words(cls, texts: Texts, others: TermRows | None = None) -> TermRows:
        """Take the words of texts in which they are separated by single spaces; they are as rare as in the others."""
        return cls._of(*HashedText.from_arrow(texts).words(), len(texts), others)

    @classmethod
    def of_grams(cls, texts: Texts, others: TermRows | None = None) -> TermRows:
        """Take the trigrams of texts, with the edges of the whole text; they are as rare as in the others."""
        padded = pc.replace_substring_regex(texts, "^(.+)$", r" \1 ")
        return cls._of(*HashedText.from_arrow(padded).grams(_GRAM_BYTES), len(texts), others)

    @classmethod
    def _of(cls, hashes: Hashes, owners: Integers, size: int, others: TermRows | None) -> TermRows:
        known, numbers = np.unique(hashes, return_inverse=True)
        keys, counts = np.unique(owners * max(len(known), 1) + numbers, return_counts=True)
        owners, terms = keys // max(len(known), 1), keys % max(len(known), 1)
        rarity = np.log1p(size / np.maximum(np.bincount(terms, minlength=len(known)), 1))
        rarity = rarity if others is None else others.rarity_of(known)
        weights = (1 + np.log(counts)) * rarity[terms]
        lengths = np.sqrt(np.bincount(owners, weights**2, size))
        starts = np.searchsorted(owners, np.arange(size + 1))
        return cls(starts, terms, weights / np.maximum(lengths, 1e-12)[owners], rarity, known)

    def rarity_of(self, hashes: Hashes) -> Floats:
        """Return how rare some terms are among these texts; one that no text has is as rare as what one text has."""
        places = np.minimum(np.searchsorted(self.hashes, hashes), max(len(self.hashes) - 1, 0))
        is_known = self.hashes[places] == hashes if len(self.hashes) else np.zeros(len(hashes), bool)
        return np.where(is_known, self.rarity[places] if len(self.hashes) else 0.0, np.log1p(len(self)))

    @property
    def owners(self) -> Integers:
        """(entries,) the text that has each term."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def cosines(self, left: Integers, right: Integers) -> Floats:
        """Return the cosine of each pair of texts, (pairs,)."""
        found = np.zeros(len(left))
        for part, pairs, ours, theirs in self.shared(left, right):
            products = self.weights[ours] * self.weights[theirs]
            found[part] = np.bincount(pairs, products, part.stop - part.start)
        return found

    def shared_rarity(self, left: Integers, right: Integers) -> tuple[Floats, Floats, Floats]:
        """Return the rarity in nats of the terms that each pair shares, and of all terms of its left and right text."""
        amounts = self.rarity[self.terms]
        totals = np.bincount(self.owners, amounts, len(self)).astype(np.float64)
        found = np.zeros(len(left))
        for part, pairs, ours, _ in self.shared(left, right):
            found[part] = np.bincount(pairs, amounts[ours], part.stop - part.start)
        return found, totals[left], totals[right]

    def shared(self, left: Integers, right: Integers) -> Iterator[tuple[slice, Integers, Integers, Integers]]:
        """Yield the terms that pairs of texts share, many pairs at a time.

        The pairs as a slice; then by shared term the place of its pair within the slice, and the two entries.
        """
        keys = self.owners * len(self.rarity) + self.terms
        lengths = np.diff(self.starts)[left]
        for part in parts(lengths, _PRODUCTS_AT_ONCE):
            ours = ranges(self.starts[left[part]], lengths[part])
            pairs = np.repeat(np.arange(part.stop - part.start), lengths[part])
            wanted = right[part][pairs] * len(self.rarity) + self.terms[ours]
            places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
            is_shared = keys[places] == wanted if len(keys) else wanted < 0
            yield part, pairs[is_shared], ours[is_shared], places[is_shared]


def parts(lengths: Integers, most: int) -> Iterator[slice]:
    """Cut lists of some lengths into runs of about `most` entries together, so that memory is bounded."""
    numbers = np.cumsum(lengths) // most
    edges = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1))
    for first, last in pairwise(edges.tolist()):
        yield slice(first, last)
