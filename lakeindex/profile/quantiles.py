"""Quantiles of numbers and dates, from the sampled values and the number of rows of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.profile.column_profile import VALUE_TYPES, ColumnProfile
from lakeindex.profile.normalise import normal_values
from lakeindex.profile.number_formats import find_dotted
from lakeindex.profile.value_types import interpret
from lakeindex.types.columns import Kind

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles_of(profiles: Sequence[ColumnProfile]) -> list[Floats]:
    """Return QUANTILES of each column of numbers, or of dates in days since 1970; nothing for other columns.

    Each is the smallest sampled value that at least this share of the sampled rows do not exceed: exact where the
    sample holds every value.
    """
    texts = [sampled.text for profile in profiles for sampled in profile.texts]
    rows = np.array([sampled.rows for profile in profiles for sampled in profile.texts], np.int64)
    ends = np.cumsum([len(profile.texts) for profile in profiles])
    written = pa.array(texts, pa.large_string())
    value_types, numbers, days = interpret(normal_values(written))
    is_thousand = value_types == VALUE_TYPES.index("thousand")
    is_dotted = find_dotted(written).to_numpy(zero_copy_only=False)
    quantiles = []
    for profile, end in zip(profiles, ends.tolist(), strict=True):
        sampled = slice(end - len(profile.texts), end)
        if profile.kind is Kind.DATE:
            quantiles.append(_weighted_quantiles(days[sampled], rows[sampled]))
        elif profile.kind.is_number:
            read = _in_number_format(profile, numbers[sampled], is_thousand[sampled], is_dotted[sampled])
            quantiles.append(_weighted_quantiles(read, rows[sampled]))
        else:
            quantiles.append(np.zeros(0))
    return quantiles


def _in_number_format(profile: ColumnProfile, numbers: Floats, is_thousand: Flags, is_dotted: Flags) -> Floats:
    """Read numbers such as `1,234` and `1.234` in the number format of the column."""
    number_format, read = profile.number_format, numbers.copy()
    read[is_thousand] = [number_format.read_thousands(number) for number in numbers[is_thousand].tolist()]
    read[is_dotted] = [number_format.read_dotted(number) for number in numbers[is_dotted].tolist()]
    return read


def _weighted_quantiles(values: Floats, rows: npt.NDArray[np.int64]) -> Floats:
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    values, rows = values[known][order], rows[known][order]
    cumulative = np.cumsum(rows)
    if len(cumulative) == 0:
        return np.zeros(0)
    places = np.searchsorted(cumulative, np.array(QUANTILES) * cumulative[-1], side="left")
    quantiles: Floats = values[np.minimum(places, len(values) - 1)]
    return quantiles
