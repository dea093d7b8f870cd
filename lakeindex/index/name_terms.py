"""The terms of names: trigrams of a column's name, its words and those of its table, and names that refer to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.hashing.text_hash import HashedText
from lakeindex.types.columns import TermSet

_GRAM_BYTES = 3
_NAME_ROWS = 4
"""The count of a word of the column's name; a word of the table's name counts once."""
_DIGITS = re.compile(r"(?<=[a-z])(?=\d)")


def name_grams(names: Sequence[str]) -> tuple[Hashes, Integers, Integers]:
    """Return the trigrams of each name (in words), their counts, and where each name's start, (n + 1,)."""
    padded = [f" {' '.join(stems)} " if stems else "" for stems in map(_stems, names)]
    hashes, owners = HashedText.from_arrow(pa.array(padded, pa.large_string())).grams(_GRAM_BYTES)
    return _grouped(hashes, np.ones(len(hashes), np.int64), owners, len(names))


def context_words(names: Sequence[str], titles: Sequence[str]) -> tuple[Hashes, Integers, Integers]:
    """Return the words of each name and its table's title, their weights, and where each column's start, (n + 1,)."""
    columns = [" ".join(_stems(name)) for name in names]
    tables = [" ".join(_stems(title)) for title in titles]
    own, own_owners = HashedText.from_arrow(pa.array(columns, pa.large_string())).words()
    context, context_owners = HashedText.from_arrow(pa.array(tables, pa.large_string())).words()
    counts = np.repeat(np.array([_NAME_ROWS, 1]), [len(own), len(context)])
    return _grouped(np.concatenate([own, context]), counts, np.concatenate([own_owners, context_owners]), len(names))


def references(names: Sequence[str], titles: Sequence[str]) -> tuple[Hashes, Integers, Integers]:
    """Return the names that may refer to each column, as terms, their counts, and where each column's start, (n + 1,).

    They are its name, and its name after its table's; for the key and the name of a table, also the table's alone.
    """
    referring = [" ".join(_referring(_stems(name), _stems(title))) for name, title in zip(names, titles, strict=True)]
    hashes, owners = HashedText.from_arrow(pa.array(referring, pa.large_string())).words()
    return _grouped(hashes, np.ones(len(hashes), np.int64), owners, len(names))


def term_sets(hashes: Hashes, counts: Integers, starts: Integers) -> list[TermSet]:
    """Split terms into one set per column."""
    return [
        TermSet(hashes[start:end], counts[start:end], True)
        for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    ]


def _stems(name: str) -> list[str]:
    return [_stem(word) for word in _DIGITS.sub(" ", name).split()]


def _stem(word: str) -> str:
    """Cut a word so that singular and plural agree: `movie` and `movies`, `city` and `cities`, `box` and `boxes`."""
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 3 and word.endswith("ie"):
        return word[:-2] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


_KEY_WORDS = frozenset(map(_stem, ("id", "key", "code", "no", "nr", "num", "number", "identifier", "ref")))
_AFFIXES = frozenset({"fk", "pk", "sk"})
_OF_ITS_TABLE = (["id"], [_stem("name")])
"""Names that add nothing to their table's: `students.id` is the student."""


def _referring(name: list[str], title: list[str]) -> set[str]:
    name = _as_key(name)
    if not name:
        return set()
    title = [word for word in title if not word.isdigit()]
    tables = {"".join(title), *title[-1:]} - {""}
    referring = {"".join(name), *(table + "".join(name) for table in tables)}
    return referring | tables if name in _OF_ITS_TABLE else referring


def _as_key(name: list[str]) -> list[str]:
    """Normalise the name of a key: `fk_student_code`, `id_student` and `student_id` become the same."""
    name = [word for word in name if word not in _AFFIXES] or name
    if len(name) > 1 and name[0] == "id":
        name = [*name[1:], "id"]
    return [*name[:-1], "id"] if name and name[-1] in _KEY_WORDS else name


def _grouped(hashes: Hashes, counts: Integers, owners: Integers, size: int) -> tuple[Hashes, Integers, Integers]:
    """Sort terms by owner and hash, sum the counts of equal ones."""
    order = np.lexsort((hashes, owners))
    hashes, counts, owners = hashes[order], counts[order], owners[order]
    is_first = np.ones(len(hashes), bool)
    is_first[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
    first = np.flatnonzero(is_first)
    summed = np.add.reduceat(counts, first) if len(first) else counts
    return hashes[first], summed, np.searchsorted(owners[first], np.arange(size + 1))
