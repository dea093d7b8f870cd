"""How alike two columns are, by what may speak for one semantic type; the cost grows with the number of pairs alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz import fuzz, process

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers, Vectors
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import DIRECTIONS as OF_ATTRIBUTES
from lakeindex.integrate.align.pair_features import compare_facts
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.names import is_positional, words_of
from lakeindex.types.pairs import Comparison

_PERCENT = 100
_AT_ONCE = 4_096
"""Pairs whose vectors are in memory together."""
_COLUMNS_AT_ONCE = 1_024
"""Columns whose values' meanings are computed together."""
_FAMILIES = (Family.KEYS, Family.WORDS, Family.GRAMS)
OF_VALUES = (
    "values found", "values found in turn", "values shared", "values of both",
    "words found", "words found in turn", "words", "grams found", "grams found in turn", "grams",
)  # fmt: skip
OF_NAMES = ("one name", "spelled alike", "words alike", "letters", "positional")
OF_MEANINGS = ("names mean the same", "columns mean the same", "values mean the same")
OF_FACTS = (
    "one kind", "two numbers", "a number", "two texts", "two keys", "a key", "two serials", "a serial",
    "ranges overlap", "highs apart", "lows apart", "lengths", "patterns", "nulls apart", "uniqueness apart",
    "distinct, fewer", "distinct, more", "an empty side",
)  # fmt: skip
LIKENESSES = (*OF_VALUES, *OF_NAMES, *OF_MEANINGS, *OF_FACTS)
"""The features of a pair, in their order: some of those by which attributes are aligned."""
DIRECTIONS = tuple(OF_ATTRIBUTES[name] for name in LIKENESSES)
"""Of each feature: whether more of it speaks for or against one type, or either."""


def compare_values(searcher: Searcher, query: QueryColumn, keys: Integers) -> Features:
    """Compare the values of a column with those of others, given the keys, (n,): OF_VALUES, (n, 10)."""
    indexes = searcher.terms
    compared = {one: indexes[one].compare(query.terms_in(one, indexes[one]), keys) for one in _FAMILIES}
    measured = dict(_values(compared))
    return np.column_stack([measured[name] for name in OF_VALUES])


def compare_columns(columns: ColumnSet, left: Integers, right: Integers) -> Features:
    """Compare all but the values of pairs, given as places in the set: OF_NAMES, OF_MEANINGS and OF_FACTS, (n, 26)."""
    facts = dict(compare_facts(columns.facts.take(left), columns.facts.take(right)))
    measured = dict((*_names(columns, left, right), *_meanings(columns, left, right))) | facts
    names = (*OF_NAMES, *OF_MEANINGS, *OF_FACTS)
    return np.column_stack([np.asarray(measured[name], np.float64) for name in names])


def _values(compared: dict[Family, Comparison]) -> Iterator[tuple[str, Floats]]:
    keys = compared[Family.KEYS]
    yield "values found", np.maximum(keys.containment(), keys.reverse_containment())
    yield "values found in turn", np.minimum(keys.containment(), keys.reverse_containment())
    yield "values shared", np.log1p(keys.shared)
    yield "values of both", keys.jaccard()
    for name, family in (("words", Family.WORDS), ("grams", Family.GRAMS)):
        either = compared[family].rare_containment(), compared[family].rare_reverse_containment()
        yield f"{name} found", np.maximum(*either)
        yield f"{name} found in turn", np.minimum(*either)
        yield name, compared[family].tf_idf_cosine()


def _names(columns: ColumnSet, left: Integers, right: Integers) -> Iterator[tuple[str, Floats | Flags]]:
    distinct, places = np.unique([words_of(one.name) for one in columns.ids], return_inverse=True)
    known = [str(one) for one in distinct]
    ones, others = places[left], places[right]
    yield "one name", ones == others
    texts = [known[place] for place in ones.tolist()], [known[place] for place in others.tolist()]
    for name, scorer in (("spelled alike", fuzz.ratio), ("words alike", fuzz.token_set_ratio)):
        # Rounded as where all names are compared with all.
        yield name, process.cpdist(*texts, scorer=scorer, dtype=np.uint8) / _PERCENT
    letters = np.array([sum(map(str.isalpha, one)) for one in known], np.float64)
    yield "letters", np.minimum(letters[ones], letters[others])
    positional = np.array(list(map(is_positional, known)), np.float64)
    yield "positional", positional[ones] + positional[others]


def _meanings(columns: ColumnSet, left: Integers, right: Integers) -> Iterator[tuple[str, Floats]]:
    yield "names mean the same", _cosines(columns.name_vectors, left, right)
    yield "columns mean the same", _cosines(columns.vectors, left, right)
    yield "values mean the same", _cosines(_value_vectors(columns), left, right)


def _value_vectors(columns: ColumnSet) -> Vectors:
    """Return the meaning of the values of each column, (columns, d), which needs much memory for many together."""
    cuts = range(0, len(columns), _COLUMNS_AT_ONCE)
    parts = [slice(start, start + _COLUMNS_AT_ONCE) for start in cuts]
    found = [ColumnSet(columns.searcher, columns.keys[one], columns.tables[one]).value_vectors for one in parts]
    return np.concatenate(found) if found else np.zeros((0, 1), np.float32)


def _cosines(vectors: Vectors, left: Integers, right: Integers) -> Floats:
    # Not `@`: a pair's cosine must not depend on which others it is computed with.
    starts = range(0, len(left), _AT_ONCE)
    parts = [
        np.einsum("nd,nd->n", vectors[left[start : start + _AT_ONCE]], vectors[right[start : start + _AT_ONCE]])
        for start in starts
    ]
    return np.concatenate([np.zeros(0), *parts]).astype(np.float64)
