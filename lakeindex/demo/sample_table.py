"""One table of the sample lake: its path, how its rows are read, and the source of its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lakeindex.demo.sheet import Sheet
from lakeindex.demo.sources import Source


@dataclass(frozen=True, slots=True)
class SampleTable:
    """A file of the sample lake; its suffix names the format, `codes` are columns that Parquet keeps as text."""

    path: str
    read: Callable[[], Sheet]
    source: Source
    delimiter: str = ","
    codes: tuple[str, ...] = ()
