"""One column against many, as arrays: what is compared, what is known of each pair, and how they rank."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import numpy as np
import numpy.typing as npt

from lakeindex.readings import Readings
from lakeindex.types import ColumnId, Family, Kind

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NO_KEY = -1

KINDS = tuple(Kind)
"""The kind of a column is kept as its place in here."""


@dataclass(frozen=True, slots=True, eq=False)
class TermSet:
    """The terms of one column, of the lake or from outside."""

    hashes: Hashes
    """Ascending."""
    counts: Numbers
    is_complete: bool
    """False where only the smallest hashes are here, a sketch of more."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One column compared with several: an entry a candidate, sums over terms.

    Where one side is a sketch, only terms below both sketches' limits count, as in a KMV estimate. `rarity` of a term
    is its inverse document frequency over the columns of the lake.
    """

    shared: Weights
    """Terms that both hold."""
    query_terms: Weights
    """Terms of the query, and of the candidate, that could have been shared."""
    candidate_terms: Weights
    shared_rarity: Weights
    query_rarity: Weights
    candidate_rarity: Weights
    cosine: Weights
    """Of the log counts, weighted by rarity (tf-idf); of all terms: a few comparable ones can't make it high."""

    def containment(self) -> Weights:
        """Return |Q ∩ C| / |Q|."""
        return ratio(self.shared, self.query_terms)

    def reverse_containment(self) -> Weights:
        """Return |Q ∩ C| / |C|."""
        return ratio(self.shared, self.candidate_terms)

    def rare_containment(self) -> Weights:
        """Return the containment with each term weighted by its rarity."""
        return ratio(self.shared_rarity, self.query_rarity)

    def rare_reverse_containment(self) -> Weights:
        """Return the reverse containment with each term weighted by its rarity."""
        return ratio(self.shared_rarity, self.candidate_rarity)

    def jaccard(self) -> Weights:
        """Return |Q ∩ C| / |Q ∪ C|."""
        return ratio(self.shared, self.query_terms + self.candidate_terms - self.shared)

    def asked_back(self) -> Comparison:
        """Return the same with the candidates as queries."""
        return replace(
            self,
            query_terms=self.candidate_terms,
            candidate_terms=self.query_terms,
            query_rarity=self.candidate_rarity,
            candidate_rarity=self.query_rarity,
        )

    def take(self, places: Numbers) -> Comparison:
        """Keep some candidates, in the order asked for."""
        return Comparison(**{field.name: getattr(self, field.name)[places] for field in fields(self)})

    def joined(self, others: Comparison) -> Comparison:
        """Put other candidates behind these."""
        return Comparison(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class ColumnFacts:
    """What the profiles say of some columns, an entry a column."""

    kinds: npt.NDArray[np.int8]
    """Places in KINDS."""
    rows: Numbers
    nulls: Numbers
    distinct: Numbers
    is_key: Flags
    is_serial: Flags
    """Whether it counts 0, 1, 2, ... with hardly a gap."""
    lows: Weights
    """The smallest number, or day since 1970; nan where there is none, or it isn't kept."""
    highs: Weights
    """The largest."""
    lengths: npt.NDArray[np.uint8]
    """(n, bins) shares of the rows by the length of their value, of 255."""
    patterns: npt.NDArray[np.uint8]
    """(n, bins) shares of the rows by the shape of their value, of 255."""

    def __len__(self) -> int:
        return len(self.kinds)

    def take(self, places: Numbers) -> ColumnFacts:
        """Return some of the columns, in the order asked for."""
        return ColumnFacts(**{field.name: np.asarray(getattr(self, field.name)[places]) for field in fields(self)})

    def joined(self, others: ColumnFacts) -> ColumnFacts:
        """Put other columns behind these."""
        if not len(self) or not len(others):
            return self if len(self) else others
        return ColumnFacts(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            }
        )

    def is_kind(self, *kinds: Kind) -> Flags:
        """Tell which columns are of one of these kinds."""
        return np.isin(self.kinds, [KINDS.index(kind) for kind in kinds])


@dataclass(frozen=True, slots=True, eq=False)
class QueryColumn:
    """The column that is asked about, of the lake or from outside, made ready for every source."""

    id: ColumnId
    facts: ColumnFacts
    """A single column."""
    terms: dict[Family, TermSet]
    vector: npt.NDArray[np.float32]
    """(d,) unit length."""
    reading: Readings
    """Of a single column."""
    table_names: Hashes
    """The names of its table's columns, hashed as the directory does."""
    own_keys: Numbers
    """The columns of its own table, which are never an answer; none for a column from outside."""
    key: int | None = None
    """Its own; None where the lake has no column like this."""
    elsewhere: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    """The columns of tables that are not asked."""

    @property
    def excluded(self) -> Numbers:
        """Return the columns that are no answer, ascending."""
        return np.union1d(self.own_keys, self.elsewhere).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A query column and its candidates, with all that the index says of each pair."""

    keys: Numbers
    """(n,) of the candidates."""
    query: ColumnFacts
    """A single column."""
    candidates: ColumnFacts
    compared: dict[Family, Comparison]
    cosine: Weights
    """(n,) of the column vectors."""
    tables: Numbers
    """(n,) the number of each candidate's table."""
    same_schema: Weights
    """(n,) the Jaccard similarity of both tables' column names."""
    lake_columns: int
    """How many columns the lake has."""
    query_columns: int
    """How many columns the query's table has."""

    def asked_back(self, place: int, columns: int) -> Pairs:
        """Return one pair as it is when its candidate asks, whose table has so many columns: the query has no key."""
        one = np.array([place])
        return replace(
            self,
            keys=np.array([NO_KEY]),
            query=self.candidates.take(one),
            candidates=self.query,
            compared={family: compared.take(one).asked_back() for family, compared in self.compared.items()},
            cosine=self.cosine[one],
            tables=np.array([NO_KEY]),
            same_schema=self.same_schema[one],
            query_columns=columns,
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

    def shared_rarity(self, family: Family) -> Weights:
        """Return how rare the shared terms are together, (n,), in units of a term that one column of the lake has.

        So it means the same in lakes of every size.
        """
        return np.asarray(self.compared[family].shared_rarity / np.log(self.lake_columns + 1))


@dataclass(frozen=True, slots=True, eq=False)
class AnchorScores:
    """Scores of anchor queries with columns, both known by hashes of all that a cross-encoder is told of them."""

    queries: Hashes
    """(anchors,)."""
    columns: Hashes
    """(columns,)."""
    scores: npt.NDArray[np.float16]
    """(anchors, columns), R in ANNCUR."""

    def space(self, columns: Numbers) -> npt.NDArray[np.float32]:
        """Return the coordinates of some columns, (n, anchors)."""
        return np.ascontiguousarray(self.scores[:, columns].T, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Candidates by score, best first, ties by key; each stage of a search returns a narrower one."""

    keys: Numbers
    scores: Weights
    stage: str

    @classmethod
    def of(cls, keys: Numbers, scores: Weights, stage: str) -> Ranking:
        """Sort candidates into a ranking."""
        order = np.lexsort((keys, -scores))
        return cls(keys[order], scores[order], stage)

    def __len__(self) -> int:
        return len(self.keys)

    def top(self, k: int) -> Ranking:
        """Keep the best k."""
        return Ranking(self.keys[:k], self.scores[:k], self.stage)


def ratio(part: Weights, whole: Weights) -> Weights:
    """Divide each part by its whole: nothing of nothing is 0, and rounding makes no part larger than its whole."""
    return np.minimum(np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0), 1.0)
