"""Names for formats that allow few characters: distinct, and as near to the original as they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count

from lakeindex.escaping.visible import visible_line
from lakeindex.types.names import title_of, words_of

_NO_WORD = re.compile(r"[^0-9a-zA-Z]+")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default
    deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect
    into lateral leading limit not null offset on only or order placing primary references returning select some
    symmetric table then to trailing true union unique user using variadic when where window with
    """.split()  # noqa: SIM905
)
"""Those of PostgreSQL."""


def distinct(names: Sequence[str]) -> list[str]:
    """Number names that are there before: `id`, `id_2`; case makes no difference."""
    taken: set[str] = set()
    found = []
    for name in names:
        free = next(one for one in (name, *_numbered(name, len(names))) if one.lower() not in taken)
        taken.add(free.lower())
        found.append(free)
    return found


def _numbered(name: str, most: int) -> Iterable[str]:
    return (f"{name}_{number}" for number, _ in zip(count(2), range(most), strict=False))


def table_words(tables: Sequence[str]) -> dict[str, str]:
    """Name each table by the words of its title, in ASCII: `shop/Order Items.csv` is `order_items`."""
    return dict(zip(tables, distinct([_word(title_of(table), "table") for table in tables]), strict=True))


def column_words(columns: Sequence[str]) -> dict[str, str]:
    """Name each column of a table in ASCII."""
    return dict(zip(columns, distinct([_word(words_of(column), "column") for column in columns]), strict=True))


def without_quotes(name: str) -> str:
    """Write a name for formats with double quotes that know no escape: on one line, with single quotes instead."""
    return visible_line(name).replace('"', "'").replace("\\", "/")


def _word(words: str, otherwise: str) -> str:
    word = _NO_WORD.sub("_", words).strip("_")
    return word if word and not word[0].isdigit() else f"{otherwise}_{word}".rstrip("_")


def is_plain(name: str) -> bool:
    """Whether a name needs no quotes in SQL."""
    return bool(_PLAIN.fullmatch(name)) and name.lower() not in _RESERVED
