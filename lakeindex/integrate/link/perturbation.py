"""Perturbed copies of tuples: the same things once more, as a careless hand would have written them.

Self-supervision as in SSACL (Robust table integration in data lakes): a tuple and its copy are known to be one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.integrate.link.tuples import AttributeValues, Tuples
from lakeindex.integrate.records import canonical_keys

_NOTHING = constant_text("")
_POSITIONS = 12
"""Characters from the start at which a typo may be."""
_LETTERS = "aeinorst"


@dataclass(frozen=True, slots=True)
class NoiseRates:
    """How often the values of an attribute are changed in a copy."""

    missing: float
    changed: float


def perturbed(tuples: Tuples, rates: Sequence[NoiseRates], rng: np.random.Generator) -> Tuples:
    """Return a copy of each tuple, with some values missing and others changed, by the rates of each attribute."""
    copied = (_copied(one, own, rng) for one, own in zip(tuples.attributes, rates, strict=True))
    return replace(tuples, attributes=tuple(copied))


def _copied(values: AttributeValues, rates: NoiseRates, rng: np.random.Generator) -> AttributeValues:
    luck = rng.random(len(values.texts))
    texts: Any = _rewritten(values.texts, luck < rates.changed, rng)
    is_changed = pc.not_equal(texts, values.texts)
    keys: Any = pc.if_else(is_changed, pc.fill_null(canonical_keys(texts), _NOTHING), values.keys)
    is_missing = pa.array(luck > 1 - rates.missing)
    texts, keys = (pc.if_else(is_missing, _NOTHING, one) for one in (texts, keys))
    return AttributeValues(values.name, texts, keys)


def _rewritten(texts: Texts, which: Flags, rng: np.random.Generator) -> Texts:
    """Change some texts, each in one way; numbers become others nearby or are written in another way."""
    is_number = pc.match_substring_regex(texts, r"^[+-]?[0-9]+(\.[0-9]+)?$").to_numpy(zero_copy_only=False)
    found: Any = texts
    for rewrites, is_kind in ((_OF_TEXT, which & ~is_number), (_OF_NUMBER, which & is_number)):
        kinds = np.where(is_kind, rng.integers(0, len(rewrites), len(which)), -1)
        for number, rewrite in enumerate(rewrites):
            found = pc.if_else(pa.array(kinds == number), rewrite(texts, rng), found)
    whole: Texts = found
    return whole


def _at_random(texts: Texts, rng: np.random.Generator, change: Callable[[Texts, int], Any]) -> Any:
    """Change each text at a place of its own, among its first characters."""
    lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
    places = (rng.random(len(lengths)) * np.minimum(lengths, _POSITIONS)).astype(np.int64)
    found: Any = texts
    for place in range(_POSITIONS):
        found = pc.if_else(pa.array(places == place), change(texts, place), found)
    return found


def _without_letter(texts: Texts, rng: np.random.Generator) -> Any:
    return _at_random(texts, rng, lambda some, place: pc.utf8_replace_slice(some, place, place + 1, ""))


def _with_letter(texts: Texts, rng: np.random.Generator) -> Any:
    letter = str(rng.choice(list(_LETTERS)))
    return _at_random(texts, rng, lambda some, place: pc.utf8_replace_slice(some, place, place, letter))


def _with_other_letter(texts: Texts, rng: np.random.Generator) -> Any:
    letter = str(rng.choice(list(_LETTERS)))
    return _at_random(texts, rng, lambda some, place: pc.utf8_replace_slice(some, place, place + 1, letter))


def _by(pattern: str, replacement: str) -> Callable[[Texts, np.random.Generator], Any]:
    return lambda texts, rng: pc.replace_substring_regex(texts, pattern, replacement, max_replacements=1)


def _near(texts: Any, rng: np.random.Generator) -> Any:
    """Return numbers a few per cent away; what is no number becomes nothing."""
    is_number = pc.match_substring_regex(texts, r"^[+-]?[0-9]+(\.[0-9]+)?$")
    nothing: Any = pa.scalar(None, pa.large_string())
    numbers: Floats = pc.if_else(is_number, texts, nothing).cast(pa.float64()).to_numpy(zero_copy_only=False)
    moved = np.round(numbers * (1 + rng.normal(0, 0.03, len(numbers))), 2)
    return pc.fill_null(pa.array(moved, from_pandas=True).cast(pa.large_string()), _NOTHING)


_OF_TEXT: tuple[Callable[[Any, np.random.Generator], Any], ...] = (
    _without_letter,
    _with_letter,
    _with_other_letter,
    _by(r"^(\S+)\s+(.*)$", r"\2 \1"),
    _by(r"^\S+\s+", ""),
    _by(r"\s+\S+$", ""),
    _by(r"^(\w)\w+", r"\1."),
    _by(r"\s(\w)\w+", r" \1."),
)
"""Typos; the first word at the end, the first or the last one left out, a word abbreviated."""
_OF_NUMBER: tuple[Callable[[Any, np.random.Generator], Any], ...] = (
    _near,
    _by(r"$", ".0"),
    _by(r"\.[0-9]+$", ""),
)
