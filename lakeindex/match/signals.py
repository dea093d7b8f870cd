"""What speaks for a join of two columns, and what against: an array a signal, each value in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.pairs import ColumnFacts, Comparison, Flags, Pairs, Weights
from lakeindex.types import Family, Kind

_SURROGATE_TRUST = 0.2
_DENSE = 0.8
_RARITY_HALF_TRUSTED = 5.0


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of evidence."""

    name: str
    weight: float
    """Its share of the score; all of them sum to 1."""
    meaning: str
    """What a high value says, for people."""


SIGNALS = (
    Signal("meaning", 1.0 / 2.6, "the language model reads both columns alike"),
    Signal("names", 0.3 / 2.6, "the column names are spelled alike"),
    Signal("context", 0.2 / 2.6, "the names of columns and tables share words"),
    Signal("words", 0.3 / 2.6, "the values use the same rare words"),
    Signal("word_containment", 0.2 / 2.6, "the query's rare words are found in the candidate"),
    Signal("grams", 0.3 / 2.6, "the values share character sequences"),
    Signal("values", 0.2 / 2.6, "one side's values are found in the other"),
    Signal("both_ways", 0.1 / 2.6, "each side's values are found in the other"),
)
"""Set by hand, without training, on labelled lakes that each stand alone."""


def measure(pairs: Pairs) -> dict[str, Weights]:
    """Return the value of each of SIGNALS for each pair, (n,)."""
    keys, words = pairs.compared[Family.KEYS], pairs.compared[Family.WORDS]
    forward, backward = keys.rare_containment(), keys.rare_reverse_containment()
    trust = _overlap_trust(pairs, keys)
    return {
        "meaning": np.clip(pairs.cosine, 0.0, 1.0),
        "names": pairs.compared[Family.NAMES].cosine,
        "context": pairs.compared[Family.CONTEXT].cosine,
        "words": words.cosine,
        "word_containment": words.rare_containment(),
        "grams": pairs.compared[Family.GRAMS].cosine,
        "values": trust * np.maximum(forward, backward),
        "both_ways": trust * np.minimum(forward, backward),
    }


def looks_surrogate(facts: ColumnFacts) -> Flags:
    """Tell which columns count 0, 1, 2, ... with hardly a gap: numbers that overlap with every other such column."""
    span = facts.maximum - facts.minimum + 1
    starts_low = (facts.minimum >= 0) & (facts.minimum <= 1)
    return np.asarray(facts.is_kind(Kind.INTEGER) & starts_low & (facts.distinct >= _DENSE * span))


def _overlap_trust(pairs: Pairs, keys: Comparison) -> Weights:
    """Two surrogate keys overlap by accident, and a few common values (yes, no) say little."""
    both = looks_surrogate(pairs.candidates) & looks_surrogate(pairs.query)
    return np.where(both, _SURROGATE_TRUST, 1.0) * keys.shared_rarity / (keys.shared_rarity + _RARITY_HALF_TRUSTED)
