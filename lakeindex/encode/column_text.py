"""Describe a column in one sentence for a language model (DeepJoin, Dong et al., VLDB 2023, table 1)."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.config.text_options import TextOptions, ValueOrder
from lakeindex.types.columns import Kind
from lakeindex.types.names import words_of

MANY_COLUMNS = 2_000
"""A table with more of them is a matrix rather than a table of facts."""
_VALUES_OF_MANY = 4
_COUNTER = re.compile(r"( ?\d+)+$")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Characters of a column's values."""

    minimum: int
    mean: float
    maximum: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lengths | None:
        """Measure texts; None without any."""
        if not texts:
            return None
        sizes = [len(text) for text in texts]
        return cls(min(sizes), sum(sizes) / len(sizes), max(sizes))


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """What the sentence of a column is written from."""

    title: str
    """The table's, as `title_of` gives it; may be empty."""
    name: str
    kind: Kind
    rows: int
    distinct: int
    lengths: Lengths | None
    minimum: float
    """Smallest number, or date in days since 1970; nan without any."""
    maximum: float
    values: Sequence[str]
    """The most frequent first; a sample where the column is long."""
    is_of_many: bool = False
    """Whether its table has more than MANY_COLUMNS: see `describe`."""


def describe(column: DescribedColumn, options: TextOptions) -> str:
    """Return the sentence that describes the column; never empty.

    Of a column of thousands it says less, as encoding takes longer than all else: fewer values, and of numbers the name
    without its counter alone. Such a table's columns are told apart by their names and values as they stand.
    """
    if column.is_of_many and options.name:
        if _is_measured(column.kind) and (series := _COUNTER.sub("", words_of(column.name))):
            return f"{column.title}. {series}" if options.title and column.title else series
        options = replace(options, values=min(options.values, _VALUES_OF_MANY))
    title = column.title if options.title else ""
    name = words_of(column.name) if options.name or not column.values else ""
    if not column.values:
        return f"{title}. {name}".strip(". ") or "empty column"
    head = name
    if options.statistics:
        head = f"{name or 'column'} contains {column.distinct} values{_spread(column)}"
    values = ", ".join(_shown_values(column, options, bool(head)))
    body = f"{head}: {values}" if head and values else head or values
    return f"{title}. {body}" if title else body


def _spread(column: DescribedColumn) -> str:
    """Write the range of numbers and dates, or the lengths of texts in DeepJoin's order: longest, shortest, mean."""
    if math.isfinite(column.minimum) and _is_measured(column.kind):
        return f" ({_number(column.minimum, column.kind)} to {_number(column.maximum, column.kind)})"
    if column.lengths is None:
        return ""
    return f" ({column.lengths.maximum}, {column.lengths.minimum}, {column.lengths.mean:.1f})"


def _is_measured(kind: Kind) -> bool:
    return kind.is_number or kind is Kind.DATE


def _number(number: float, kind: Kind) -> str:
    if kind is Kind.DATE:
        return str(np.datetime64(math.floor(number), "D"))
    return f"{number:.6g}" if kind is Kind.DECIMAL else f"{number:.0f}"


def _shown_values(column: DescribedColumn, options: TextOptions, may_be_none: bool) -> Iterator[str]:
    limit = options.number_values if _is_measured(column.kind) else options.values
    values = sorted(column.values, key=_hash_of) if options.order is ValueOrder.HASH else column.values
    words = 0
    for place, value in enumerate(values[: limit if may_be_none else max(limit, 1)]):
        clipped = _clip(value, options.value_characters)
        words += len(clipped.split())
        if place and words > options.max_words:
            return
        yield clipped


def _hash_of(value: str) -> bytes:
    # Variants of a value in case and blanks sort side by side; the value itself breaks the tie.
    return hashlib.blake2b(value.strip().casefold().encode("utf-8", "replace"), digest_size=8).digest() + value.encode(
        "utf-8", "replace"
    )


def _clip(value: str, characters: int) -> str:
    """Cut at a word's end where that keeps at least half."""
    text = " ".join(value[: characters * 4].split())
    if len(text) <= characters:
        return text
    end = text.rfind(" ", characters // 2, characters + 1)
    return text[: end if end > 0 else characters]
