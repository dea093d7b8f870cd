"""The sources of candidates: one an index, each also a judge of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.index.inverted_index import Order, TermIndex
from lakeindex.index.vector_index import VectorIndex
from lakeindex.protocols import CandidateSource
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.pairs import Comparison, Pairs

POSTINGS_PER_QUERY = 400_000
"""Entries of the inverted lists that one source reads for a query; the rarest terms come first."""


@dataclass(slots=True)
class TermSource:
    """Columns that share terms of one family."""

    name: str
    family: Family
    index: TermIndex
    judge: Callable[[Comparison], Floats]
    order: Order = Order.RARITY

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        """Return the keys of the columns that share the most, best first."""
        return self.index.candidates(query.terms[self.family], limit, POSTINGS_PER_QUERY, self.order)[0]

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        """Return what this family's overlap says of each pair."""
        return self.judge(pairs.compared[self.family])


@dataclass(slots=True)
class VectorSource:
    """Columns whose vectors are near."""

    index: VectorIndex
    name: str = "vectors"

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        """Return the keys of the nearest columns, best first."""
        keys = self.index.search(query.vector[None, :], limit)[0][0]
        return np.asarray(keys[keys >= 0])

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        """Return the cosine of each pair."""
        return np.clip(pairs.cosine, 0.0, 1.0)


def make_sources(terms: Mapping[Family, TermIndex], vectors: VectorIndex) -> dict[str, CandidateSource]:
    """Make every source there is, by name."""
    sources: list[CandidateSource] = [
        TermSource("containment", Family.VALUES, terms[Family.VALUES], _by_containment, Order.CONTAINMENT),
        TermSource("keys", Family.KEYS, terms[Family.KEYS], Comparison.rare_containment),
        TermSource("words", Family.WORDS, terms[Family.WORDS], lambda compared: compared.cosine),
        TermSource("grams", Family.GRAMS, terms[Family.GRAMS], lambda compared: compared.cosine),
        TermSource("names", Family.NAMES, terms[Family.NAMES], lambda compared: compared.cosine),
        TermSource("references", Family.REFERENCES, terms[Family.REFERENCES], lambda compared: compared.cosine),
        VectorSource(vectors),
    ]
    return {source.name: source for source in sources}


def _by_containment(compared: Comparison) -> Floats:
    """Rank by containment; Jaccard, which counts for less than one shared term, decides between equals."""
    return (compared.shared + compared.jaccard()) / (compared.query_terms + 1)
