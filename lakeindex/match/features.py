"""The features of pairs of columns, an array each, and the kind of join that each pair would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Features, Flags, Floats
from lakeindex.arrays.proportions import alike
from lakeindex.match.signals import REPEATS, RIVAL, SIGNALS
from lakeindex.models.monotone import AGAINST, EITHER, FOR
from lakeindex.types.columns import Family, Kind
from lakeindex.types.matches import JoinKind
from lakeindex.types.pairs import Comparison, Pairs


@dataclass(frozen=True, slots=True)
class Feature:
    """A number that describes a pair of columns."""

    name: str
    direction: int
    """FOR: more of it never lowers the evidence of a join; AGAINST: never raises it; EITHER."""
    group: str
    """The name of the evidence that explanations show it under."""


_MEASURES = (
    Feature("one kind", FOR, "kinds"),
    Feature("two serials", AGAINST, "serials"),
    Feature("a serial", EITHER, "serials"),
    Feature("two numbers", EITHER, "kinds"),
    Feature("query is key", EITHER, "keys"),
    Feature("candidate is key", EITHER, "keys"),
    Feature("a side is empty", EITHER, "sizes"),
    Feature("lengths alike", FOR, "shapes"),
    Feature("patterns alike", FOR, "shapes"),
    Feature("same schema", EITHER, REPEATS.name),
)

_OVERLAPS = (
    *(
        Feature(f"{family} {measure}", FOR, group)
        for family, group in ((Family.VALUES, "values"), (Family.KEYS, "values"))
        for measure in ("containment", "reverse", "jaccard")
    ),
    *(
        Feature(f"{family} {measure}", FOR, str(family))
        for family in (Family.WORDS, Family.GRAMS)
        for measure in ("containment", "reverse", "rare containment", "cosine")
    ),
    *(
        Feature(f"{family} {measure}", FOR, str(family))
        for family in (Family.NAMES, Family.CONTEXT)
        for measure in ("rare containment", "rare reverse", "cosine", "rarity")
    ),
    *(Feature(f"references {measure}", FOR, "reference") for measure in ("rare containment", "rare reverse", "rarity")),
    Feature("values rarity", FOR, "values"),
)

FEATURES: tuple[Feature, ...] = (
    *(Feature(signal.name, FOR, signal.name) for signal in SIGNALS),
    Feature(REPEATS.name, AGAINST, REPEATS.name),
    Feature(RIVAL.name, AGAINST, RIVAL.name),
    *_MEASURES,
    *_OVERLAPS,
)
"""In the order of the columns of `features_of`."""


_PLACES = {feature.name: place for place, feature in enumerate(FEATURES)}
_RIVAL = _PLACES[RIVAL.name]
_REPEATS = _PLACES[REPEATS.name]
_COPY = 0.5

_MEASURED = {
    "containment": Comparison.containment,
    "reverse": Comparison.reverse_containment,
    "jaccard": Comparison.jaccard,
    "rare containment": Comparison.rare_containment,
    "rare reverse": Comparison.rare_reverse_containment,
    "cosine": Comparison.tf_idf_cosine,
}


def features_of(pairs: Pairs, values: Mapping[str, Floats]) -> Features:
    """Measure every feature of each pair, (n, len(FEATURES)); `values` are those of the signals.

    The lead of a rival, which depends on all candidates, is left 0: see `with_rivals`.
    """
    measured = {**values, RIVAL.name: np.zeros(len(pairs.keys)), **dict(_facts(pairs))}
    columns = [
        measured[feature.name] if feature.name in measured else _overlap(pairs, *feature.name.split(" ", 1))
        for feature in FEATURES
    ]
    return np.stack(columns, axis=1)


def signal_values(features: Features) -> dict[str, Floats]:
    """Return the values of the signals, (n,) each, as `features_of` laid them out."""
    return {signal.name: features[:, place] for place, signal in enumerate((*SIGNALS, REPEATS))}


def with_rivals(features: Features, leads: Floats) -> tuple[Features, Flags]:
    """Return the features with the leads of the best columns of the candidates' tables, and which rows that changed."""
    is_changed = features[:, _RIVAL] != leads
    features = features.copy()
    features[:, _RIVAL] = leads
    return features, is_changed


def is_copy(features: Features) -> Flags:
    """Return which candidates stand in a copy of the query's table, (n,)."""
    return np.asarray(features[:, _REPEATS] > _COPY)


def _facts(pairs: Pairs) -> Iterator[tuple[str, Floats]]:
    query, candidates = pairs.query, pairs.candidates
    numbers = (Kind.INTEGER, Kind.DECIMAL)
    yield "one kind", _flags(query.kinds == candidates.kinds)
    yield "two serials", _flags(query.is_serial & candidates.is_serial)
    yield "a serial", _flags(query.is_serial | candidates.is_serial)
    yield "two numbers", _flags(query.is_kind(*numbers) & candidates.is_kind(*numbers))
    yield "query is key", np.full(len(pairs.keys), float(query.is_key[0]))
    yield "candidate is key", _flags(candidates.is_key)
    yield "a side is empty", _flags((query.distinct == 0) | (candidates.distinct == 0))
    yield "lengths alike", alike(query.lengths, candidates.lengths)
    yield "patterns alike", alike(query.patterns, candidates.patterns)
    yield "same schema", pairs.same_schema


def _overlap(pairs: Pairs, family: str, measure: str) -> Floats:
    if measure == "rarity":
        return np.log1p(pairs.shared_rarity(Family(family)))
    compared = pairs.keys_compared if family == Family.KEYS else pairs.compared[Family(family)]
    return _MEASURED[measure](compared)


def _flags(flags: Flags) -> Floats:
    return np.asarray(flags).astype(np.float64)


_LEAST_OVERLAP = 0.3
_LEAST_LIKENESS = 0.25

KINDS_OF_JOIN = tuple(kind for kind in JoinKind if kind is not JoinKind.UNKNOWN)
"""Those that calibrations tell apart."""


def kinds_of(pairs: Pairs) -> npt.NDArray[np.int8]:
    """Return the place of each pair's kind in KINDS_OF_JOIN, (n,)."""
    values, keys = pairs.compared[Family.VALUES], pairs.keys_compared
    words, grams = pairs.compared[Family.WORDS], pairs.compared[Family.GRAMS]
    equal = np.maximum(values.containment(), values.reverse_containment())
    alike = np.maximum(keys.containment(), keys.reverse_containment())
    similar = np.maximum(words.cosine, grams.cosine)
    numbers = pairs.candidates.is_kind(Kind.INTEGER, Kind.DECIMAL) & pairs.query.is_kind(Kind.INTEGER, Kind.DECIMAL)
    dates = pairs.candidates.is_kind(Kind.DATE) & pairs.query.is_kind(Kind.DATE)
    order = (
        (equal >= _LEAST_OVERLAP, JoinKind.EQUI),
        (alike >= _LEAST_OVERLAP, JoinKind.TRANSFORM),
        (dates, JoinKind.TEMPORAL),
        (numbers, JoinKind.NUMERIC),
        (similar >= _LEAST_LIKENESS, JoinKind.FUZZY),
        (np.ones(len(equal), bool), JoinKind.SEMANTIC),
    )
    return np.select([test for test, _ in order], [KINDS_OF_JOIN.index(kind) for _, kind in order]).astype(np.int8)
