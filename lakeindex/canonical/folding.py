"""Fold the characters that people can't see or wouldn't tell apart: by NFKD and case folding of Python's Unicode data.

*Alike*: blanks of every kind are a plain one; format characters (zero-width blanks, direction marks, soft hyphens, byte
order marks) go; full-width forms, ligatures and letters with their accents beside them are written in one way; ß is ss.
*Bare*, besides: accents go, and dotless i is i. Letters of other alphabets stay, however much they look alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.sql import literal

_APART = "\x1f"
_END = constant_text(_APART)
_NOTHING = constant_text("")
_UNLIKE = {"ı": "i"}


@lru_cache(maxsize=1 << 16)
def fold_character(character: str, is_bare: bool = True) -> str:
    """Return what a character is folded to: nothing, itself, or other characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_folded(part, is_bare) for part in plain)


def _folded(part: str, is_bare: bool) -> str:
    category = unicodedata.category(part)
    if category == "Cf" or (is_bare and category.startswith("M")):
        return ""
    if category.startswith("Z") or part.isspace():
        return " "
    return _UNLIKE.get(part, part) if is_bare else part


def folds(characters: Iterable[str], is_bare: bool = True) -> Mapping[str, str]:
    """Return those of some characters that folding changes, with what they become; ASCII stays as it is."""
    others = sorted(one for one in set(characters) if not one.isascii())
    return {one: folded for one in others if (folded := fold_character(one, is_bare)) != one}


def fold(values: Texts) -> Texts:
    """Fold the characters of each value; values of ASCII alone stay as they are."""
    is_plain = pc.string_is_ascii(values)
    if pc.all(is_plain).as_py():
        return values
    others: Texts = values.filter(pc.invert(is_plain))
    folded: Texts = pc.replace_with_mask(values, pc.invert(is_plain), _fold_all(others))
    return folded


def _fold_all(values: Texts) -> Texts:
    # As one text: Python translates a whole column at the cost of a loop over a few of its values.
    written: Any = values
    ended: Texts = pc.binary_join_element_wise(pc.replace_substring(written, _APART, " "), _END, _NOTHING)
    offsets = np.frombuffer(memoryview(ended.buffers()[1] or b""), np.int64)
    data = memoryview(ended.buffers()[2] or b"")[offsets[ended.offset] : offsets[ended.offset + len(ended)]]
    joined = str(data, "utf-8")
    table = {ord(one): folded for one, folded in folds(joined).items()}
    return pa.array(joined.translate(table).split(_APART)[:-1], pa.large_string())


def fold_sql(value: str, characters: Iterable[str], is_bare: bool = True) -> str:
    """Write the folding of an SQL value in which, of those that folding changes, only these characters occur."""
    found = folds(characters, is_bare)
    single = {one: folded for one, folded in found.items() if len(folded) == 1}
    dropped = [one for one, folded in found.items() if not folded]
    for one, folded in found.items():
        if len(folded) > 1:
            value = f"replace({value}, {literal(one)}, {literal(folded)})"
    if single or dropped:
        # What has no counterpart is dropped.
        origin, target = "".join([*single, *dropped]), "".join(single.values())
        value = f"translate({value}, {literal(origin)}, {literal(target)})"
    return value
