"""How much of a table is read: all, or a sample of its rows."""

from __future__ import annotations

import re

from lakeindex.config.ranges import SAMPLED_ROWS, shown
from lakeindex.errors import InvalidSetting

FULL = "full"
_SAMPLE = "sample"
_DEFAULT_ROWS = 1_000_000
_OPTION = re.compile(rf"{_SAMPLE}(?::([0-9]+))?")


def sample_rows(scan: str) -> int:
    """Return how many rows a sample has, 0 where all are read, given `full`, `sample` or `sample:ROWS`.

    Raises InvalidSetting for anything else.
    """
    if scan == FULL:
        return 0
    found = _OPTION.fullmatch(scan)
    try:
        if found is None:
            raise ValueError("no sample")
        return SAMPLED_ROWS.read(found[1]) if found[1] else _DEFAULT_ROWS
    except ValueError as error:
        raise InvalidSetting(
            f"a scan is {FULL}, {_SAMPLE} ({_DEFAULT_ROWS:,} rows of a table) or {_SAMPLE}:ROWS, not {shown(scan)}; "
            f"expected {SAMPLED_ROWS}"
        ) from error
