"""Quantiles of numbers and dates, from the sampled values and the number of rows of each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats
from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.profile.column_profile import VALUE_TYPES, ColumnProfile
from lakeindex.profile.normalise import normal_values
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.value_types import find_days, interpret
from lakeindex.types.columns import Kind

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles_of(profiles: Sequence[ColumnProfile]) -> list[Floats]:
    """Return QUANTILES of each column of numbers, or of dates in days since 1970; nothing for other columns.

    Each is the smallest sampled value that at least this share of the sampled rows do not exceed: exact where the
    sample holds every value.
    """
    texts = SampledTexts.joined([profile.texts for profile in profiles])
    rows = texts.rows
    ends = np.cumsum([len(profile.texts) for profile in profiles])
    owners = np.repeat(np.arange(len(profiles)), [len(profile.texts) for profile in profiles])
    values = normal_values(texts.texts)
    value_types, numbers = interpret(values)
    ordered = ReadValues(values, [profile.reading for profile in profiles], owners).ordered()
    _, days = find_days(ordered, value_types)
    is_thousand, is_dotted = (value_types == VALUE_TYPES.index(name) for name in ("thousand", "dotted"))
    quantiles = []
    for profile, end in zip(profiles, ends.tolist(), strict=True):
        sampled = slice(end - len(profile.texts), end)
        if profile.kind is Kind.DATE:
            quantiles.append(_weighted_quantiles(days[sampled], rows[sampled]))
        elif profile.kind.is_number:
            read = np.where(is_thousand[sampled], profile.read_thousands(numbers[sampled]), numbers[sampled])
            read = np.where(is_dotted[sampled], profile.read_dotted(numbers[sampled]), read)
            quantiles.append(_weighted_quantiles(read, rows[sampled]))
        else:
            quantiles.append(np.zeros(0))
    return quantiles


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
