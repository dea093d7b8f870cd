"""The cosine similarity of values by TF-IDF, over words and over character trigrams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Hashes, Integers, Similarities, Texts
from lakeindex.arrays.ragged import ranges
from lakeindex.hashing.text_hash import HashedText

_GRAM_BYTES = 3
_PRODUCTS_AT_ONCE = 2_000_000
_MOST_HOLDERS = 3_000
"""A term of more values of a side is ignored: it costs much and distinguishes little."""


@dataclass(frozen=True, slots=True, eq=False)
class WeighedTerms:
    """The terms of values, those of one value after those of another."""

    values: Integers
    """(entries,) ascending: the value that has the term."""
    terms: Integers
    """(entries,) the number of the term."""
    weights: Floats
    """(entries,) of which the squares of a value sum to 1."""
    count: int
    """How many values there are."""


@dataclass(frozen=True, slots=True, eq=False)
class TermSpace:
    """Two sides of values over the same terms; the fewer values have a term, the more it weighs."""

    queries: WeighedTerms
    references: WeighedTerms
    postings: Integers
    """(entries,) the references that have each term, term by term."""
    posting_weights: Floats
    starts: Integers
    """(terms + 1,) where each term's references start."""

    @classmethod
    def of_words(cls, queries: Texts, references: Texts) -> TermSpace:
        """Compare by words; the texts are separated by single spaces."""
        return cls._of(
            HashedText.from_arrow(queries).words(), HashedText.from_arrow(references).words(), queries, references
        )

    @classmethod
    def of_grams(cls, queries: Texts, references: Texts) -> TermSpace:
        """Compare by character trigrams, with the edges of the whole text among them."""
        sides = [HashedText.from_arrow(_padded(texts)).grams(_GRAM_BYTES) for texts in (queries, references)]
        return cls._of(sides[0], sides[1], queries, references)

    @classmethod
    def _of(
        cls, left: tuple[Hashes, Integers], right: tuple[Hashes, Integers], queries: Texts, references: Texts
    ) -> TermSpace:
        known, numbers = np.unique(np.concatenate([left[0], right[0]]), return_inverse=True)
        counted = [
            _counted(owners, terms, len(known))
            for owners, terms in ((left[1], numbers[: len(left[0])]), (right[1], numbers[len(left[0]) :]))
        ]
        holders = sum(np.bincount(terms, minlength=len(known)) for _, terms, _ in counted)
        rarity = np.log1p((len(queries) + len(references)) / np.maximum(holders, 1))
        rows = [
            _weighed(owners, terms, counts, rarity, len(texts))
            for (owners, terms, counts), texts in zip(counted, (queries, references), strict=True)
        ]
        order = np.argsort(rows[1].terms, kind="stable")
        starts = np.searchsorted(rows[1].terms[order], np.arange(len(known) + 1))
        return cls(rows[0], rows[1], rows[1].values[order], rows[1].weights[order], starts)

    def similarities(self, first: int, last: int) -> Similarities:
        """Return the cosine of queries, from `first` up to `last`, with every reference, (last - first, references)."""
        begin, end = np.searchsorted(self.queries.values, [first, last])
        terms, weights = self.queries.terms[begin:end], self.queries.weights[begin:end]
        rows = self.queries.values[begin:end] - first
        holders = self.starts[terms + 1] - self.starts[terms]
        lengths = np.where(holders > _MOST_HOLDERS, 0, holders)
        found = np.zeros((last - first) * self.references.count, np.float32)
        for part in _parts(lengths):
            places = ranges(self.starts[terms[part]], lengths[part])
            cells = np.repeat(rows[part] * self.references.count, lengths[part]) + self.postings[places]
            products = np.repeat(weights[part], lengths[part]) * self.posting_weights[places]
            lowest, highest = (int(cells.min()), int(cells.max()) + 1) if len(cells) else (0, 0)
            found[lowest:highest] += np.bincount(cells - lowest, products, minlength=highest - lowest)
        return found.reshape(last - first, self.references.count)


def _parts(lengths: Integers) -> Iterator[slice]:
    """Cut terms into runs of at most so many references, so that memory doesn't grow with how frequent terms are."""
    numbers = np.cumsum(lengths) // _PRODUCTS_AT_ONCE
    edges = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1))
    for first, last in pairwise(edges.tolist()):
        yield slice(first, last)


def _padded(texts: Texts) -> Texts:
    return pc.replace_substring_regex(texts, "^(.*)$", r" \1 ")


def _counted(owners: Integers, terms: Integers, size: int) -> tuple[Integers, Integers, Integers]:
    """Count each term of each value once: owners, terms and counts, by owner and term."""
    keys, counts = np.unique(owners * size + terms, return_counts=True)
    return keys // max(size, 1), keys % max(size, 1), counts


def _weighed(owners: Integers, terms: Integers, counts: Integers, rarity: Floats, size: int) -> WeighedTerms:
    weights = (1 + np.log(counts)) * rarity[terms]
    lengths = np.sqrt(np.bincount(owners, weights**2, minlength=size))
    return WeighedTerms(owners, terms, weights / np.maximum(lengths, 1e-12)[owners], size)
