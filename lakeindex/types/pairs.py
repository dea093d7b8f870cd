"""One column against many, as arrays: what is compared, what is known of each pair, and how they rank."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers
from lakeindex.arrays.proportions import ratio
from lakeindex.types.columns import NO_KEY, ColumnFacts, Family


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One column compared with several: an entry a candidate, sums over terms.

    Where one side is a sketch, only terms below both sketches' limits count, as in a KMV estimate. `rarity` of a term
    is its inverse document frequency over the columns of the lake.
    """

    shared: Floats
    """Terms that both hold."""
    query_terms: Floats
    """Terms of the query, and of the candidate, that could have been shared."""
    candidate_terms: Floats
    shared_rarity: Floats
    query_rarity: Floats
    candidate_rarity: Floats
    cosine: Floats
    """Of the log counts, weighted by rarity (tf-idf); of all terms: a few comparable ones can't make it high."""

    def containment(self) -> Floats:
        """Return |Q ∩ C| / |Q|."""
        return ratio(self.shared, self.query_terms)

    def reverse_containment(self) -> Floats:
        """Return |Q ∩ C| / |C|."""
        return ratio(self.shared, self.candidate_terms)

    def rare_containment(self) -> Floats:
        """Return the containment with each term weighted by its rarity."""
        return ratio(self.shared_rarity, self.query_rarity)

    def rare_reverse_containment(self) -> Floats:
        """Return the reverse containment with each term weighted by its rarity."""
        return ratio(self.shared_rarity, self.candidate_rarity)

    def tf_idf_cosine(self) -> Floats:
        """Return the cosine of the log counts, weighted by rarity."""
        return self.cosine

    def jaccard(self) -> Floats:
        """Return |Q ∩ C| / |Q ∪ C|."""
        return ratio(self.shared, self.query_terms + self.candidate_terms - self.shared)

    def reversed(self) -> Comparison:
        """Return the same comparison with the candidates as queries."""
        return replace(
            self,
            query_terms=self.candidate_terms,
            candidate_terms=self.query_terms,
            query_rarity=self.candidate_rarity,
            candidate_rarity=self.query_rarity,
        )

    def where_more_is_shared(self, other: Comparison) -> Comparison:
        """Return for each candidate the one comparison or the other, in which the rarer terms are shared."""
        is_other = other.shared_rarity > self.shared_rarity
        return Comparison(*(np.where(is_other, getattr(other, name), getattr(self, name)) for name in _COMPARED))

    def where(self, kept: Flags) -> Comparison:
        """Return nothing shared where `kept`, (n,), is false."""
        return Comparison(*(np.where(kept, getattr(self, name), 0.0) for name in _COMPARED))

    def take(self, places: Integers) -> Comparison:
        """Keep the candidates at `places`, in this order."""
        return Comparison(*(getattr(self, name)[places] for name in _COMPARED))

    def joined(self, others: Comparison) -> Comparison:
        """Put other candidates behind these."""
        return Comparison(*(np.concatenate([getattr(self, name), getattr(others, name)]) for name in _COMPARED))


_COMPARED = tuple(field.name for field in fields(Comparison))


_MOST_BY_KEY, _FEW_AS_WRITTEN = 0.8, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A query column and its candidates, with the comparison of each pair by the index."""

    keys: Integers
    """(n,) of the candidates."""
    query: ColumnFacts
    """A single column."""
    candidates: ColumnFacts
    compared: dict[Family, Comparison]
    cosine: Floats
    """(n,) of the column vectors."""
    tables: Integers
    """(n,) the number of each candidate's table."""
    same_schema: Floats
    """(n,) the Jaccard similarity of both tables' column names."""
    lake_columns: int
    """How many columns the lake has."""
    query_columns: int
    """How many columns the query's table has."""

    def reversed(self, place: int, columns: int) -> Pairs:
        """Return one pair with its candidate as the query, whose table has so many columns, and the query as NO_KEY."""
        one = np.array([place])
        return replace(
            self,
            keys=np.array([NO_KEY]),
            query=self.candidates.take(one),
            candidates=self.query,
            compared={family: compared.take(one).reversed() for family, compared in self.compared.items()},
            cosine=self.cosine[one],
            tables=np.array([NO_KEY]),
            same_schema=self.same_schema[one],
            query_columns=columns,
        )

    def take(self, places: Integers) -> Pairs:
        """Keep the candidates at `places`, in this order."""
        return replace(
            self,
            keys=self.keys[places],
            candidates=self.candidates.take(places),
            compared={family: one.take(places) for family, one in self.compared.items()},
            cosine=self.cosine[places],
            tables=self.tables[places],
            same_schema=self.same_schema[places],
        )

    def joined(self, others: Pairs) -> Pairs:
        """Put other candidates of the same query behind these."""
        return replace(
            self,
            keys=np.concatenate([self.keys, others.keys]),
            candidates=self.candidates.joined(others.candidates),
            compared={family: one.joined(others.compared[family]) for family, one in self.compared.items()},
            cosine=np.concatenate([self.cosine, others.cosine]),
            tables=np.concatenate([self.tables, others.tables]),
            same_schema=np.concatenate([self.same_schema, others.same_schema]),
        )

    @property
    def keys_compared(self) -> Comparison:
        """Return the comparison by key, or by alternate key where that shares more; not with numbers 1, 2, 3, ..."""
        alternates = self.compared[Family.ALTERNATES]
        serial = self.candidates.is_serial | self.query.is_serial
        return self.compared[Family.KEYS].where_more_is_shared(alternates.where(~serial))

    @property
    def is_by_alternates(self) -> Flags:
        """Return where columns share more by alternate keys, (n,)."""
        return np.asarray(self.keys_compared.shared_rarity > self.compared[Family.KEYS].shared_rarity)

    @property
    def is_written_otherwise(self) -> Flags:
        """Return where values meet once they are written alike, and hardly any do as they are written, (n,)."""
        values, keys = self.compared[Family.VALUES], self.keys_compared
        as_written = np.maximum(values.containment(), values.reverse_containment())
        by_key = np.maximum(keys.containment(), keys.reverse_containment())
        return np.asarray((by_key >= _MOST_BY_KEY) & (as_written <= _FEW_AS_WRITTEN))

    def shared_rarity(self, family: Family) -> Floats:
        """Return how rare the shared terms are together, (n,), in units of a term that one column of the lake has.

        So it means the same in lakes of every size.
        """
        return np.asarray(self.compared[family].shared_rarity / np.log(self.lake_columns + 1))


@dataclass(frozen=True, slots=True, eq=False)
class AnchorScores:
    """A cross-encoder's scores of anchor queries with columns, both given by the hashes of its input."""

    queries: Hashes
    """(anchors,)."""
    columns: Hashes
    """(columns,)."""
    scores: npt.NDArray[np.float16]
    """(anchors, columns), R in ANNCUR."""

    def space(self, columns: Integers) -> npt.NDArray[np.float32]:
        """Return the coordinates of some columns, (n, anchors)."""
        return np.ascontiguousarray(self.scores[:, columns].T, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Candidates by score, best first, ties by key; each stage of a search returns a narrower one."""

    keys: Integers
    scores: Floats
    stage: str

    @classmethod
    def of(cls, keys: Integers, scores: Floats, stage: str) -> Ranking:
        """Sort candidates into a ranking."""
        order = np.lexsort((keys, -scores))
        return cls(keys[order], scores[order], stage)

    def __len__(self) -> int:
        return len(self.keys)

    def top(self, k: int) -> Ranking:
        """Keep the best k."""
        return Ranking(self.keys[:k], self.scores[:k], self.stage)
