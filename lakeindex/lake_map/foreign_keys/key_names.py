"""How far a column is called after another one and its table: `customer_id` after the `id` of `customers`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.models.monotone import EITHER, FOR
from lakeindex.types.lake import TableId
from lakeindex.types.names import title_of, words_of

_KEY_WORDS = frozenset(
    (
        "id", "ids", "key", "keys", "code", "codes", "no", "nr", "num", "number", "sk", "fk", "pk", "ref", "uid",
        "uuid", "guid", "cd", "kennung", "nummer", "clave", "codigo", "numero",
    )
)  # fmt: skip
"""Words by which a column is said to tell rows apart, whatever the rows are."""
_PLURAL = re.compile(r"(?<=[a-z]{2})(ies|(?<=[sxz])es|(?<=[cs]h)es|s)$")
NAME_DIRECTIONS = {
    "name": FOR, "name after table": FOR, "stem to table": FOR, "stem to stem": EITHER, "words to parent": FOR,
    "words to both": FOR, "table to table": EITHER, "ends alike": FOR, "is key name": EITHER,
    "parent is key name": EITHER, "stemless": EITHER, "parent stemless": EITHER,
}  # fmt: skip
NAME_FEATURES = tuple(NAME_DIRECTIONS)
_PREFIXED, _FEWEST_PREFIXED = 0.8, 3
"""The least share of a table's columns that begin with one word, for that to be no part of their names."""


@dataclass(frozen=True, slots=True)
class KeyNames:
    """The names of all columns, an entry each, in the forms that are compared."""

    words: list[str]
    """In lower case, singular."""
    squashed: list[str]
    """Without blanks."""
    stems: list[str]
    """Without the words of keys."""
    tables: list[str]
    """What the table is called, in words."""
    is_key_name: Floats
    """Whether a word of keys is in it."""

    @classmethod
    def of(cls, directory: Directory) -> KeyNames:
        """Take the names of a lake's columns apart."""
        return cls._of(directory, [str(name) for name in directory.names.to_pylist()])

    @classmethod
    def of_table(cls, directory: Directory, table: TableId) -> KeyNames:
        """Take the names of one table's columns apart; the entries of others are empty."""
        names = [""] * len(directory)
        for key, name in zip(directory.keys_of_table(table).tolist(), directory.column_names(table), strict=True):
            names[key] = name
        return cls._of(directory, names)

    @classmethod
    def _of(cls, directory: Directory, names: Sequence[str]) -> KeyNames:
        titles = [_singular(title_of(table)) for table in directory.table_ids]
        words = [_singular(one) for one in _without_prefixes(directory, [words_of(name) for name in names])]
        stems = [_without_key_words(one) for one in words]
        is_key_name = np.array([float(stem != one) for stem, one in zip(stems, words, strict=True)])
        tables = [titles[place] for place in directory.tables.tolist()]
        return cls(words, [one.replace(" ", "") for one in words], stems, tables, is_key_name)

    def features(self, children: Integers, parents: Integers) -> Features:
        """Return NAME_FEATURES of pairs, (n, features)."""
        child, parent = children.tolist(), parents.tolist()
        of = _Takes(self, child, parent)
        both = [f"{table} {word}" for table, word in zip(of.parents(self.tables), of.parents(self.words), strict=True)]
        columns = [
            _alike(fuzz.ratio, of.children(self.squashed), of.parents(self.squashed)),
            _alike(fuzz.ratio, of.children(self.squashed), [one.replace(" ", "") for one in both]),
            _alike(fuzz.token_set_ratio, of.children(self.stems), of.parents(self.tables)),
            _alike(fuzz.ratio, of.children(self.stems), of.parents(self.stems)),
            _alike(fuzz.token_set_ratio, of.children(self.words), of.parents(self.words)),
            _alike(fuzz.token_sort_ratio, of.children(self.words), both),
            _alike(fuzz.token_set_ratio, of.children(self.tables), of.parents(self.tables)),
            _alike(fuzz.partial_ratio, of.children(self.squashed), of.parents(self.squashed)),
            self.is_key_name[children],
            self.is_key_name[parents],
            np.array([float(not one) for one in of.children(self.stems)]),
            np.array([float(not one) for one in of.parents(self.stems)]),
        ]
        return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class _Takes:
    names: KeyNames
    child: list[int]
    parent: list[int]

    def children(self, texts: list[str]) -> list[str]:
        return [texts[key] for key in self.child]

    def parents(self, texts: list[str]) -> list[str]:
        return [texts[key] for key in self.parent]


def _alike(scorer: Any, ones: Sequence[str], others: Sequence[str]) -> Floats:
    if not len(ones):
        return np.zeros(0)
    scored = process.cpdist(ones, others, scorer=scorer, dtype=np.uint8)
    return np.asarray(scored, np.float64) / 100


def _singular(words: str) -> str:
    return " ".join(re.sub(_PLURAL, lambda end: "y" if end[0] == "ies" else "", word) for word in words.split())


def _without_key_words(words: str) -> str:
    return " ".join(word for word in words.split() if word not in _KEY_WORDS)


def _without_prefixes(directory: Directory, names: list[str]) -> list[str]:
    """Leave out the word that nearly all columns of a table begin with, as `ss` in `ss_item_sk`."""
    kept = list(names)
    for start, end in pairwise(directory.first_columns.tolist()):
        if end - start < _FEWEST_PREFIXED:
            continue
        first = Counter(name.split(" ", 1)[0] for name in names[start:end] if " " in name)
        if first and max(first.values()) >= _PREFIXED * (end - start):
            prefix = f"{max(first, key=first.__getitem__)} "
            kept[start:end] = [name.removeprefix(prefix) for name in names[start:end]]
    return kept
