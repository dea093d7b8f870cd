"""Numbers that states give to people: their forms, and the check digits of those that have any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Texts
from lakeindex.profile.personal_data.check_digits import (
    number_of,
    passes_hybrid_11_10,
    passes_italian,
    passes_luhn,
    passes_verhoeff,
    value_at,
    weighted,
)

_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"


@dataclass(frozen=True, slots=True)
class Identity:
    """A number of one country: how it is written, and whether its check digits are right."""

    pattern: str
    """Of the capitals, without blanks, as RE2 reads it."""
    check: Callable[[Texts], Flags] | None = None
    """Of the letters and digits alone; None where the form is all there is to check."""


def _pesel(texts: Texts) -> Flags:
    return np.asarray(weighted(texts, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0)


def _cpf(texts: Texts) -> Flags:
    first = weighted(texts, range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(texts, range(11, 1, -1)) * 10 % 11 % 10
    return np.asarray((first == value_at(texts, 9)) & (second == value_at(texts, 10)))


def _resident(texts: Texts) -> Flags:
    """Check a Chinese identity number (GB 11643): its last digit may be X."""
    remainder = weighted(texts, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    last = value_at(texts, 17)
    return np.asarray((12 - remainder) % 11 == np.where(last > 9, 10, last))


def _nir(texts: Texts) -> Flags:
    return np.asarray(97 - number_of(pc.utf8_slice_codeunits(texts, 0, 13)) % 97 == number_of(_ending(texts, 13)))


def _dni(texts: Texts) -> Flags:
    digits: Texts = texts
    for letter, digit in (("X", "0"), ("Y", "1"), ("Z", "2")):
        digits = pc.replace_substring_regex(digits, f"^{letter}", digit)
    letters = np.array(list(_DNI_LETTERS))[number_of(pc.utf8_slice_codeunits(digits, 0, 8)) % 23]
    return np.asarray(letters == np.array(_ending(texts, 8).to_pylist(), dtype=str))


def _hetu(texts: Texts) -> Flags:
    # A century's letter may stand between the day and the number.
    number: Texts = pc.replace_substring_regex(texts, r"^(\d{6})[A-Z]?(\d{3}).$", r"\1\2")
    letters = np.array(list(_HETU))[number_of(number) % 31]
    return np.asarray(letters == np.array(_ending(texts, -1).to_pylist(), dtype=str))


def _ending(texts: Texts, start: int) -> Texts:
    ending: Texts = pc.utf8_slice_codeunits(texts, start)
    return ending


def _ahv(texts: Texts) -> Flags:
    return np.asarray(weighted(texts, (1, 3) * 6 + (1,)) % 10 == 0)


def _bsn(texts: Texts) -> Flags:
    return np.asarray(weighted(texts, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0)


IDENTITIES: tuple[Identity, ...] = (
    Identity(r"(?:00[1-9]|0[1-9]\d|[1-578]\d\d|6[0-57-9]\d|66[0-57-9])-(?:0[1-9]|[1-9]\d)-(?:000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})"),
    Identity(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]"),
    Identity(r"[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)\d{10}", _nir),
    Identity(r"(?:\d{8}|[XYZ]-?\d{7})-?[TRWAGMYFPDXBNJZSQVHLCKE]", _dni),
    Identity(rf"[A-Z]{{6}}\d{{2}}[A-EHLMPRST](?:{_DAY}|[4-6]\d|7[01])[A-Z]\d{{3}}[A-Z]", passes_italian),
    Identity(rf"\d\d(?:[02468][1-9]|[13579][0-2]){_DAY}\d{{5}}", _pesel),
    Identity(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", _cpf),
    Identity(rf"[1-9]\d{{5}}(?:19|20)\d\d{_MONTH}{_DAY}\d{{3}}[\dX]", _resident),
    Identity(rf"\d\d{_MONTH}(?:{_DAY}|[6-8]\d|9[01])[-+]\d{{4}}", passes_luhn),
    Identity(rf"{_DAY}{_MONTH}\d\d[-+A-FU-Y]\d{{3}}[0-9A-FHJ-NPR-Y]", _hetu),
    Identity(r"9\d\d-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-\d{4}"),
    Identity(r"[A-Z]{3}P[A-Z]\d{4}[A-Z]"),
    Identity(rf"[A-Z]{{4}}\d\d{_MONTH}{_DAY}[HMX][A-Z]{{5}}[A-Z\d]\d"),
    Identity(r"\d{3}-\d{3}-\d{3}", passes_luhn),
    Identity(r"756\.?\d{4}\.?\d{4}\.?\d{2}", _ahv),
    Identity(r"[2-9]\d{11}", passes_verhoeff),
    Identity(r"[1-9]\d{10}", passes_hybrid_11_10),
    Identity(r"\d{9}", _bsn),
)  # fmt: skip
"""Of the United States, the United Kingdom, France, Spain, Italy, Poland, Brazil, China, Sweden, Finland, of taxpayers
of the United States and India, of Mexico, Canada, Switzerland, India, Germany and the Netherlands."""


def conforms_to(identity: Identity, texts: Texts) -> Flags:
    """Return which texts, in capitals and without blanks, are such a number, (n,)."""
    matches = pc.match_substring_regex(texts, f"^(?:{identity.pattern})$").to_numpy(zero_copy_only=False)
    if identity.check is None or not matches.any():
        return np.asarray(matches)
    places = np.flatnonzero(matches)
    plain: Texts = pc.replace_substring_regex(texts.take(pa.array(places, pa.int64())), r"[^0-9A-Z]", "")
    conforms = np.zeros(len(texts), bool)
    conforms[places] = identity.check(plain)
    return conforms
