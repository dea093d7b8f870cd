"""Quantiles of numbers and dates, from the sampled values and the rows that hold each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.looks import interpret
from lakeindex.profile.normalise import normal_values
from lakeindex.types import Kind

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

Quantiles = npt.NDArray[np.float64]


def quantiles_of(profiles: Sequence[ColumnProfile]) -> list[Quantiles]:
    """Return QUANTILES of each column of numbers, or of dates in days since 1970; nothing for other columns.

    Each is the smallest sampled value that at least this share of the sampled rows do not exceed: exact where the
    sample holds every value.
    """
    texts = [sampled.text for profile in profiles for sampled in profile.texts]
    rows = np.array([sampled.rows for profile in profiles for sampled in profile.texts], np.int64)
    ends = np.cumsum([len(profile.texts) for profile in profiles])
    _, numbers, days = interpret(normal_values(pa.array(texts, pa.large_string())))
    found = []
    for profile, end in zip(profiles, ends.tolist(), strict=True):
        sampled = slice(end - len(profile.texts), end)
        measured = days if profile.kind is Kind.DATE else numbers
        is_measured = profile.kind.is_number or profile.kind is Kind.DATE
        found.append(_weighted(measured[sampled], rows[sampled]) if is_measured else np.zeros(0))
    return found


def _weighted(values: Quantiles, rows: npt.NDArray[np.int64]) -> Quantiles:
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    values, rows = values[known][order], rows[known][order]
    reached = np.cumsum(rows)
    if len(reached) == 0:
        return np.zeros(0)
    places = np.searchsorted(reached, np.array(QUANTILES) * reached[-1], side="left")
    reached_values: Quantiles = values[np.minimum(places, len(values) - 1)]
    return reached_values
