"""Check digits of many texts at once: each position of all texts is one step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Integers, Texts

Characters = npt.NDArray[np.uint8]
"""(n, width) the ASCII characters of texts, 0 behind the end of each."""

_ZERO, _NINE, _A = ord("0"), ord("9"), ord("A")
_TEN = 10
_ODD_LETTERS = np.array([1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23])
"""What a letter counts at odd places of an Italian tax code; digits count as the first ten letters."""

_FIVE = np.arange(10) % 5
_ABOVE = np.arange(10) >= 5
_PRODUCT = np.where(_ABOVE[:, None], _FIVE[:, None] - _FIVE[None, :], _FIVE[:, None] + _FIVE[None, :]) % 5
_PRODUCT = _PRODUCT + 5 * (_ABOVE[:, None] ^ _ABOVE[None, :])
"""The product in the dihedral group of order ten, by which Verhoeff's digits are checked."""
_TURNED = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])


def characters_of(texts: Texts) -> Characters:
    """Return the characters of ASCII texts, (n, longest)."""
    encoded = np.array(texts.to_pylist(), dtype=np.bytes_)
    width = max(encoded.dtype.itemsize, 1)
    return encoded.view(np.uint8).reshape(len(encoded), width) if len(encoded) else np.zeros((0, 1), np.uint8)


def values_of(characters: Characters) -> Integers:
    """Return the number of each character, (n, width): digits as they are, A is 10, and so on to Z; -1 for no one."""
    codes = characters.astype(np.int64)
    is_digit, is_letter = (codes >= _ZERO) & (codes <= _NINE), (codes >= _A) & (codes < _A + 26)
    return np.where(is_digit, codes - _ZERO, np.where(is_letter, codes - _A + _TEN, -1))


def passes_luhn(texts: Texts) -> Flags:
    """Return which texts of digits end in their Luhn digit (ISO/IEC 7812-1), (n,)."""
    values = values_of(characters_of(texts))
    from_end = (values >= 0).sum(axis=1, keepdims=True) - 1 - np.arange(values.shape[1])
    doubled = np.where(from_end % 2 == 1, values * 2, values)
    summed = np.where(values >= 0, np.where(doubled > 9, doubled - 9, doubled), 0).sum(axis=1)
    return np.asarray(summed % _TEN == 0)


def passes_mod_97(texts: Texts) -> Flags:
    """Return which texts of digits and capitals leave 1 modulo 97 once their first four are at the end (ISO 13616)."""
    values = values_of(characters_of(texts))
    lengths = (values >= 0).sum(axis=1)
    order = (np.arange(values.shape[1]) + 4)[None, :] % np.maximum(lengths, 1)[:, None]
    is_used = np.arange(values.shape[1])[None, :] < lengths[:, None]
    remainders = np.zeros(len(values), np.int64)
    for place in range(values.shape[1]):
        digit = values[np.arange(len(values)), order[:, place]]
        grown = remainders * np.where(digit >= _TEN, 100, _TEN) + digit
        remainders = np.where(is_used[:, place], grown % 97, remainders)
    return np.asarray((remainders == 1) & (lengths > 4))


def weighted(texts: Texts, weights: Sequence[int]) -> Integers:
    """Return the sum of the first characters, each times its weight, (n,); the texts are as long as that, or longer."""
    values = values_of(characters_of(texts))
    if not len(values):
        return np.zeros(0, np.int64)
    summed: Integers = values[:, : len(weights)] @ np.array(weights, np.int64)
    return summed


def value_at(texts: Texts, place: int) -> Integers:
    """Return the number of the character at one place of each text, (n,)."""
    values = values_of(characters_of(texts))
    return values[:, place] if len(values) else np.zeros(0, np.int64)


def number_of(texts: Texts) -> Integers:
    """Return texts of at most 18 digits as numbers, (n,)."""
    return texts.cast(pa.int64()).to_numpy()


def passes_italian(texts: Texts) -> Flags:
    """Return which texts of the form of an Italian tax code end in its letter, (n,)."""
    values = values_of(characters_of(texts))
    if not len(values):
        return np.zeros(0, bool)
    letters = np.where(values >= _TEN, values - _TEN, values)[:, :15]
    summed = _ODD_LETTERS[letters[:, 0::2]].sum(axis=1) + letters[:, 1::2].sum(axis=1)
    return np.asarray(summed % 26 == values[:, 15] - _TEN)


def passes_hybrid_11_10(texts: Texts) -> Flags:
    """Return which texts of digits end in their digit by ISO/IEC 7064, MOD 11,10, (n,)."""
    values = values_of(characters_of(texts))
    product = np.full(len(values), _TEN, np.int64)
    for place in range(values.shape[1] - 1):
        summed = (values[:, place] + product) % _TEN
        product = 2 * np.where(summed == 0, _TEN, summed) % 11
    check = (11 - product) % 11 % _TEN
    return np.asarray(check == values[:, -1])


def passes_verhoeff(texts: Texts) -> Flags:
    """Return which texts of digits, all of one length, end in their digit by Verhoeff, (n,)."""
    values = values_of(characters_of(texts))
    check, turned = np.zeros(len(values), np.int64), np.arange(_TEN)
    for place in range(values.shape[1]):
        check = _PRODUCT[check, turned[values[:, -1 - place]]]
        turned = _TURNED[turned]
    return np.asarray(check == 0)
