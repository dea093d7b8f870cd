"""Ranges: every number from outside lies between two bounds, written plainly; anything else is a usage error."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

from lakeindex.errors import InvalidSetting

# Not `int` and `float` alone: they also read `1_000`, digits of other scripts, nan and inf.
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class WholeRange:
    """The whole numbers from one to another, both included."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"a whole number from {self.least:,} to {self.most:,}"

    def require(self, value: object, name: str) -> int:
        """Return a number of Python or NumPy as an int. Raises InvalidSetting for any other and for other things."""
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            number = None
        if number is None or isinstance(value, bool) or not self.least <= number <= self.most:
            raise InvalidSetting(f"{name} is {self}, not {shown(value)}")
        return number

    def read(self, text: str) -> int:
        """Read a number as people write it, in ASCII digits. Raises ValueError for any other and for other texts."""
        if not _WHOLE.fullmatch(text) or not self.least <= (number := int(text)) <= self.most:
            raise ValueError(f"{shown(text)} is not {self}")
        return number


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The finite numbers from one to another, both included."""

    least: float
    most: float

    def __str__(self) -> str:
        return f"a number from {self.least:,} to {self.most:,}"

    def require(self, value: object, name: str) -> float:
        """Return a number of Python or NumPy as a float. Raises InvalidSetting for any other and for other things."""
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not self.least <= value <= self.most:  # type: ignore[operator]
            raise InvalidSetting(f"{name} is {self}, not {shown(value)}")
        return float(value)  # type: ignore[arg-type]

    def read(self, text: str) -> float:
        """Read a number as people write it, in ASCII digits. Raises ValueError for any other and for other texts."""
        if not _NUMBER.fullmatch(text) or not self.least <= (number := float(text)) <= self.most:
            raise ValueError(f"{shown(text)} is not {self}")
        return number


Range = WholeRange | NumberRange


def shown(value: object) -> str:
    """Return a value for a message: in its Python form, shortened where it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def is_finite(value: object) -> bool:
    """Whether something is a number, and neither nan nor infinite."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number beyond the largest float
        return False


ANSWERS = WholeRange(1, 1_000_000)
"""Matches of a query that somebody asks for at most: `-k`; no lake has more columns that answer."""
NO_OR_SOME_ANSWERS = WholeRange(0, 1_000_000)
"""The same in Python, where a loop may come to none."""
PROBED = WholeRange(0, 1_000_000)
"""Matches that are counted in the files."""
SCORED_PAIRS = WholeRange(0, 1_000_000_000)
"""Pairs that a cross-encoder may score for a query."""
SHARE = NumberRange(0, 1)
"""Probabilities, precisions, containments."""
HOPS = WholeRange(1, 6)
WORKERS = WholeRange(1, 1024)
"""Processes of this machine that read shards."""
GENERATION = WholeRange(1, 1_000_000_000)
ROW_NUMBER = WholeRange(0, 1_000_000_000_000)
"""Of a table's row; the first one is 0."""
SAMPLED_ROWS = WholeRange(1, 1_000_000_000)
"""Rows of a table that are read of more."""
JOINED_ROWS = WholeRange(0, 1_000_000_000_000)
"""Rows that a join may give at most."""
SQL_SECONDS = NumberRange(0.001, 604_800)
"""How long DuckDB may take for a statement."""
PREVIEWED_ROWS = WholeRange(0, 1_000_000)
SHOWN_PAIRS = WholeRange(1, 1_000_000)
SEED = WholeRange(0, 2**32 - 1)
MEGABYTES = NumberRange(0.01, 1_000_000)
BYTES = NumberRange(1, 10**15)
"""Amounts of memory and of output."""
MOST_MICROSECONDS = 10_000 * 366 * 86_400 * 10**6
"""Of a tolerance between moments: ten thousand years, within what DuckDB's moments can be moved by."""

OF_SETTINGS: Mapping[str, Range] = {
    "jobs": WholeRange(1, 4_096),
    "max_tokens": WholeRange(3, 8_192),  # fewer hold no word, beside the marks that begin and end a text
    "layers": WholeRange(0, 1_000),
    "dims": WholeRange(0, 65_536),
    "text_values": WholeRange(0, 10_000),
    "anchors": WholeRange(0, 100_000),
    "seconds_per_file": NumberRange(0.001, 604_800),
    "keep": WholeRange(0, 10_000),
    "shrink_limit": SHARE,
}
"""Of the settings that are numbers, by name."""
