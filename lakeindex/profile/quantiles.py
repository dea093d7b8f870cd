"""Quantiles of numbers and dates, from the sampled values and the number of rows of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.profile.column_profile import VALUE_TYPES, ColumnProfile
from lakeindex.profile.read_once import NormalOnce, ReadOnce
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.value_types import find_days, interpret
from lakeindex.types.columns import Kind

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles_of(profiles: Sequence[ColumnProfile]) -> list[Floats]:
    """Return QUANTILES of each column of numbers, or of dates in days since 1970; nothing for other columns.

    Each is the smallest sampled value that at least this share of the sampled rows do not exceed: exact where the
    sample holds every value.
    """
    kinds = [profile.kind for profile in profiles]
    measured = [profile for profile, kind in zip(profiles, kinds, strict=True) if kind.is_number or kind is Kind.DATE]
    found = _of_measured(measured)
    return [next(found) if kind.is_number or kind is Kind.DATE else np.zeros(0) for kind in kinds]


def _of_measured(profiles: Sequence[ColumnProfile]) -> Iterator[Floats]:
    texts = SampledTexts.joined([profile.texts for profile in profiles])
    ends = np.cumsum([len(profile.texts) for profile in profiles])
    owners = np.repeat(np.arange(len(profiles)), [len(profile.texts) for profile in profiles])
    normal = NormalOnce.of(texts.texts)
    value_types, numbers = interpret(normal.values)
    readings = [profile.reading for profile in profiles]
    read = ReadOnce.of(normal, owners, readings, np.zeros(len(profiles), bool))
    days = find_days(read.values.ordered(), value_types[read.value_of])[1][read.read_of]
    value_types, numbers = value_types[normal.value_of], numbers[normal.value_of]
    for profile, end in zip(profiles, ends.tolist(), strict=True):
        sampled = slice(end - len(profile.texts), end)
        values = days[sampled] if profile.kind is Kind.DATE else _read(profile, value_types[sampled], numbers[sampled])
        yield _weighted_quantiles(values, texts.rows[sampled])


def _read(profile: ColumnProfile, value_types: Integers, numbers: Floats) -> Floats:
    """Return the numbers of a column as it reads them."""
    for name, read in (("thousand", profile.read_thousands), ("dotted", profile.read_dotted)):
        is_such = value_types == VALUE_TYPES.index(name)
        numbers = np.where(is_such, read(numbers), numbers) if is_such.any() else numbers
    return numbers


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
