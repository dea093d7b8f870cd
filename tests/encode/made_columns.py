"""The input of cross-encoders, made from words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from lakeindex.encode.column_tokenizer import tokenizer
from lakeindex.types.column_tokens import END, ColumnTokens
from lakeindex.types.columns import KINDS, ColumnFacts, CrossInput, Kind


@dataclass(frozen=True, slots=True)
class MadeColumn:
    """A column as words."""

    name: str
    title: str
    values: Sequence[str]
    kind: Kind = Kind.TEXT
    distinct: int = 7


def cross_input_of(columns: Sequence[MadeColumn]) -> CrossInput:
    """Tokenize the units of columns."""
    each = [
        list(chain.from_iterable((*ids(unit), END) for unit in (column.name, column.title, *column.values)))
        for column in columns
    ]
    starts = np.cumsum([0, *map(len, each)]).astype(np.int64)
    return CrossInput(ColumnTokens(np.array(list(chain.from_iterable(each)), np.uint16), starts), _facts(columns))


def ids(text: str) -> list[int]:
    """Return the tokens of a text."""
    return list(tokenizer().encode(text, add_special_tokens=False).ids)


def _facts(columns: Sequence[MadeColumn]) -> ColumnFacts:
    distinct = np.array([column.distinct for column in columns], np.int64)
    none = np.zeros(len(columns), np.int64)
    return ColumnFacts(
        kinds=np.array([KINDS.index(column.kind) for column in columns], np.int8),
        rows=distinct * 2,
        nulls=none,
        distinct=distinct,
        is_key=none.astype(bool),
        is_serial=none.astype(bool),
        lows=np.full(len(columns), np.nan),
        highs=np.full(len(columns), np.nan),
        lengths=np.zeros((len(columns), 8), np.uint8),
        patterns=np.zeros((len(columns), 8), np.uint8),
    )
