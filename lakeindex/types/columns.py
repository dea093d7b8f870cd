"""What is known of columns: their kinds, terms and facts, and a query column."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers
from lakeindex.hashing.text_hash import mix
from lakeindex.types.column_tokens import FACTOR, ColumnTokens
from lakeindex.types.lake import ColumnId


class Kind(StrEnum):
    """The kind of a column's values: that of at least nine in ten of them."""

    EMPTY = "empty"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether arithmetic makes sense."""
        return self in (Kind.INTEGER, Kind.DECIMAL)


class Family(StrEnum):
    """A way to turn a column into a set of hashed terms; two columns are compared term by term."""

    VALUES = "values"
    """Values, trimmed and lower-cased."""
    KEYS = "keys"
    """Values without accents, punctuation, leading zeros; dates in ISO order: the values' terms, folded."""
    ALTERNATES = "alternates"
    """Further keys under which values may meet the keys of others: the number inside a code, the month of a day."""
    WORDS = "words"
    """Words of the values."""
    GRAMS = "grams"
    """Character trigrams of the values."""
    NAMES = "names"
    """Character trigrams of the column's name."""
    CONTEXT = "context"
    """Words of the column's name and of its table's."""
    REFERENCES = "references"
    """What the column may be called, in its table and beyond: `student_id` matches the `id` of `students`."""


NO_KEY = -1


KINDS = tuple(Kind)
"""The kind of a column is kept as its place in here."""


@dataclass(frozen=True, slots=True, eq=False)
class TermSet:
    """The terms of one column, of the lake or from outside."""

    hashes: Hashes
    """Ascending."""
    counts: Integers
    is_complete: bool
    """False where only the smallest hashes are here, a sketch of more."""
    numbers: Integers | None = None
    """The numbers of the terms in the index that they come from; None for a column from outside."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnFacts:
    """The facts in the profiles of some columns, an entry a column."""

    kinds: npt.NDArray[np.int8]
    """Places in KINDS."""
    rows: Integers
    nulls: Integers
    distinct: Integers
    is_key: Flags
    is_serial: Flags
    """Whether it counts 0, 1, 2, ... with hardly a gap."""
    lows: Floats
    """The smallest number, or day since 1970; nan where there is none, or it isn't kept."""
    highs: Floats
    """The largest."""
    lengths: npt.NDArray[np.uint8]
    """(n, bins) shares of the rows by the length of their value, of 255."""
    patterns: npt.NDArray[np.uint8]
    """(n, bins) shares of the rows by the shape of their value, of 255."""

    def __len__(self) -> int:
        return len(self.kinds)

    def take(self, places: Integers) -> ColumnFacts:
        """Return the columns at these places, in this order."""
        return ColumnFacts(*(np.asarray(getattr(self, name)[places]) for name in _FACTS))

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
        """Return which columns are of one of these kinds."""
        is_meant = np.array([kind in kinds for kind in KINDS])
        return is_meant[self.kinds]


_FACTS = tuple(field.name for field in fields(ColumnFacts))


@dataclass(frozen=True, slots=True, eq=False)
class QueryTerms:
    """The terms of a query column of one family, looked up in an inverted index."""

    terms: TermSet
    """As the column has them."""
    hashes: Hashes
    """(terms,) as the index compares them: folded, ascending, distinct."""
    rarity: Floats
    """(terms,) the inverse document frequency; a term that the lake does not have is as rare as can be."""
    weights: Floats
    """(terms,) rarity times the logarithm of the count, where the index weighs counts."""
    summed_rarity: Floats
    """(terms + 1,) the rarity of the first terms together, from none to all."""
    norm: float
    """The Euclidean length of the weights."""
    known: Integers
    """(known,) the places of those that the lake has."""
    first: Integers
    """(known,) the number of each known one's first term in the index."""
    last: Integers
    """(known,) the number after that of its last."""
    frequency: Integers
    """(known,) how many columns hold each."""


class TermLookup(Protocol):
    """Looks up the terms of a column in an inverted index."""

    def look_up(self, terms: TermSet) -> QueryTerms:
        """Return the terms as the index has them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class QueryColumn:
    """The query column, of the lake or from outside, with all that the sources of candidates need."""

    id: ColumnId
    facts: ColumnFacts
    """A single column."""
    terms: dict[Family, TermSet]
    vector: npt.NDArray[np.float32]
    """(d,) unit length."""
    tokens: ColumnTokens
    """Of a single column."""
    table_names: Hashes
    """The names of its table's columns, hashed as the directory does."""
    own_keys: Integers
    """The columns of its own table, which are never an answer; none for a column from outside."""
    key: int | None = None
    """Its own; None where the lake has no column like this."""
    elsewhere: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    """The columns of tables that may not answer."""
    looked_up: dict[tuple[Family, Family | None], QueryTerms] = field(default_factory=dict)
    """The families of terms that were looked up so far."""

    @property
    def excluded(self) -> Integers:
        """Return the keys of the columns that may not be answers, ascending."""
        return np.union1d(self.own_keys, self.elsewhere).astype(np.int64) if len(self.elsewhere) else self.own_keys

    def terms_in(self, family: Family, index: TermLookup, beyond: Family | None = None) -> QueryTerms:
        """Look the terms of a family up in the lake's index of that family, once for all that is computed from them.

        With `beyond`, the index is that of another family.
        """
        if (family, beyond) not in self.looked_up:
            self.looked_up[family, beyond] = index.look_up(self.terms[family])
        return self.looked_up[family, beyond]


@dataclass(frozen=True, slots=True, eq=False)
class CrossInput:
    """Columns as the input of a cross-encoder."""

    column_tokens: ColumnTokens
    facts: ColumnFacts

    def __len__(self) -> int:
        return len(self.column_tokens)

    def take(self, columns: Integers) -> CrossInput:
        """Return the columns at these places, in this order."""
        return CrossInput(self.column_tokens.take(columns), self.facts.take(columns))

    def joined(self, others: CrossInput) -> CrossInput:
        """Put other columns behind these."""
        return CrossInput(self.column_tokens.joined(others.column_tokens), self.facts.joined(others.facts))

    def hashes(self) -> Hashes:
        """Hash the cross-encoder's input of each column, (columns,)."""
        facts = self.facts
        numbers = (facts.kinds, facts.rows, facts.nulls, facts.distinct, facts.is_key, facts.is_serial)
        inputs = [one.astype(np.uint64) for one in numbers]
        inputs += [np.ascontiguousarray(one, np.float64).view(np.uint64) for one in (facts.lows, facts.highs)]
        inputs += [one.astype(np.uint64) for one in np.column_stack([facts.lengths, facts.patterns]).T]
        hashes = self.column_tokens.hashes()
        for one in inputs:
            hashes = mix(hashes + one * FACTOR)
        return hashes
