"""The signals for and against a join of two columns, an array each with values in [0, 1], and their weighted sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.proportions import alike
from lakeindex.types.columns import Family, Kind
from lakeindex.types.pairs import Comparison, Pairs

_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)

_SURROGATE_TRUST = 0.1
_RARITY_HALF_TRUSTED = 5.0
_NUMBERS_TRUST = 0.5
_MOST_MEET, _MANY_MEET = 0.8, 12
_ONE_FORM = 0.95
# As `Pairs.shared_rarity` measures it:
_NAME_RARITY_HALF_TRUSTED = 1.0
_REFERENCE_RARITY_TRUSTED = 0.7
_ALL = 0.999
_COPY_FROM = 0.6
_COPY_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of evidence."""

    name: str
    weight: float
    """What it adds to the score at most; all of them sum to 1."""
    meaning: str
    """What a high value means, for people."""


SIGNALS = (
    Signal("meaning", 8 / 33, "the language model reads both columns alike"),
    Signal("names", 3 / 33, "the column names are spelled alike, and are no common ones"),
    Signal("context", 2 / 33, "the names of columns and tables share words that are not common"),
    Signal(
        "reference",
        2 / 33,
        "one is called as the other is with its table's name, as `student_id` and the id of students",
    ),
    Signal("words", 4 / 33, "the values use the same rare words"),
    Signal("word_containment", 5 / 33, "the query's rare words are found in the candidate"),
    Signal("grams", 3 / 33, "the values share character sequences"),
    Signal("values", 2 / 33, "one side's values are found in the other"),
    Signal("both_ways", 1 / 33, "each side's values are found in the other"),
    Signal("inclusion", 3 / 33, "a key called alike holds every value of the other side, as of a foreign key"),
)
"""For a join. Set by hand, without training, on labelled lakes: each alone, and five of them in a large one."""

REPEATS = Signal("repeats", 0.15, "against: the candidate's table repeats the query's, so a join adds little")
"""Against a join: the share of the score that a copy of the query's own table loses."""

RIVAL = Signal("rival", 0.3, "against: another column of the same table fits better")
"""Against a join: the share that it loses of the lead of its table's best column."""

STRANGERS = Signal("strangers", 1.0, "against: both hold ids of one form, and have none in common")
"""Against a join: what is left of the score where values that differ in digits alone are different things."""

MEANINGS = {signal.name: signal.meaning for signal in (*SIGNALS, REPEATS, RIVAL, STRANGERS)} | {
    "prior": "how often a candidate joins of which nothing is known",
    "kinds": "both hold values of one kind",
    "serials": "numbers that count 1, 2, 3, ... overlap with every other such column",
    "keys": "which side's values are unique",
    "sizes": "whether either side is empty",
    "shapes": "the values are of one length and shape",
}
"""What each evidence means, by its name: the signals, and the groups of features of a trained matcher."""


def measure(pairs: Pairs) -> dict[str, Floats]:
    """Return the value of each signal for each pair, (n,)."""
    keys, words = pairs.keys_compared, pairs.compared[Family.WORDS]
    names, context = pairs.compared[Family.NAMES], pairs.compared[Family.CONTEXT]
    forward, backward = keys.rare_containment(), keys.rare_reverse_containment()
    trust = _overlap_trust(pairs, keys)
    named = _name_trust(pairs, Family.NAMES) * names.cosine
    reference = _reference(pairs, names)
    both, by_key = _compared_by_key(pairs, keys)
    # Numbers that meet by their keys alone are no measures that happen to be equal.
    trust_in_key = np.where(both & ~pairs.is_written_otherwise, _NUMBERS_TRUST, 1.0)
    by_keys = trust_in_key * keys.cosine
    return {
        "meaning": np.clip(pairs.cosine, 0.0, 1.0),
        "names": named,
        "context": _name_trust(pairs, Family.CONTEXT) * context.cosine,
        "reference": reference,
        "words": np.where(by_key, by_keys, words.cosine),
        "word_containment": np.where(by_key, trust_in_key * forward, words.rare_containment()),
        "grams": np.where(by_key, by_keys, pairs.compared[Family.GRAMS].cosine),
        "values": trust * np.maximum(forward, backward),
        "both_ways": trust * np.minimum(forward, backward),
        "inclusion": np.maximum(named, reference) * _is_included(pairs, keys),
        REPEATS.name: _repeats(pairs),
    }


def _compared_by_key(pairs: Pairs, keys: Comparison) -> tuple[Flags, Flags]:
    """Return which pairs are of two columns of numbers, (n,), and which pairs are compared by their keys alone.

    A number has no words; where it meets text that is written otherwise, such as 00123, both are identifiers, provided
    that many values do: a few small numbers are everywhere.
    """
    numbers = [columns.is_kind(*_NUMBERS) for columns in (pairs.query, pairs.candidates)]
    both = numbers[0] & numbers[1]
    may_meet = numbers[0] | numbers[1] | pairs.is_by_alternates | pairs.is_written_otherwise
    meet = (np.maximum(keys.containment(), keys.reverse_containment()) >= _MOST_MEET) & (keys.shared >= _MANY_MEET)
    return both, both | (may_meet & meet)


def are_strangers(pairs: Pairs) -> Flags:
    """Return where both columns are keys, of text of one length and shape, that have nothing in common, (n,)."""
    keys, words = pairs.compared[Family.KEYS], pairs.compared[Family.WORDS]
    query, candidates = pairs.query, pairs.candidates
    are_keys = query.is_key & candidates.is_key & query.is_kind(Kind.TEXT) & candidates.is_kind(Kind.TEXT)
    is_alike = np.minimum(alike(query.lengths, candidates.lengths), alike(query.patterns, candidates.patterns))
    are_many = np.minimum(keys.query_terms, keys.candidate_terms) >= _MANY_MEET
    return np.asarray(are_keys & (is_alike >= _ONE_FORM) & are_many & (keys.shared == 0) & (words.shared == 0))


def _is_included(pairs: Pairs, keys: Comparison) -> Flags:
    """Return where a key has all values of the other side (an inclusion dependency; Rostin et al., WebDB 2009)."""
    into_candidate = pairs.candidates.is_key & (keys.containment() > _ALL)
    return into_candidate | (pairs.query.is_key & (keys.reverse_containment() > _ALL))


def _overlap_trust(pairs: Pairs, keys: Comparison) -> Floats:
    """Two surrogate keys overlap by accident, and a few common values (yes, no) prove little."""
    both = pairs.candidates.is_serial & pairs.query.is_serial
    return np.where(both, _SURROGATE_TRUST, 1.0) * keys.shared_rarity / (keys.shared_rarity + _RARITY_HALF_TRUSTED)


def _name_trust(pairs: Pairs, family: Family) -> Floats:
    """`id`, `name` and `date` are everywhere: how much a name counts depends on how rare its parts are."""
    rarity = pairs.shared_rarity(family)
    return np.asarray(rarity / (rarity + _NAME_RARITY_HALF_TRUSTED))


def _reference(pairs: Pairs, names: Comparison) -> Floats:
    """Return how rare the names are that both columns go by, in their tables or beyond; one name is no reference."""
    trusted = np.minimum(pairs.shared_rarity(Family.REFERENCES) / _REFERENCE_RARITY_TRUSTED, 1.0)
    return np.where(names.cosine > _ALL, 0.0, trusted)


def _repeats(pairs: Pairs) -> Floats:
    """Return how far the candidate's table has the same columns as the query's, from a clear majority on."""
    if pairs.query_columns < _COPY_COLUMNS:
        return np.zeros(len(pairs.keys))
    return np.clip((pairs.same_schema - _COPY_FROM) / (1 - _COPY_FROM), 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class SignalScores:
    """Pairs with their scores and the parts of these."""

    total: Floats
    """(n,) the sum of the parts; rounding may leave a little less than nothing."""
    parts: tuple[tuple[Signal, Floats, Floats], ...]
    """Each signal with its value for each pair, (n,) in [0, 1], and what that adds to the score, (n,)."""

    @property
    def leads(self) -> Floats:
        """Return by how much the best column of its table is ahead of each candidate, (n,)."""
        return next(values for signal, values, _ in self.parts if signal is RIVAL)

    @property
    def scores(self) -> Floats:
        """Return the scores, (n,) in [0, 1]."""
        return np.maximum(self.total, 0.0)


def sum_signals(values: Mapping[str, Floats], tables: Integers, strangers: Flags | None = None) -> SignalScores:
    """Sum up the signals for a join by their weights, and subtract those against it.

    `tables` (n,) are the tables of the candidates: a query column joins with one column of a table, the best one.
    `strangers` (n,) are those of `are_strangers`; None for none.
    """
    parts = [(signal, values[signal.name], signal.weight * values[signal.name]) for signal in SIGNALS]
    score = np.sum([added for _, _, added in parts], axis=0)
    parts.append((REPEATS, values[REPEATS.name], -REPEATS.weight * values[REPEATS.name] * score))
    score = score + parts[-1][2]
    if strangers is not None and strangers.any():
        parts.append((STRANGERS, strangers.astype(np.float64), -STRANGERS.weight * strangers * score))
        score = score + parts[-1][2]
    lead = _best_of_table(score, tables) - score
    parts.append((RIVAL, lead, -np.minimum(RIVAL.weight * lead, score)))
    return _summed(parts)


def sum_sources(values: Mapping[str, Floats]) -> SignalScores:
    """Score by some sources of candidates alone, in equal parts."""
    share = 1 / len(values)
    signals = {name: Signal(name, share, f"the source {name} alone") for name in values}
    return _summed([(signals[name], one, share * one) for name, one in values.items()])


def _best_of_table(scores: Floats, tables: Integers) -> Floats:
    """Return for each candidate the best score that its table has, (n,)."""
    _, places = np.unique(tables, return_inverse=True)
    best = np.zeros(int(places.max(initial=-1)) + 1)
    np.maximum.at(best, places, scores)
    return best[places]


def _summed(parts: list[tuple[Signal, Floats, Floats]]) -> SignalScores:
    return SignalScores(np.sum([added for _, _, added in parts], axis=0), tuple(parts))
