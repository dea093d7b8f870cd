r"""One reading of all values of an attribute: a time of day, a day, a number, a set, or a text.

What an attribute is, its values say: a kind is taken where nearly all values contain one and most are nothing else.
Then what stands beside it (notes in brackets, a day beside the time that all others are) no longer counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.arrays.text_numbers import floats_of, integers_of
from lakeindex.canonical.rewrites import MINUS, POINT
from lakeindex.integrate.conflicts.set_values import has_separator, set_keys
from lakeindex.integrate.records import canonical_keys


class Kind(StrEnum):
    """What the values of an attribute are."""

    TIME = "time"
    DAY = "day"
    NUMBER = "number"
    SET = "set"
    TEXT = "text"


@dataclass(frozen=True, slots=True, eq=False)
class TypedValues:
    """Different values of an attribute, (n,) each."""

    kind: Kind
    keys: Texts
    """Equal for values that say the same."""
    amounts: Floats
    """Seconds of the day, days, or the number; nan where there is none."""
    is_sound: Flags
    """Whether a value is of the attribute's kind."""
    written: Texts
    """The value without what doesn't count."""


_NOTHING = constant_text("")
_UNREAD = constant_text("?")
"""Before the key of a value that is not of its attribute's kind."""
_SHARE_OF_SOUND = 0.8
_SHARE_OF_PURE = 0.5
_SHARE_OF_SETS = 0.1

_TIME = (
    r"(?:^|[^\d:.,])(?P<written>(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\.\d+)?"
    r"(?P<half>\s*[ap]\s?\.?\s?m\b\.?|[ap])?)"
)
_NOTES = r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*"
_DAY = r"^(?P<day>(?:1[5-9]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:\d{6}[\d.z]*)?$"
_NUMBER_KEY = rf"^{MINUS}?\d+(?:{POINT}\d+)?(?:e{MINUS}?\d+)?$"
_PLAIN = r"[+-]?(?:\d{1,3}(?:[,.'’ ]\d{3})+|\d*)(?:[.,]\d+)?"
_NUMBER = rf"^{_PLAIN}(?:[eE][+-]?\d+)?$"
_MEASURE = rf"^\s*\p{{Sc}}?\s*(?P<number>{_PLAIN})\s*(?P<unit>[\p{{L}}%°²³/]{{1,12}}|\p{{Sc}})?\.?\s*$"


def read_values(texts: Texts, keys: Texts, counts: Integers) -> TypedValues:
    """Read the different values of an attribute, each with its canonical key and how often it is claimed."""
    plain = without_markup(texts)
    is_changed = pc.not_equal(plain, texts).to_numpy(zero_copy_only=False)
    if is_changed.any():
        keys = pc.replace_with_mask(keys, pa.array(is_changed), canonical_keys(plain.filter(pa.array(is_changed))))
    for read in (_times, _days, _numbers):
        found = read(plain, keys)
        if found is not None and _is_kind(found, plain, counts):
            return found
    if counts[has_separator(plain)].sum() > _SHARE_OF_SETS * counts.sum():
        keys, kind = set_keys(plain), Kind.SET
    else:
        kind = Kind.TEXT
    every = np.ones(len(keys), bool)
    return TypedValues(kind, keys, np.full(len(keys), np.nan), every, plain)


def _is_kind(found: TypedValues, plain: Texts, counts: Integers) -> bool:
    total = max(int(counts.sum()), 1)
    is_pure = found.is_sound & pc.equal(found.written, plain).to_numpy(zero_copy_only=False)
    return bool(
        counts[found.is_sound].sum() >= _SHARE_OF_SOUND * total and counts[is_pure].sum() >= _SHARE_OF_PURE * total
    )


def without_markup(texts: Texts) -> Texts:
    """Return texts without entities of HTML, with single blanks."""
    decoded: Any = texts
    if pc.any(pc.match_substring(texts, "&")).as_py():
        for name, by in _ENTITIES.items():
            decoded = pc.replace_substring_regex(decoded, rf"(?i)&{name};?", by)
    # Every blank of Unicode, and those that can't be seen.
    blanks = pc.replace_substring_regex(decoded, r"[\s\p{Z}\x{200B}\x{FEFF}]+", " ")
    plain: Texts = pc.utf8_trim_whitespace(blanks)
    return plain


_ENTITIES = {
    "nbsp": " ", "#160": " ", "#xa0": " ", "quot": '"', "#34": '"', "apos": "'", "#0?39": "'", "#x27": "'",
    "lt": "<", "gt": ">", "ndash": "–", "mdash": "—", "amp": "&",
}  # fmt: skip
"""The entities that survive in scraped tables; `amp` last, as it makes new ones."""


def _times(plain: Texts, keys: Texts) -> TypedValues | None:
    bare = pc.replace_substring_regex(pc.utf8_lower(plain), _NOTES, " ")
    parts: Any = pc.extract_regex(bare, _TIME)
    is_sound: Flags = parts.is_valid().to_numpy(zero_copy_only=False)
    if not is_sound.any():
        return None
    hour, minute, second = (_whole(parts.field(name)) for name in ("hour", "minute", "second"))
    half = pc.utf8_trim_whitespace(parts.field("half").fill_null(""))
    is_half = (hour >= 1) & (hour <= 12)
    hour = np.where(is_half & _starts(half, "a"), hour % 12, hour)
    hour = np.where(is_half & _starts(half, "p"), hour % 12 + 12, hour)
    seconds = np.where(is_sound, (3600 * hour + 60 * minute + second) % 86400, 0)
    return _typed(Kind.TIME, keys, (seconds, is_sound), _cut(plain, parts.field("written"), is_sound))


def _cut(plain: Texts, written: Any, is_sound: Flags) -> Texts:
    """Return the part of each text that counts, in its own casing."""
    lower = pc.utf8_lower(plain)
    same: Any = pc.equal(lower, written.cast(pa.large_string())).fill_null(False)
    upper: Any = pc.match_substring_regex(plain, r"\p{Lu}").to_numpy(zero_copy_only=False)
    cut = pc.utf8_trim_whitespace(written.cast(pa.large_string()))
    cut = pc.if_else(_flags(upper), pc.utf8_upper(cut), cut)
    part: Texts = pc.if_else(pc.or_(same, _flags(~is_sound)), plain, cut)
    return part


def _days(plain: Texts, keys: Texts) -> TypedValues | None:
    parts: Any = pc.extract_regex(keys, _DAY)
    has_sign = pc.match_substring_regex(plain, r"^\d+[^\d\s]\d+[^\d\s]\d+").to_numpy(zero_copy_only=False)
    is_sound: Flags = parts.is_valid().to_numpy(zero_copy_only=False) & has_sign
    if not is_sound.any():
        return None
    texts = pc.if_else(pa.array(is_sound), parts.field("day").cast(pa.string()), pa.scalar("19700101"))
    days: Any = pc.strptime(texts, "%Y%m%d", "s", error_is_null=True)
    # What the calendar doesn't have, February 30, must not become another day.
    is_day = pc.equal(pc.strftime(days, format="%Y%m%d").cast(pa.string()), texts.cast(pa.string()))
    is_sound &= is_day.fill_null(False).to_numpy(zero_copy_only=False)
    numbers = days.fill_null(0).cast(pa.int64()).to_numpy() // 86400
    return _typed(Kind.DAY, keys, (numbers, is_sound), plain)


def _typed(kind: Kind, keys: Texts, found: tuple[Integers, Flags], written: Texts) -> TypedValues:
    numbers, is_sound = found
    texts: Any = pa.array(numbers).cast(pa.large_string())
    read: Texts = pc.if_else(pa.array(is_sound), texts, pc.binary_join_element_wise(_UNREAD, keys, _NOTHING))
    return TypedValues(kind, read, np.where(is_sound, numbers, np.nan).astype(np.float64), is_sound, written)


def _numbers(plain: Texts, keys: Texts) -> TypedValues | None:
    is_plain = _matches(keys, _NUMBER_KEY) & _matches(plain, _NUMBER)
    parts: Any = pc.extract_regex(plain, _MEASURE)
    has_digit = _matches(parts.field("number").fill_null(""), r"\d")
    is_sound = is_plain | (parts.is_valid().to_numpy(zero_copy_only=False) & has_digit)
    if not is_sound.any():
        return None
    measured = canonical_keys(parts.field("number").fill_null("").cast(pa.large_string()))
    number = pc.if_else(pa.array(is_plain), keys, measured)
    unit = pc.utf8_lower(parts.field("unit").fill_null("").cast(pa.large_string()))
    unit = pc.if_else(pa.array(is_plain), _NOTHING, unit)
    units = pc.value_counts(unit.filter(pa.array(is_sound))).to_pylist()
    named = sorted((-one["counts"], one["values"]) for one in units if one["values"])
    usual = named[0][1] if named else ""
    is_usual = pc.is_in(unit, pa.array(["", usual], pa.large_string()))
    amounts = floats_of(pc.replace_substring(pc.replace_substring(number, POINT, "."), MINUS, "-"))
    other = pc.if_else(is_usual, _NOTHING, unit)
    read = pc.if_else(pa.array(is_sound), pc.binary_join_element_wise(number, other, _NOTHING), keys)
    amounts = np.where(is_sound & is_usual.to_numpy(zero_copy_only=False), amounts, np.nan)
    return TypedValues(Kind.NUMBER, read, amounts, is_sound, plain)


def _whole(texts: Any) -> Integers:
    return integers_of(texts.fill_null("").cast(pa.large_string()))[1]


def _matches(texts: Any, pattern: str) -> Flags:
    flags: Flags = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return flags


def _starts(texts: Any, letter: str) -> Flags:
    flags: Flags = pc.starts_with(texts, letter).to_numpy(zero_copy_only=False)
    return flags


def _flags(flags: Flags) -> Any:
    return pa.array(flags)
