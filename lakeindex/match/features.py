"""All that a trained matcher looks at, an array a feature, with the direction in which each may speak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats
from lakeindex.arrays.histograms import alike
from lakeindex.match.signal_sum import Scored
from lakeindex.match.signals import REPEATS, RIVAL, SIGNALS
from lakeindex.models.monotone import AGAINST, EITHER, FOR
from lakeindex.types.columns import Family, Kind
from lakeindex.types.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing to look at."""

    name: str
    direction: int
    """FOR: more of it never speaks against a join; AGAINST: never for one; EITHER."""
    group: str
    """The evidence that it is shown under."""


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


def features_of(pairs: Pairs, scored: Scored) -> npt.NDArray[np.float64]:
    """Measure every feature of each pair, (n, len(FEATURES)); `scored` is what the signals alone say."""
    found = {signal.name: values for signal, values, _ in scored.parts}
    found |= dict(_measured(pairs)) | dict(_overlaps(pairs))
    return np.stack([found[feature.name] for feature in FEATURES], axis=1)


def _measured(pairs: Pairs) -> Iterator[tuple[str, Floats]]:
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


def _overlaps(pairs: Pairs) -> Iterator[tuple[str, Floats]]:
    for family, compared in pairs.compared.items():
        yield f"{family} containment", compared.containment()
        yield f"{family} reverse", compared.reverse_containment()
        yield f"{family} jaccard", compared.jaccard()
        yield f"{family} rare containment", compared.rare_containment()
        yield f"{family} rare reverse", compared.rare_reverse_containment()
        yield f"{family} cosine", compared.cosine
        yield f"{family} rarity", np.log1p(pairs.shared_rarity(family))


def _flags(flags: npt.NDArray[np.bool_]) -> Floats:
    return np.asarray(flags).astype(np.float64)
