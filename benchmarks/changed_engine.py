"""Change one thing in the engine, as long as a context lasts: lakes that are opened and queried in it answer with that.

None of it is a setting, so these are no answers that a user gets; they come from the public calls all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from tried_signals import TRIED, WEIGHT

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers
from lakeindex.index.candidate_sources import make_sources
from lakeindex.match import signals
from lakeindex.match.features import FEATURES, Feature, features_of, signal_values
from lakeindex.match.matcher import Matcher
from lakeindex.match.message_passing import choose_intermediates
from lakeindex.match.signals import MEANINGS, REPEATS, RIVAL, SIGNALS, Signal, SignalScores, measure, sum_signals
from lakeindex.models.monotone import FOR
from lakeindex.search import explain
from lakeindex.types.pairs import Pairs

ENGINE = "everything"
GUARDS = {
    "_SURROGATE_TRUST": ("trust between surrogate keys", 1.0),
    "_RARITY_HALF_TRUSTED": ("trust by shared rarity", 1e-9),
    "_NAME_RARITY_HALF_TRUSTED": ("trust by the rarity of names", 1e-9),
    "_NUMBERS_TRUST": ("trust in words of numbers", 1.0),
}
"""Constants of the signals: what each guards, and the value that switches it off. One that is gone is left out."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The engine with one thing changed."""

    label: str
    change: Callable[[], AbstractContextManager[None]] = nullcontext
    query: Mapping[str, object] = field(default_factory=dict)
    """Arguments of a query that go with it."""


def variants(sources: Sequence[str]) -> list[Variant]:
    """List the engine as it is, and with one thing changed at a time."""
    return [
        Variant(ENGINE),
        *(Variant(f"without {signal.name}", partial(without_signal, signal.name)) for signal in SIGNALS),
        Variant(f"without {REPEATS.name}", without_repeats),
        Variant(f"without {RIVAL.name}", without_rival),
        Variant("without anything against", without_anything_against),
        *(Variant(f"without {GUARDS[guard][0]}", partial(without_guard, guard)) for guard in guards()),
        *(Variant(f"{one.name} alone", partial(by_signal_alone, one.name), {"budget": 0}) for one in SIGNALS),
        *(Variant(f"with {name}", partial(with_tried_signal, name)) for name in TRIED),
        *(Variant(f"without {name} as a source", partial(without_source, name)) for name in sources),
    ]


@contextmanager
def without_signal(name: str) -> Iterator[None]:
    """Silence a signal, for the matcher's trees as well; the others share out its weight in proportion."""
    weights = {signal.name: signal.weight for signal in SIGNALS if signal.name != name}
    total = sum(weights.values())
    with _weighing({other: weight / total for other, weight in weights.items()}), _measuring(name, _nothing):
        yield


def without_repeats() -> AbstractContextManager[None]:
    """Let a copy of the query's own table lose nothing."""
    return _measuring(REPEATS.name, _nothing)


def without_rival() -> AbstractContextManager[None]:
    """Let no column lose by a better one in its table."""

    def apart(values: Mapping[str, Floats], tables: Integers, strangers: Flags | None = None) -> SignalScores:
        # With every candidate in a table of its own, none has a rival.
        return sum_signals(values, np.arange(len(tables)), strangers)

    return _replaced(sum_signals, apart)


@contextmanager
def without_anything_against() -> Iterator[None]:
    """Let nothing speak against a join."""
    with without_repeats(), without_rival():
        yield


def guards() -> list[str]:
    """Name the guards that there are."""
    return [guard for guard in GUARDS if hasattr(signals, guard)]


@contextmanager
def without_guard(guard: str) -> Iterator[None]:
    """Switch off what keeps a signal from being trusted too far."""
    with patch.object(signals, guard, GUARDS[guard][1]):
        yield


@contextmanager
def by_signal_alone(name: str) -> Iterator[None]:
    """Rank by the values of one signal alone: without trees, paths, and what speaks against a join."""
    against = {one.name: replace(one, weight=0.0) for one in (REPEATS, RIVAL)}
    with (
        _weighing({name: 1.0}),
        patch.multiple(signals, REPEATS=against[REPEATS.name], RIVAL=against[RIVAL.name]),
        without_trees(),
        without_paths(),
    ):
        yield


@contextmanager
def with_tried_signal(name: str) -> Iterator[None]:
    """Add a signal that is not part of the engine; its weight is taken from the others in proportion."""
    weights = {signal.name: (1 - WEIGHT) * signal.weight for signal in SIGNALS}
    tried = Signal(name, WEIGHT, "tried")

    def with_feature(pairs: Pairs, values: Mapping[str, Floats]) -> Features:
        # Behind all others, where no tree looks.
        return np.column_stack([features_of(pairs, values), TRIED[name](pairs)])

    def with_value(features: Features) -> dict[str, Floats]:
        return signal_values(features) | {name: features[:, -1]}

    with (
        _weighing(weights, tried),
        _replaced(features_of, with_feature),
        _replaced(signal_values, with_value),
        patch.object(explain, "FEATURES", (*FEATURES, Feature(name, FOR, name))),
        patch.dict(MEANINGS, {name: tried.meaning}),
    ):
        yield


def without_source(name: str) -> AbstractContextManager[None]:
    """Let one source propose nothing."""

    def others(*given: Any) -> dict[str, object]:
        return {other: source for other, source in make_sources(*given).items() if other != name}

    return _replaced(make_sources, others)


@contextmanager
def without_trees() -> Iterator[None]:
    """Let the matcher go by the untrained sum of signals; how probable it calls that doesn't change the ranks."""
    opened = Matcher.open

    def untrained(path: Path) -> Matcher:
        matcher = opened(path)
        return replace(matcher, calibration=replace(matcher.calibration, trees=0.0))

    with patch.object(Matcher, "open", staticmethod(untrained)):
        yield


def without_paths() -> AbstractContextManager[None]:
    """Query no candidate in its turn, so that no path over a third column is found."""
    return _replaced(choose_intermediates, lambda probabilities: np.zeros(0, np.int64))


def _nothing(pairs: Pairs) -> Floats:
    return np.zeros(len(pairs.keys))


@contextmanager
def _weighing(weights: Mapping[str, float], *more: Signal) -> Iterator[None]:
    """Weigh signals otherwise; those without a weight count for nothing."""
    weighed = tuple(replace(signal, weight=weights.get(signal.name, 0.0)) for signal in SIGNALS)
    with patch.object(signals, "SIGNALS", (*weighed, *more)):
        yield


def _measuring(name: str, values: Callable[[Pairs], Floats]) -> AbstractContextManager[None]:
    """Measure one signal otherwise."""
    return _replaced(measure, lambda pairs: measure(pairs) | {name: values(pairs)})


@contextmanager
def _replaced(function: Callable[..., Any], other: Callable[..., Any]) -> Iterator[None]:
    """Have another function called wherever the engine imported one."""
    name = function.__name__
    modules = [one for path, one in list(sys.modules.items()) if path.partition(".")[0] == "lakeindex"]
    users = [module for module in modules if vars(module).get(name) is function]
    if not users:
        raise LookupError(f"no module of the engine has {name}: was it changed twice?")
    with ExitStack() as stack:
        for module in users:
            stack.enter_context(patch.object(module, name, other))
        yield
