"""The features of pairs of columns that may be the same attribute; none depends on which side is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers, Vectors
from lakeindex.arrays.proportions import alike, ratio
from lakeindex.index.alternates import compare_alternates
from lakeindex.integrate.align.column_set import VALUES, ColumnSet
from lakeindex.integrate.align.contrasts import OF_TABLES, contrast_features
from lakeindex.integrate.align.nearest_units import Nearest
from lakeindex.models.monotone import AGAINST, EITHER, FOR
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import ColumnFacts, Family, Kind
from lakeindex.types.pairs import Comparison, Pairs

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_PERCENT = 100
_FAMILIES = (Family.VALUES, Family.KEYS, Family.WORDS, Family.GRAMS)


DIRECTIONS: Mapping[str, int] = {
    "one name": FOR,
    "spelled alike": FOR,
    "words alike": FOR,
    "skeletons alike": FOR,
    "initials": FOR,
    "names mean the same": FOR,
    "name words found": FOR,
    "name words found in turn": FOR,
    "letters": EITHER,
    "positional": EITHER,
    "one place": FOR,
    "columns mean the same": FOR,
    "values mean the same": FOR,
    "cells found": FOR,
    "cells found in turn": FOR,
    "cells found nearly": FOR,
    "leads alike": FOR,
    "values found": FOR,
    "values found in turn": FOR,
    "values shared": EITHER,
    "values of both": FOR,
    "as written": FOR,
    "words found": FOR,
    "words found in turn": FOR,
    "words": FOR,
    "grams found": FOR,
    "grams found in turn": FOR,
    "grams": FOR,
    "one kind": FOR,
    "two numbers": EITHER,
    "a number": EITHER,
    "two texts": EITHER,
    "two keys": EITHER,
    "a key": EITHER,
    "two serials": EITHER,
    "a serial": EITHER,
    "ranges overlap": FOR,
    "highs apart": AGAINST,
    "lows apart": AGAINST,
    "lengths": FOR,
    "patterns": FOR,
    "nulls apart": AGAINST,
    "uniqueness apart": AGAINST,
    "distinct, fewer": EITHER,
    "distinct, more": EITHER,
    "an empty side": EITHER,
    "same schema": FOR,
}
"""Of each feature: whether more of it speaks for (FOR) or against one attribute, or either; in their order."""

PAIR_FEATURES = tuple(DIRECTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnPairs:
    """Pairs of columns of two tables, the left one first in the order of the index."""

    left: Integers
    """(pairs,) Places in the set, ascending."""
    right: Integers
    features: Features
    """(pairs, PAIR_FEATURES)."""
    contrasts: Features
    """(pairs, CONTRAST_FEATURES)."""

    @classmethod
    def of(cls, columns: ColumnSet, left: Integers, right: Integers) -> ColumnPairs:
        """Compare pairs of columns, given as places in the set, `left` ascending.

        Of two tables that any pair is of, all pairs should be there that may be one attribute.
        """
        starts = np.searchsorted(left, np.arange(len(columns) + 1))
        parts = [
            (place, right[start:end])
            for place, (start, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
            if end > start
        ]
        features = np.concatenate([np.zeros((0, len(PAIR_FEATURES))), *(_compared(columns, *part) for part in parts)])
        centred = [_cosines(columns.centred_vectors, *part) for part in parts]
        likenesses = dict(zip(PAIR_FEATURES, features.T, strict=True))
        likenesses[OF_TABLES] = np.concatenate([np.zeros(0), *centred])
        return cls(left, right, features, contrast_features(left, right, columns.tables, likenesses))

    @classmethod
    def joined(cls, several: Sequence[ColumnPairs]) -> ColumnPairs:
        """Put pairs together."""
        return cls(*(np.concatenate([getattr(one, name) for one in several]) for name in cls.__slots__))

    def shifted(self, by: int) -> ColumnPairs:
        """Return pairs of columns whose places lie further on."""
        return replace(self, left=self.left + by, right=self.right + by)

    def where(self, places: Integers | Flags) -> ColumnPairs:
        """Keep some pairs."""
        return ColumnPairs(self.left[places], self.right[places], self.features[places], self.contrasts[places])


def _compared(columns: ColumnSet, one: int, others: Integers) -> Features:
    """Return the features of one column with others, (n, PAIR_FEATURES)."""
    pairs = _pairs(columns.searcher, int(columns.keys[one]), columns.keys[others])
    measured = dict((*_names(columns, one, others), *_meanings(columns, one, others), *_values(pairs), *_facts(pairs)))
    return np.column_stack([np.asarray(measured[name], np.float64) for name in PAIR_FEATURES])


def _pairs(searcher: Searcher, key: int, keys: Integers) -> Pairs:
    """Compare the values of a column with those of others; names are compared elsewhere."""
    query, scorer = searcher.column_at(key), searcher.scorer
    looked_up = {family: query.terms_in(family, scorer.terms[family]) for family in _FAMILIES}
    compared = {family: scorer.terms[family].compare(terms, keys) for family, terms in looked_up.items()}
    compared[Family.ALTERNATES] = compare_alternates(query, scorer.terms, keys)
    return Pairs(
        keys=keys,
        query=query.facts,
        candidates=searcher.directory.facts.take(keys),
        compared=compared,
        cosine=np.zeros(len(keys)),
        tables=searcher.directory.tables[keys].astype(np.int64),
        same_schema=searcher.directory.same_schema(query.table_names, keys),
        lake_columns=len(searcher.directory),
        query_columns=len(query.table_names),
    )


def _names(columns: ColumnSet, one: int, others: Integers) -> Iterator[tuple[str, Floats | Flags]]:
    names = columns.names
    mine, theirs = names.places[one], names.places[others]
    yield "one name", theirs == mine
    yield "spelled alike", names.spelled[mine, theirs] / _PERCENT
    yield "words alike", names.by_words[mine, theirs] / _PERCENT
    yield "skeletons alike", names.skeletons[mine, theirs] / _PERCENT
    yield "initials", names.is_initials[mine, theirs]
    yield "letters", np.minimum(names.letters[mine], names.letters[theirs]).astype(np.float64)
    yield "positional", names.is_positional[mine].astype(np.float64) + names.is_positional[theirs]
    yield "one place", 1 - np.abs(columns.positions[one] - columns.positions[others])


def _meanings(columns: ColumnSet, one: int, others: Integers) -> Iterator[tuple[str, Floats]]:
    yield "names mean the same", _cosines(columns.name_vectors, one, others)
    yield "columns mean the same", _cosines(columns.vectors, one, others)
    yield "values mean the same", _cosines(columns.value_vectors, one, others)
    words = Nearest.of(columns.name_pieces, one, others)
    yield "name words found", np.maximum(*words.means())
    yield "name words found in turn", np.minimum(*words.means())
    cells = Nearest.of(columns.units[:, VALUES], one, others)
    yield "cells found", np.maximum(*cells.means())
    yield "cells found in turn", np.minimum(*cells.means())
    yield "cells found nearly", np.maximum(*cells.near())
    lead, leads = columns.leads[one], columns.leads[others]
    yield "leads alike", np.where((lead == 0) | (leads == 0), 0.0, np.where(leads == lead, 1.0, -1.0))


def _cosines(vectors: Vectors, one: int, others: Integers) -> Floats:
    # Not `@`: a pair's cosine must not depend on which others it is computed with.
    return np.asarray(np.einsum("nd,d->n", vectors[others], vectors[one]), np.float64)


def _values(pairs: Pairs) -> Iterator[tuple[str, Floats]]:
    keys, written = pairs.keys_compared, pairs.compared[Family.VALUES]
    yield "values found", np.maximum(keys.containment(), keys.reverse_containment())
    yield "values found in turn", np.minimum(keys.containment(), keys.reverse_containment())
    yield "values shared", np.log1p(keys.shared)
    yield "values of both", keys.jaccard()
    yield "as written", np.maximum(written.containment(), written.reverse_containment())
    for name, family in (("words", Family.WORDS), ("grams", Family.GRAMS)):
        compared = pairs.compared[family]
        yield f"{name} found", np.maximum(*_rare(compared))
        yield f"{name} found in turn", np.minimum(*_rare(compared))
        yield name, compared.tf_idf_cosine()


def _rare(compared: Comparison) -> tuple[Floats, Floats]:
    return compared.rare_containment(), compared.rare_reverse_containment()


def _facts(pairs: Pairs) -> Iterator[tuple[str, Floats | Flags]]:
    yield from compare_facts(pairs.query, pairs.candidates)
    yield "same schema", pairs.same_schema


def compare_facts(one: ColumnFacts, others: ColumnFacts) -> Iterator[tuple[str, Floats | Flags]]:
    """Compare the facts of columns, (n,) or a single one, with those of others, (n,): name and values of features."""
    yield "one kind", one.kinds == others.kinds
    yield "two numbers", one.is_kind(*_NUMBERS) & others.is_kind(*_NUMBERS)
    yield "a number", one.is_kind(*_NUMBERS) | others.is_kind(*_NUMBERS)
    yield "two texts", one.is_kind(Kind.TEXT) & others.is_kind(Kind.TEXT)
    yield "two keys", one.is_key & others.is_key
    yield "a key", one.is_key | others.is_key
    yield "two serials", one.is_serial & others.is_serial
    yield "a serial", one.is_serial | others.is_serial
    yield from _ranges(one, others)
    yield "lengths", alike(one.lengths, others.lengths)
    yield "patterns", alike(one.patterns, others.patterns)
    yield "nulls apart", np.abs(_share(one.nulls, one.rows) - _share(others.nulls, others.rows))
    unique = [_share(facts.distinct, facts.rows - facts.nulls) for facts in (one, others)]
    yield "uniqueness apart", np.abs(unique[0] - unique[1])
    yield "distinct, fewer", np.log1p(np.minimum(one.distinct, others.distinct))
    yield "distinct, more", np.log1p(np.maximum(one.distinct, others.distinct))
    yield "an empty side", (one.distinct == 0) | (others.distinct == 0)


def _ranges(one: ColumnFacts, others: ColumnFacts) -> Iterator[tuple[str, Floats]]:
    width = np.minimum(one.highs, others.highs) - np.maximum(one.lows, others.lows)
    whole = np.maximum(one.highs, others.highs) - np.minimum(one.lows, others.lows)
    share = np.where(whole > 0, np.maximum(width, 0) / np.where(whole > 0, whole, 1), np.where(whole == 0, 1.0, -1.0))
    yield "ranges overlap", np.nan_to_num(share, nan=-1.0)
    yield "highs apart", np.nan_to_num(np.abs(_folded(one.highs) - _folded(others.highs)), nan=0.0)
    yield "lows apart", np.nan_to_num(np.abs(_folded(one.lows) - _folded(others.lows)), nan=0.0)


def _share(some: Integers, whole: Integers) -> Floats:
    return ratio(some.astype(np.float64), whole.astype(np.float64))


def _folded(numbers: Floats) -> Floats:
    """Return logarithms that keep the sign, so that numbers of all sizes can be compared."""
    return np.asarray(np.sign(numbers) * np.log1p(np.abs(numbers)))
