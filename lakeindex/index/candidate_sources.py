"""The sources of candidates, one per index; each also scores pairs by its own measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.index.alternates import alternate_ways
from lakeindex.index.inverted_index import InvertedIndex, Order
from lakeindex.index.vector_index import VectorIndex
from lakeindex.protocols import CandidateSource
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.pairs import Comparison, Pairs

POSTINGS_PER_QUERY = 400_000
"""Entries of the inverted lists that one source reads for a query, those of the rarest terms first."""


@dataclass(slots=True)
class TermSource:
    """Proposes columns that share terms of one family."""

    name: str
    family: Family
    index: InvertedIndex
    score: Callable[[Comparison], Floats]
    """Scores pairs by the overlap of their terms."""
    order: Order = Order.RARITY
    """How candidates are ranked."""

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        """Return the keys of the columns that share the most terms, best first."""
        terms = query.terms_in(self.family, self.index)
        return self.index.candidates(terms, limit, POSTINGS_PER_QUERY, self.order, query.elsewhere)[0]

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        """Return the score of each pair by the terms of this family, (n,)."""
        return self.score(pairs.compared[self.family])


@dataclass(slots=True)
class AlternateSource:
    """Proposes columns whose keys are alternate keys of the query, or the other way round."""

    terms: Mapping[Family, InvertedIndex]
    name: str = "alternates"

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        """Return the keys of the columns that share the rarest keys, best first of either way."""
        found = [
            index.candidates(terms, limit, POSTINGS_PER_QUERY, without=query.elsewhere)[0]
            for index, terms in alternate_ways(query, self.terms)
        ]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        """Return the score of each pair by alternate keys, (n,)."""
        return pairs.compared[Family.ALTERNATES].rare_containment()


@dataclass(slots=True)
class VectorSource:
    """Proposes columns whose vectors are near."""

    index: VectorIndex
    name: str = "vectors"

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        """Return the keys of the nearest columns, best first."""
        keys = self.index.search(query.vector[None, :], limit, query.elsewhere)[0][0]
        return np.asarray(keys[keys >= 0])

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        """Return the cosine of each pair, at least 0, (n,)."""
        return np.clip(pairs.cosine, 0.0, 1.0)


def make_sources(terms: Mapping[Family, InvertedIndex], vectors: VectorIndex) -> dict[str, CandidateSource]:
    """Return all sources by name."""
    sources: list[CandidateSource] = [
        TermSource("containment", Family.VALUES, terms[Family.VALUES], _containment_score, Order.CONTAINMENT),
        TermSource("keys", Family.KEYS, terms[Family.KEYS], Comparison.rare_containment),
        TermSource("words", Family.WORDS, terms[Family.WORDS], _cosine_score),
        TermSource("grams", Family.GRAMS, terms[Family.GRAMS], _cosine_score),
        TermSource("names", Family.NAMES, terms[Family.NAMES], _cosine_score),
        TermSource("references", Family.REFERENCES, terms[Family.REFERENCES], _cosine_score),
        AlternateSource(terms),
        VectorSource(vectors),
    ]
    return {source.name: source for source in sources}


def _containment_score(compared: Comparison) -> Floats:
    """Score by containment; Jaccard, which counts for less than one shared term, decides between equals."""
    return (compared.shared + compared.jaccard()) / (compared.query_terms + 1)


def _cosine_score(compared: Comparison) -> Floats:
    return compared.cosine


def retrieve(query: QueryColumn, sources: Sequence[CandidateSource], limit: int) -> Integers:
    """Return the keys that any source proposes among its best `limit`, ascending; never of the query's own table.

    Columns of tables that may not answer take up no place: sources leave them out before they choose the best.
    """
    # The own table's columns are near in every respect: they must not take up the places of others.
    proposed = [source.candidates(query, limit + len(query.own_keys)) for source in sources]
    united = np.unique(np.concatenate([keys.astype(np.int64) for keys in proposed]))
    return united[~np.isin(united, query.excluded)]
