"""Find the few references that are most similar to each query value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers, Texts, Vectors
from lakeindex.join.fuzzy.normal_text import plain, without_brackets
from lakeindex.join.fuzzy.numbers_in import disagree
from lakeindex.join.fuzzy.tfidf import TermSpace

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, (n, d)."""


class ValueModel(Protocol):
    """A model that may embed values by their meaning."""

    def value_encoder(self, count: int) -> Embed | None:
        """Return the function that encodes `count` texts by their meaning; None where the model has none."""


MOST_CANDIDATES = 15
_CELLS_AT_ONCE = 8_000_000
_BRACKETLESS, _MEANING = 0.5, 1.5
"""Weights of the similarity without brackets, and of that of meaning; that of the whole text has weight 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """References by query, the most similar first."""

    references: Integers
    """(queries, k)."""
    similarities: Floats
    """(queries, k) descending; below zero where there is no further candidate."""
    count: int
    """How many references there are."""
    most: float
    """The similarity of equal values."""


def near_in_spelling(queries: Texts, references: Texts, embed: Embed | None) -> Candidates:
    """Compare every query value with every reference by terms; with `embed`, the most similar ones by meaning, too."""
    found, similar = _by_terms(queries, references)
    if embed is not None and len(queries) and len(references):
        similar = np.where(similar < 0, similar, similar + _MEANING * _meaning(queries, references, found, embed))
    most = 2 * (1 + _BRACKETLESS) + (0.0 if embed is None else _MEANING)
    return _ordered(queries, references, found, similar, most)


def near_in_meaning(queries: Texts, references: Texts, embed: Embed) -> Candidates:
    """Compare every query value with every reference by the cosine of their vectors."""
    query_vectors, vectors = embed(_listed(plain(queries))), embed(_listed(plain(references)))
    found, similar = _most_similar(
        len(queries), len(references), lambda first, last: query_vectors[first:last] @ vectors.T
    )
    return _ordered(queries, references, found, similar, 1.0)


def _ordered(queries: Texts, references: Texts, found: Integers, similar: Floats, most: float) -> Candidates:
    """Order the references of each query by similarity; those with other numbers are no candidates."""
    similar = np.where(disagree(queries, references, found), -1.0, similar)
    order = np.argsort(-similar, axis=1, kind="stable")
    return Candidates(np.take_along_axis(found, order, 1), np.take_along_axis(similar, order, 1), len(references), most)


def _by_terms(queries: Texts, references: Texts) -> tuple[Integers, Floats]:
    spaces = _spaces(queries, references)

    def similarities(first: int, last: int) -> Vectors:
        total = np.zeros((last - first, len(references)), np.float32)
        for weight, space in spaces:
            total += weight * space.similarities(first, last)
        return total

    return _most_similar(len(queries), len(references), similarities)


def _most_similar(
    queries: int, references: int, similarities: Callable[[int, int], Vectors]
) -> tuple[Integers, Floats]:
    """Keep the few most similar references of each query, a block of queries at a time."""
    k = min(MOST_CANDIDATES, references)
    found, similar = np.zeros((queries, k), np.int64), np.full((queries, k), -1.0)
    step = max(1, _CELLS_AT_ONCE // max(references, 1))
    for first in range(0, queries if k else 0, step):
        last = min(first + step, queries)
        total = similarities(first, last)
        best = np.argpartition(-total, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(total, best, 1)
        # Ties are ordered by number, so that results are reproducible.
        order = np.lexsort((best, -values), axis=1)
        found[first:last] = np.take_along_axis(best, order, 1)
        values = np.take_along_axis(values, order, 1)
        similar[first:last] = np.where(values > 0, values, -1.0)
    return found, similar


def _spaces(queries: Texts, references: Texts) -> list[tuple[float, TermSpace]]:
    whole = plain(queries), plain(references)
    core = plain(without_brackets(queries)), plain(without_brackets(references))
    alike = whole[0].equals(core[0]) and whole[1].equals(core[1])
    both = [(1 + _BRACKETLESS * alike, whole)] if alike else [(1.0, whole), (_BRACKETLESS, core)]
    return [(weight, make(*sides)) for weight, sides in both for make in (TermSpace.of_grams, TermSpace.of_words)]


def _meaning(queries: Texts, references: Texts, found: Integers, embed: Embed) -> Floats:
    needed, places = np.unique(found, return_inverse=True)
    vectors, query_vectors = embed(_listed(plain(references.take(needed)))), embed(_listed(plain(queries)))
    cosine = np.empty(found.shape)
    for rank, of_rank in enumerate(places.reshape(found.shape).T):
        cosine[:, rank] = np.einsum("qd,qd->q", query_vectors, vectors[of_rank])
    return cosine


def _listed(texts: Texts) -> list[str]:
    return [text or "" for text in texts.to_pylist()]
