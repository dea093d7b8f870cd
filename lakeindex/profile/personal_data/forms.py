"""Which values are of a kind of personal data, each by itself: its form, its lengths and its check digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Texts
from lakeindex.profile.personal_data.check_digits import passes_luhn, passes_mod_97
from lakeindex.types.personal import PersonalKind

_LABEL = r"[\p{L}\d](?:[\p{L}\d-]*[\p{L}\d])?"
_EMAIL = rf"^(?:mailto:)?(?:[^<>@]+<)?[^\s@<>,;:()\[\]]+@(?:{_LABEL}\.)+(?:\p{{L}}{{2,}}|xn--[a-z\d]+)>?$"
_GROUPED = r"[\d\s().\-/]"
_INTERNATIONAL = rf"^\+\(?[1-9]{_GROUPED}{{6,22}}\d(?:\s*(?:x|ext\.?)\s*\d{{1,6}})?$"
_AMERICAN = r"^(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?:\s*(?:x|ext\.?)\s*\d{1,6})?$"
_NATIONAL_PHONE = (
    r"^(?:0[1-9](?:[ .\-]\d{2}){4}|\(\d{2}\) ?9?\d{4}[\- ]\d{4}|\(?0(?:2\d|1\d{2,3}|7\d{3})\)? \d{3,4} ?\d{3,4}"
    r"|[6-9]\d{4}[ \-]\d{5}|0[1-9]\d{1,4}/\d{5,8})$"
)
"""As they are written in France, Brazil and Mexico, the United Kingdom, India and Germany, and hardly anything else."""
_ANY_PHONE = rf"^(?:\+|00)?\(?\d{_GROUPED}{{5,22}}\d(?:\s*(?:x|ext\.?)\s*\d{{1,6}})?$"
_EXTENSION = r"\s*(?:x|ext\.?)\s*\d{1,6}$"
_LEAST_DIGITS, _MOST_DIGITS = 7, 15
_LEAST_INTERNATIONAL = 8
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IP_4 = rf"^(?:{_OCTET}\.){{3}}{_OCTET}(?:/\d{{1,2}}|:\d{{1,5}})?$"
_GROUPS = r"(?:[\da-f]{1,4}(?::[\da-f]{1,4})*)?"
_IP_6 = rf"^(?:(?:[\da-f]{{1,4}}:){{7}}[\da-f]{{1,4}}|{_GROUPS}::{_GROUPS})$"
_MAC = r"^(?:(?:[\da-f]{2}:){5}[\da-f]{2}|(?:[\da-f]{2}-){5}[\da-f]{2}|(?:[\da-f]{4}\.){2}[\da-f]{4})$"
_CARD = (
    r"^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$"
)
_IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 "
    "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 "
    "LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 "
    "SI19 SK24 SM27 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
)
_IBAN = f"^(?:{'|'.join(rf'{one[:2]}[0-9]{{2}}[A-Z0-9]{{{int(one[2:]) - 4}}}' for one in _IBAN_LENGTHS.split())})$"


def conforms(texts: Texts, kind: PersonalKind, is_named: bool = False) -> Flags:
    """Return which texts are of a kind, (n,); `is_named` where their column is called so, and a weaker form will do.

    Dates of birth and identities aren't among them: a date shows nothing, and identities are many.
    """
    return np.asarray(_FORMS[kind](pc.utf8_trim_whitespace(texts), is_named))


def compact(texts: Texts) -> Texts:
    """Return texts in capitals, without blanks and the zero decimals of a number."""
    written: Any = pc.replace_substring_regex(pc.utf8_upper(texts), r"\s+|\.0$", "")
    return written  # type: ignore[no-any-return]


def digits_of(texts: Texts) -> Texts:
    """Return the digits of texts."""
    digits: Texts = pc.replace_substring_regex(texts, r"[^0-9]", "")
    return digits


def _matches(texts: Texts, pattern: str) -> Flags:
    return np.asarray(pc.match_substring_regex(texts, pattern, ignore_case=True).to_numpy(zero_copy_only=False))


def _are_emails(texts: Texts, _: bool) -> Flags:
    return _matches(texts, _EMAIL)


def _are_phones(texts: Texts, is_named: bool) -> Flags:
    numbers: Texts = pc.replace_substring_regex(texts, _EXTENSION, "")
    lengths = pc.utf8_length(digits_of(numbers)).to_numpy(zero_copy_only=False)
    is_short_enough = lengths <= _MOST_DIGITS
    known = (_matches(texts, _INTERNATIONAL) & (lengths >= _LEAST_INTERNATIONAL)) | _matches(texts, _AMERICAN)
    known |= _matches(texts, _NATIONAL_PHONE)
    if is_named:
        known |= _matches(texts, _ANY_PHONE) & (lengths >= _LEAST_DIGITS)
    return np.asarray(known & is_short_enough)


def _are_ibans(texts: Texts, _: bool) -> Flags:
    return _checked(compact(texts), _IBAN, passes_mod_97)


def _are_cards(texts: Texts, _: bool) -> Flags:
    written: Texts = pc.replace_substring_regex(compact(texts), "-", "")
    return _checked(written, _CARD, passes_luhn)


def _are_ip_addresses(texts: Texts, _: bool) -> Flags:
    return np.asarray(_matches(texts, _IP_4) | _matches(texts, _IP_6))


def _are_mac_addresses(texts: Texts, _: bool) -> Flags:
    return _matches(texts, _MAC)


def _checked(texts: Texts, pattern: str, check: Any) -> Flags:
    """Return which texts match and pass a check, which is made of those that match alone."""
    matches = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(matches)
    found = np.zeros(len(texts), bool)
    if len(places):
        found[places] = check(texts.take(pa.array(places, pa.int64())))
    return found


_FORMS = {
    PersonalKind.EMAIL: _are_emails,
    PersonalKind.PHONE: _are_phones,
    PersonalKind.IBAN: _are_ibans,
    PersonalKind.PAYMENT_CARD: _are_cards,
    PersonalKind.IP_ADDRESS: _are_ip_addresses,
    PersonalKind.MAC_ADDRESS: _are_mac_addresses,
}
