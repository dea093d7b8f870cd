"""Variants of dates: other formats, an added time, a coarser grain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.synthesis.corruption import Corruption, pick
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

DATE_FORMATS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%d-%b-%Y",
)  # fmt: skip
_COARSE = ("%Y-%m", "%Y", "%b %Y", "%m/%Y")
_SECONDS_OF_DAY = 86_400


def redate(texts: Texts, rng: np.random.Generator) -> Texts:
    """Write dates in another format."""
    return _written(texts, DATE_FORMATS[pick(rng, len(DATE_FORMATS))])


def add_times(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add a random time of day to each date."""
    return _written(texts, ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")[pick(rng, 2)], rng)


def coarsen(texts: Texts, rng: np.random.Generator) -> Texts:
    """Write only the month or the year of each date."""
    return _written(texts, _COARSE[pick(rng, len(_COARSE))])


def _written(texts: Texts, form: str, rng: np.random.Generator | None = None) -> Texts:
    """Write each existing date in a format, with a random time if `rng` is given; other texts stay unchanged."""
    days: Any = pc.strptime(texts, format="%Y-%m-%d", unit="s", error_is_null=True)
    iso: Any = pc.strftime(days, format="%Y-%m-%d")
    # On some systems strptime reads February 31 as March 3, and accepts 2020-1-2, which is not ISO.
    is_same: Any = pc.equal(iso, texts)
    exists: Any = is_same.fill_null(False)
    if rng is not None:
        times: Any = pa.array(rng.integers(0, _SECONDS_OF_DAY, len(texts)), pa.duration("s"))
        days = pc.add(days, times)
    written: Any = pc.strftime(days, format=form).cast(pa.large_string())
    result: Texts = pc.if_else(exists, written, texts)
    return result


_DATES = frozenset({ValueShape.DATE})

DATE_VARIANTS = (
    Corruption("date format", _DATES, JoinKind.TRANSFORM, redate),
    Corruption("time added", _DATES, JoinKind.TEMPORAL, add_times),
    Corruption("coarser dates", _DATES, JoinKind.TEMPORAL, coarsen),
)
