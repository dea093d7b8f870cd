"""How alike column names are spelled: as they are, by their words, without vowels, by their first letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from lakeindex.arrays.aliases import Bytes, Flags, Integers
from lakeindex.types.names import is_positional, words_of

_VOWELS = re.compile(r"(?<=\w)[aeiou]")


@dataclass(frozen=True, slots=True, eq=False)
class NameComparison:
    """The distinct names of some columns, each compared with each."""

    places: Integers
    """(columns,) The place of each column's name among the distinct ones."""
    letters: Integers
    """(names,) How many letters a name has."""
    is_positional: Flags
    """(names,) Whether it only tells a column's place, as `column_3` does."""
    spelled: Bytes
    """(names, names) How alike they are spelled, 0 to 100."""
    by_words: Bytes
    """The same with the words in any order, and those that only one has left out."""
    skeletons: Bytes
    """The same without spaces and vowels: `cntry_nm` is `country_name`."""
    is_initials: Flags
    """(names, names) Whether one is the first letters of the other's words: `dob` of `date_of_birth`."""

    @classmethod
    def of(cls, names: Sequence[str]) -> NameComparison:
        """Compare the names of columns."""
        distinct, places = np.unique(np.array([words_of(name) for name in names], str), return_inverse=True)
        known = [str(one) for one in distinct]
        return cls(
            places=places.astype(np.int64),
            letters=np.array([sum(map(str.isalpha, one)) for one in known], np.int64),
            is_positional=np.array(list(map(is_positional, known)), bool),
            spelled=process.cdist(known, known, scorer=fuzz.ratio, dtype=np.uint8),
            by_words=process.cdist(known, known, scorer=fuzz.token_set_ratio, dtype=np.uint8),
            skeletons=_skeletons(known),
            is_initials=_are_initials(known),
        )


def _skeletons(names: Sequence[str]) -> Bytes:
    bare = [_VOWELS.sub("", one).replace(" ", "") for one in names]
    return np.asarray(process.cdist(bare, bare, scorer=fuzz.ratio, dtype=np.uint8))


def _are_initials(names: Sequence[str]) -> Flags:
    by_letters: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        by_letters.setdefault(name.replace(" ", ""), []).append(place)
    are = np.zeros((len(names), len(names)), bool)
    for place, name in enumerate(names):
        words = name.split()
        if len(words) > 1:
            are[place, by_letters.get("".join(word[0] for word in words), [])] = True
    return np.asarray(are | are.T)
