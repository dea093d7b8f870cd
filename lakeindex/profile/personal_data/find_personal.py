"""Find the columns of which most values are personal data of one kind, by the sample of values that profiles keep.

A quick look at a few values of each column leaves those that may hold any; the forms are compared with these alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.column_profile import VALUE_TYPES, ColumnProfile
from lakeindex.profile.personal_data.forms import compact, conforms
from lakeindex.profile.personal_data.identities import IDENTITIES, conforms_to
from lakeindex.profile.personal_data.named_forms import (
    BIRTH_NAME,
    IDENTITY_NAME,
    NO_BIRTH,
    PHONE_NAME,
    find_by_names,
    plain_words,
)
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.types.columns import Kind
from lakeindex.types.names import words_of
from lakeindex.types.personal import PersonalData, PersonalKind

_LOOKED_AT = 12
"""Values of each column that the quick look is at."""
_LEAST_DIGITS, _MOST_BYTES = 6, 60
_ZERO, _NINE = b"09"
_USUAL_SHARE, _HALF = 0.9, 0.5
_LEAST_SHARE = {PersonalKind.EMAIL: _HALF, PersonalKind.IBAN: _HALF, PersonalKind.MAC_ADDRESS: _HALF}
"""Of kinds that nothing else looks like."""
_LEAST_VALUES = {
    PersonalKind.EMAIL: 1, PersonalKind.IBAN: 1, PersonalKind.PHONE: 2, PersonalKind.PAYMENT_CARD: 3,
    PersonalKind.MAC_ADDRESS: 2, PersonalKind.IP_ADDRESS: 2,
}  # fmt: skip
_LEAST_IDENTITIES, _LEAST_BARE = 3, 10
"""Of identities; of those that are digits alone, one in ten of any numbers passes a check digit."""
_HIGH_OCTET = r"^(?:[\d.]*\.)?(?:3[2-9]|[4-9]\d|\d{3})(?:\.|$|/|:)"
"""Versions are numbers with dots, too, but of small numbers."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """The sampled texts of some columns, one after the other."""

    texts: Texts
    owners: Integers
    """(n,) the number of each one's column."""
    columns: int

    def shares(self, flags: Flags) -> tuple[Integers, Integers]:
        """Return how many texts of each column are flagged, and how many it has."""
        found = np.bincount(self.owners[flags], minlength=self.columns)
        return found.astype(np.int64), np.bincount(self.owners, minlength=self.columns).astype(np.int64)


def find_personal(names: Sequence[str], profiles: Sequence[ColumnProfile]) -> list[PersonalData | None]:
    """Return what personal data each column holds; None for those that hold none as far as their values show."""
    found: list[PersonalData | None] = [None] * len(profiles)
    words = [plain_words(words_of(name)) for name in names]
    for place, profile in enumerate(profiles):
        if profile.kind is Kind.DATE and BIRTH_NAME.search(words[place]) and not NO_BIRTH.search(words[place]):
            found[place] = PersonalData(PersonalKind.BIRTH_DATE, _share_of_dates(profile))
    likely = _likely(profiles)
    for most in (_LOOKED_AT, None):
        # Most columns are out after a few values: the whole sample is compared for those that are left.
        sample = _sample_of([profiles[place] for place in likely], most)
        kinds = _best_kinds(sample, [words[place] for place in likely], is_first_look=most is not None)
        is_left = np.array([one is not None for one in kinds], bool)
        likely, kinds = likely[is_left], [one for one in kinds if one is not None]
    for place, one in zip(likely.tolist(), kinds, strict=True):
        found[place] = found[place] or one
    for place, named in find_by_names(words, profiles, {one.kind for one in found if one is not None}).items():
        found[place] = found[place] or named
    return found


def is_of_kind(text: str, kind: PersonalKind) -> bool:
    """Return whether one text is personal data of a kind that values show."""
    texts = pa.array([text], pa.large_string())
    if kind is PersonalKind.NATIONAL_ID:
        return any(bool(conforms_to(identity, compact(texts))[0]) for identity in IDENTITIES)
    return kind in _LEAST_VALUES and bool(conforms(texts, kind, is_named=True)[0])


def _likely(profiles: Sequence[ColumnProfile]) -> Integers:
    """Return the places of the columns whose first values may be personal data: with a @, digits or colons."""
    asked = [place for place, profile in enumerate(profiles) if profile.kind in (Kind.TEXT, Kind.INTEGER)]
    if not asked:
        return np.zeros(0, np.int64)
    sample = _sample_of([profiles[place] for place in asked], _LOOKED_AT)
    text = HashedText.from_arrow(sample.texts)
    lengths = np.diff(text.offsets)
    digits, ats, colons, dots = (
        _count(text, one)
        for one in ((text.data >= _ZERO) & (text.data <= _NINE), *(text.data == sign for sign in b"@:."))
    )
    may_be = (ats > 0) | (((digits >= _LEAST_DIGITS) | (colons >= 2) | (dots >= 3)) & (lengths <= _MOST_BYTES))
    found, total = sample.shares(may_be)
    return np.array(asked, np.int64)[(found > 0) & (2 * found >= total)]


def _count(text: HashedText, flags: Flags) -> Integers:
    """Return how many bytes of each text are flagged, (n,)."""
    counts: Integers = np.diff(np.concatenate([[0], np.cumsum(flags)])[text.offsets])
    return counts


def _sample_of(profiles: Sequence[ColumnProfile], most: int | None = None) -> _Sample:
    sampled = [profile.texts for profile in profiles]
    if most is not None:
        sampled = [one.take(np.arange(min(most, len(one)))) for one in sampled]
    owners = np.repeat(np.arange(len(profiles)), list(map(len, sampled)))
    return _Sample(SampledTexts.joined(sampled).texts, owners, len(profiles))


def _best_kinds(sample: _Sample, words: Sequence[str], is_first_look: bool) -> list[PersonalData | None]:
    """Return the first kind of which enough values of each column are; at a first look half of them are enough."""
    is_phone, is_identity = ([bool(named.search(name)) for name in words] for named in (PHONE_NAME, IDENTITY_NAME))
    best: list[PersonalData | None] = [None] * sample.columns
    for kind, least in _LEAST_VALUES.items():
        flags = conforms(sample.texts, kind)
        if kind is PersonalKind.PHONE:
            by_name = conforms(sample.texts, kind, is_named=True)
            flags = np.where(np.array(is_phone)[sample.owners], by_name, flags)
        enough = _HALF if is_first_look else _LEAST_SHARE.get(kind, _USUAL_SHARE)
        _note(best, PersonalData(kind, enough), sample, flags, [least] * sample.columns)
        if kind is PersonalKind.IP_ADDRESS:
            _drop_versions(best, sample)
    written = compact(sample.texts)
    for place, identity in enumerate(IDENTITIES):
        is_bare = place >= len(IDENTITIES) - _BARE
        enough = _HALF if is_first_look else _USUAL_SHARE
        bare = _LEAST_BARE // 2 if is_first_look else _LEAST_BARE
        least_values = [1 if named else bare if is_bare else _LEAST_IDENTITIES for named in is_identity]
        _note(
            best, PersonalData(PersonalKind.NATIONAL_ID, enough), sample, conforms_to(identity, written), least_values
        )
    return best


_BARE = 3
"""The last ones, which are digits with one check digit."""


def _note(
    best: list[PersonalData | None], wanted: PersonalData, sample: _Sample, flags: Flags, least: Sequence[int]
) -> None:
    """Note the kind that is wanted for each column with so many and such a share of flagged values, if it has none."""
    found, total = sample.shares(flags)
    for place in np.flatnonzero((found >= np.array(least)) & (found >= wanted.share * total)).tolist():
        best[place] = best[place] or PersonalData(wanted.kind, round(float(found[place] / total[place]), 4))


def _drop_versions(best: list[PersonalData | None], sample: _Sample) -> None:
    """Take columns of small numbers with dots out: these are versions."""
    has_colon = pc.match_substring(sample.texts, ":").to_numpy(zero_copy_only=False)
    is_high = pc.match_substring_regex(sample.texts, _HIGH_OCTET).to_numpy(zero_copy_only=False) | has_colon
    found, total = sample.shares(is_high)
    for place, one in enumerate(best):
        if one is not None and one.kind is PersonalKind.IP_ADDRESS and 2 * found[place] < total[place]:
            best[place] = None


def _share_of_dates(profile: ColumnProfile) -> float:
    dated = ("date", "timestamp", "zoned", "day_first", "month_first", "either_order")
    seen = dict(zip(VALUE_TYPES, profile.value_types.tolist(), strict=True))
    return float(np.round(sum(seen[name] for name in dated) / max(sum(seen.values()), 1), 4))
