"""The shapes of texts: which characters are digits, which are letters, and where one number ends."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from lakeindex.join.transform.characters import is_letter

DIGIT, LETTER = "0", "a"
_PATTERNS = {DIGIT: "[0-9]", LETTER: r"[\p{L}\p{M}]"}
_CODE_LETTERS = 3


def shape_of(text: str) -> str:
    """Write DIGIT for each digit and LETTER for each letter; other characters stay."""
    return "".join(DIGIT if "0" <= one <= "9" else LETTER if is_letter(one) else one for one in text)


def by_shape(texts: Iterable[str]) -> dict[str, list[str]]:
    """Group texts by their shape."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        groups[shape_of(text)].append(text)
    return dict(groups)


def pattern_of(shape: str) -> str:
    """Write the regular expression (RE2) of the texts of a shape."""
    return "^" + "".join(_PATTERNS.get(kind) or re.escape(kind) for kind in shape) + "$"


def is_redrawn(kind: str, shape: str) -> bool:
    """Return whether a character of a shape could as well be another one: digits, and letters of short codes."""
    return kind == DIGIT or (kind == LETTER and 0 < shape.count(LETTER) <= _CODE_LETTERS and DIGIT not in shape)
