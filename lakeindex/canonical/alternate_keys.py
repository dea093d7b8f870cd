"""Alternate keys: further keys under which a value may meet the key of another column.

codes    the numbers inside, of three digits or more, that are no years      "inv-100001-2024" → "100001"
numbers  the moment that a spreadsheet's day or an epoch stands for          45292 → "20240101"
times    their day and their month, and the month of a day                   "2024-03-08" → "202403"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts

_CODE = r"^[^\s]{4,32}$"
_YEAR = r"^(19|20)\d\d$"
_LEAST_DIGITS = 3
_DAY_ZERO = np.datetime64("1899-12-30", "us")
"""Of spreadsheets, as Excel counts from 1 March 1900 on."""
_SHEET_DAYS = (18_000, 60_000)
"""From 1949 to 2064."""
_SECONDS = (1e8, 4.1e9)
"""From 1973 to 2099."""
_EPOCHS = (("s", 1), ("ms", 1_000), ("us", 1_000_000), ("ns", 1_000_000_000))
_MICROSECONDS_A_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class AlternateKeys:
    """Keys, and of which value each is."""

    keys: Texts
    places: Integers

    @classmethod
    def of(cls, ordered: Texts, numbers: Floats, is_dated: Flags, may_be_moment: Flags) -> AlternateKeys:
        """Return the alternate keys of values, given in order and folded, with the number of each, nan for none.

        `may_be_moment` (n,) are the values of columns whose numbers may be moments: see `may_be_moments`.
        """
        is_number = ~np.isnan(numbers)
        found = (
            _numbers_inside(ordered, np.flatnonzero(~is_number & ~is_dated)),
            _moments(numbers, np.flatnonzero(is_number & may_be_moment)),
            _periods(ordered, np.flatnonzero(is_dated)),
        )
        keys: Any = pa.concat_arrays([one.keys for one in found])
        return cls(keys, np.concatenate([one.places for one in found]))


def may_be_moments(low: float, high: float) -> bool:
    """Return whether all numbers between two may be moments of one unit."""
    spans = (_SHEET_DAYS, *((_SECONDS[0] * scale, _SECONDS[1] * scale) for _, scale in _EPOCHS))
    return any(start <= low and high <= end for start, end in spans)


def _numbers_inside(ordered: Texts, others: Integers) -> AlternateKeys:
    is_code = pc.match_substring_regex(ordered, r"\d{3}").to_numpy(zero_copy_only=False)
    places = others[is_code[others]]
    is_code = pc.match_substring_regex(ordered.take(places), _CODE).to_numpy(zero_copy_only=False)
    places = places[is_code]
    codes: Texts = ordered.take(places)
    apart = pc.utf8_trim_whitespace(pc.replace_substring_regex(codes, r"[^0-9]+", " "))
    runs = pc.utf8_split_whitespace(apart)
    owners = pc.list_parent_indices(runs).to_numpy()
    inside: Any = pc.replace_substring_regex(pc.list_flatten(runs).cast(pa.large_string()), r"^0+(\d)", r"\1")
    is_long = pc.utf8_length(inside).to_numpy(zero_copy_only=False) >= _LEAST_DIGITS
    is_meant = is_long & ~pc.match_substring_regex(inside, _YEAR).to_numpy(zero_copy_only=False)
    return AlternateKeys(inside.filter(pa.array(is_meant)), places[owners[is_meant]])


def _moments(numbers: Floats, places: Integers) -> AlternateKeys:
    keys: list[Any] = [pa.array([], pa.large_string())]
    owners = [places[:0]]
    some = numbers[places]
    is_day = (some >= _SHEET_DAYS[0]) & (some <= _SHEET_DAYS[1])
    days = np.round(some[is_day] * _MICROSECONDS_A_DAY).astype(np.int64)
    found = [(_DAY_ZERO + days.astype("m8[us]"), places[is_day], "")]
    for unit, scale in _EPOCHS:
        is_epoch = (some >= _SECONDS[0] * scale) & (some <= _SECONDS[1] * scale) & (some == np.floor(some))
        instants = some[is_epoch].astype(np.int64).astype(f"M8[{unit}]").astype("M8[us]")
        # A time without a zone is mostly one in UTC, too.
        found += [(instants, places[is_epoch], zone) for zone in ("z", "")]
    for moments, owned, zone in found:
        if len(owned):
            keys.append(_moment_keys(moments, zone))
            owners.append(owned)
    together: Any = pa.concat_arrays(keys)
    return AlternateKeys(together, np.concatenate(owners))


def _moment_keys(moments: npt.NDArray[np.datetime64], zone: str) -> Texts:
    """Write moments as the keys of dates and times are."""
    at: Any = pa.array(moments)
    written: Any = pc.strftime(at, "%Y%m%d%H%M%S").cast(pa.large_string())
    for pattern, by in ((r"\.", ""), (r"^(\d{14}\d*[1-9])0+$", r"\1"), (r"^(\d{14})0+$", r"\1")):
        written = pc.replace_substring_regex(written, pattern, by)
    end: Any = pa.scalar(zone, pa.large_string())
    nothing: Any = pa.scalar("", pa.large_string())
    zoned: Any = pc.binary_join_element_wise(written, end, nothing)
    keys: Texts = pc.replace_substring_regex(zoned, r"^(\d{8})000000z?$", r"\1")
    return keys


def _periods(ordered: Texts, dated: Integers) -> AlternateKeys:
    values: Texts = ordered.take(dated)
    is_iso = pc.match_substring_regex(values, r"^\d{4}-\d\d-\d\d").to_numpy(zero_copy_only=False)
    values, dated = values.filter(pa.array(is_iso)), dated[is_iso]
    digits = pc.replace_substring(pc.utf8_slice_codeunits(values, 0, len("2024-03-08")), "-", "")
    has_time = (pc.utf8_length(values).to_numpy(zero_copy_only=False)) > len("2024-03-08")
    months: Texts = pc.utf8_slice_codeunits(digits, 0, len("202403"))
    keys: Any = pa.concat_arrays([months, digits.filter(pa.array(has_time))])
    return AlternateKeys(keys, np.concatenate([dated, dated[has_time]]))
