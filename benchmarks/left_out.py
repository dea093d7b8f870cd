"""Score the candidates of a query with one thing left out, of all that the engine weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from tried_signals import TRIED, WEIGHT

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.match import signals
from lakeindex.match.signal_sum import fuse
from lakeindex.match.signals import SIGNALS, measure
from lakeindex.search.scored_candidates import LEAST_SCORE
from lakeindex.types.pairs import Pairs

ENGINE = "everything"
GUARDS = {
    "_SURROGATE_TRUST": ("trust between surrogate keys", 1.0),
    "_RARITY_HALF_TRUSTED": ("trust by shared rarity", 1e-9),
    "_NAME_RARITY_HALF_TRUSTED": ("trust by the rarity of names", 1e-9),
    "_NUMBERS_TRUST": ("trust in words of numbers", 1.0),
}
"""Constants of the signals: what each guards, and the value that switches it off. One that is gone is left out."""

Values = Mapping[str, Floats]
"""What was measured of the candidates, (n,), by the name of the signal."""


def without(values: Values, name: str) -> dict[str, Floats]:
    """Silence one signal; what its weight was is shared out among the others in proportion."""
    weights = {signal.name: signal.weight for signal in SIGNALS}
    left = sum(weights.values()) - weights.get(name, 0.0)
    scale = sum(weights.values()) / left if left else 0.0
    return {
        each: np.zeros_like(value) if each == name else value * (scale if each in weights else 1.0)
        for each, value in values.items()
    }


def against(values: Values) -> list[str]:
    """Name what is measured and is no signal for a join: what speaks against one."""
    for_it = {signal.name for signal in SIGNALS}
    return [name for name in values if name not in for_it]


@contextmanager
def switched_off(guard: str) -> Iterator[None]:
    """Measure without a guard, as long as the context lasts."""
    constants = vars(signals)
    kept = constants[guard]
    constants[guard] = GUARDS[guard][1]
    try:
        yield
    finally:
        constants[guard] = kept


def guards() -> list[str]:
    return [guard for guard in GUARDS if hasattr(signals, guard)]


def fused(values: Values, tables: Integers) -> Floats:
    """Score as the engine does; a pair without evidence to speak of is no answer."""
    scores = fuse(values, tables).scores
    return np.where(scores > LEAST_SCORE, scores, 0.0)


def score_variants(pairs: Pairs) -> dict[str, Floats]:
    """Score the candidates by every variant that has the engine's candidates."""
    values, apart = measure(pairs), np.arange(len(pairs.keys))
    scores = {ENGINE: fused(values, pairs.tables)}
    for signal in SIGNALS:
        scores[f"without {signal.name}"] = fused(without(values, signal.name), pairs.tables)
    for name in against(values):
        scores[f"without {name}"] = fused(without(values, name), pairs.tables)
    # With every candidate in a table of its own, none has a rival.
    scores[f"without {signals.RIVAL.name}"] = fused(values, apart)
    nothing_against = {name: value * (name not in against(values)) for name, value in values.items()}
    scores["without anything against"] = fused(nothing_against, apart)
    for guard in guards():
        with switched_off(guard):
            scores[f"without {GUARDS[guard][0]}"] = fused(measure(pairs), pairs.tables)
    for signal in SIGNALS:
        scores[f"{signal.name} alone"] = values[signal.name]
    for name, tried in TRIED.items():
        scores[f"with {name}"] = _joined_by(values, tried(pairs), pairs.tables)
    return scores


def _joined_by(values: Values, tried: Floats, tables: Integers) -> Floats:
    """Score with one more signal; what it weighs is taken from the others in proportion."""
    scores = fuse({name: (1 - WEIGHT) * value for name, value in values.items()}, tables).scores + WEIGHT * tried
    return np.where(scores > LEAST_SCORE, scores, 0.0)
