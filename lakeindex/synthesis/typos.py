"""Misspelt values: keyboard typos, and characters that OCR confuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Bytes
from lakeindex.synthesis.characters import Characters
from lakeindex.synthesis.corruption import Corruption, replace, where
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_TYPO_SHARE = 0.7  # of the texts
_MISREAD = 0.15  # of the characters that can be confused
_JOINED = 0.5  # of the texts, in each of which letters are merged
_CONFUSED = ("O0", "o0", "0O", "l1", "1l", "I1", "S5", "5S", "B8", "8B", "Z2", "2Z", "G6", "6G", "g9", "q9", "ec", "ce")
_RUN_TOGETHER = (("rn", "m"), ("cl", "d"), ("vv", "w"), ("m", "rn"))


def _neighbours() -> Bytes:
    """Return the keys beside and below each letter, in its own case, (256, 4); 0 for other characters."""
    table = np.zeros((256, 4), np.uint8)
    for row, letters in enumerate(_ROWS):
        for place, letter in enumerate(letters):
            beside = [letters[place - 1 : place], letters[place + 1 : place + 2]]
            other = _ROWS[row + 1] if row + 1 < len(_ROWS) else _ROWS[row - 1]
            beside += [other[place : place + 1], other[max(place - 1, 0) : max(place, 1)]]
            keys = [key for key in beside if key]
            for column in range(4):
                key = keys[column % len(keys)]
                table[ord(letter), column], table[ord(letter.upper()), column] = ord(key), ord(key.upper())
    return table


def _misreadings() -> Bytes:
    table = np.zeros(256, np.uint8)
    for pair in _CONFUSED:
        table[ord(pair[0])] = ord(pair[1])
    return table


_NEIGHBOURS = _neighbours()
_MISREADINGS = _misreadings()


def mistype(texts: Texts, rng: np.random.Generator) -> Texts:
    """Put a typo into most texts: a neighbouring key, a doubled letter, one left out, two swapped."""
    characters = Characters.of(texts)
    data, count = characters.data, len(characters.sizes)
    chosen = (rng.random(count) < _TYPO_SHARE) & (characters.sizes >= 3)
    # The first letter is rarely mistyped, and the last has no follower to be swapped with.
    inner = np.maximum(characters.sizes - 2, 1)
    places = characters.starts + 1 + (rng.random(count) * inner).astype(np.int64)
    typo_kinds, columns = rng.integers(4, size=count), rng.integers(4, size=count)
    places, typo_kinds, columns = places[chosen], typo_kinds[chosen], columns[chosen]
    typed = _NEIGHBOURS[data[places], columns]
    is_letter = typed > 0
    places, typo_kinds, typed = places[is_letter], typo_kinds[is_letter], typed[is_letter]
    followers = np.minimum(places + 1, len(data) - 1)
    swapped = (typo_kinds == 3) & (_NEIGHBOURS[data[followers], 0] > 0) & (data[followers] != data[places])
    beside = (typo_kinds == 0) | ((typo_kinds == 3) & ~swapped)
    first, second = data[places[swapped]], data[followers[swapped]]
    data[places[beside]] = typed[beside]
    data[places[swapped]], data[followers[swapped]] = second, first
    times = np.ones(len(data), np.int64)
    times[places[typo_kinds == 1]], times[places[typo_kinds == 2]] = 2, 0
    return characters.repeated(times).texts()


def misread(texts: Texts, rng: np.random.Generator) -> Texts:
    """Confuse characters that look alike, as OCR does."""
    characters = Characters.of(texts)
    taken = _MISREADINGS[characters.data]
    chosen = (taken > 0) & (rng.random(len(taken)) < _MISREAD)
    characters.data[chosen] = taken[chosen]
    texts = characters.texts()
    for apart, together in _RUN_TOGETHER[: 1 + int(rng.integers(len(_RUN_TOGETHER)))]:
        texts = where(rng.random(len(texts)) < _JOINED, replace(texts, apart, together), texts)
    return texts


TYPOS = (
    Corruption("typos", frozenset({ValueShape.NAME, ValueShape.TEXT}), JoinKind.FUZZY, mistype),
    Corruption("misread", frozenset({ValueShape.NAME, ValueShape.TEXT, ValueShape.CODE}), JoinKind.FUZZY, misread),
)
