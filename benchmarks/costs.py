"""What a system took to index a lake and to answer: seconds, bytes, milliseconds a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MB = 1_000_000
PERCENTILES = (50, 95, 99)
COST_HEADER = ("system", "columns", "reading s", "index s", "columns/s", "index MB", "peak MB", "p50 ms", "p95 ms",
               "p99 ms")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one system on one lake, or on several."""

    columns: int
    index_seconds: float
    """From the start of its process until it can be queried, reading included."""
    reading_seconds: float | None
    """Of these, until it had the lake's values; None where reading is no stage of its own."""
    index_bytes: int
    index_peak_bytes: int | None
    peak_bytes: int | None
    """While it indexed, then answered: the sum of PSS over all its processes; None where the system doesn't show it."""
    milliseconds: tuple[float, ...]
    """Of each query, warm."""

    @property
    def columns_per_second(self) -> float:
        return self.columns / self.index_seconds

    def percentiles(self) -> list[float]:
        return [float(np.percentile(self.milliseconds, percentile)) for percentile in PERCENTILES]

    def to_record(self) -> dict[str, object]:
        return {
            "columns": self.columns,
            "reading_seconds": self.reading_seconds,
            "index_seconds": self.index_seconds,
            "columns_per_second": self.columns_per_second,
            "index_bytes": self.index_bytes,
            "index_peak_bytes": self.index_peak_bytes,
            "peak_bytes": self.peak_bytes,
            **{f"p{at}_ms": each for at, each in zip(PERCENTILES, self.percentiles(), strict=True)},
        }


def cost_row(system: str, costs: dict[str, object]) -> list[str]:
    """Lay out a record of costs below COST_HEADER."""
    shown = [
        (costs["columns"], "{:,.0f}", 1),
        (costs["reading_seconds"], "{:,.1f}", 1),
        (costs["index_seconds"], "{:,.1f}", 1),
        (costs["columns_per_second"], "{:,.0f}", 1),
        (costs["index_bytes"], "{:,.1f}", MB),
        (costs["peak_bytes"], "{:,.0f}", MB),
        *((costs[f"p{at}_ms"], "{:,.1f}", 1) for at in PERCENTILES),
    ]
    return [system, *("-" if value is None else form.format(value / unit) for value, form, unit in shown)]


def over_lakes(costs: Sequence[Costs]) -> Costs:
    """Put the costs on several lakes together: sums, the highest peak, every query."""
    return Costs(
        columns=sum(each.columns for each in costs),
        index_seconds=sum(each.index_seconds for each in costs),
        reading_seconds=_sum([each.reading_seconds for each in costs]),
        index_bytes=sum(each.index_bytes for each in costs),
        index_peak_bytes=_max([each.index_peak_bytes for each in costs]),
        peak_bytes=_max([each.peak_bytes for each in costs]),
        milliseconds=tuple(one for each in costs for one in each.milliseconds),
    )


def of_all_parts(parts: Sequence[Costs], fusing_milliseconds: Sequence[float]) -> Costs:
    """Add up the costs of the systems that one is made of; they would read the lake once."""
    reading = [part.reading_seconds or 0.0 for part in parts]
    per_query = zip(fusing_milliseconds, *(part.milliseconds for part in parts), strict=True)
    return Costs(
        columns=max(part.columns for part in parts),
        index_seconds=sum(part.index_seconds for part in parts) - sum(reading) + max(reading),
        reading_seconds=max(reading),
        index_bytes=sum(part.index_bytes for part in parts),
        index_peak_bytes=_sum([part.index_peak_bytes for part in parts]),
        peak_bytes=_sum([part.peak_bytes for part in parts]),
        milliseconds=tuple(map(sum, per_query)),
    )


def _sum(values: Sequence[float | int | None]) -> float | int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _max(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return max(known) if len(known) == len(values) else None
