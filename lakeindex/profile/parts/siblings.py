"""Files beside one another whose names differ by a date or a number alone: perhaps one table, as their columns tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence

from lakeindex.profile.parts.grouping import Found, Kinds
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout

_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[T_-]?(?:[01]\d|2[0-3])[-_h]?[0-5]\d(?:[-_m]?[0-5]\d)?Z?)"
_DATE = rf"{_YEAR}([-_.]?){_MONTH}(?:\1{_DAY}{_TIME}?)?|{_YEAR}[-_.]?(?:[Qq][1-4]|[Ww][0-5]\d)|{_YEAR}"
_PADDED = r"(?<=[-_.])\d{3,}"
_DATED = re.compile(rf"(?<!\d)(?:{_DATE})(?!\d)|{_PADDED}(?!\d)", re.ASCII)
_NUMBERED = re.compile(r"[0-9]+")
_LEAST, _LEAST_YEARS = 2, 3
"""Files that make a series: of years alone more, as two of them may as well be two editions."""


def dated_siblings(files: Sequence[LakeFile], kinds: Kinds) -> Found:
    """Find files that differ by a date or a number that zeros fill up to one length; by years alone, three or more."""
    return _siblings(files, kinds, _DATED, _are_dates_or_padded)


def numbered_siblings(files: Sequence[LakeFile], kinds: Kinds) -> Found:
    """Find files that differ by a date or any number."""
    dated, rest = dated_siblings(files, kinds)
    numbered, rest = _siblings(rest, kinds, _NUMBERED, lambda _: True)
    return dated + numbered, rest


def _siblings(
    files: Sequence[LakeFile], kinds: Kinds, varying: re.Pattern[str], is_series: Callable[[Sequence[str]], bool]
) -> Found:
    alike: dict[tuple[str, str], list[LakeFile]] = defaultdict(list)
    rest: list[LakeFile] = []
    for file in files:
        folder, _, name = file.name.rpartition("/")
        frame = varying.sub("\0", name)
        (rest if frame == name else alike[folder, frame]).append(file)
    groups: list[LakeFile] = []
    for (folder, frame), some in alike.items():
        name = _name(frame, [_found(varying, file) for file in some], is_series) if len(some) >= _LEAST else ""
        if name and kinds.of(some[0].name):
            groups.append(kinds.together(f"{folder}/{name}".lstrip("/"), folder, Layout.SIBLINGS, some))
        else:
            rest += some
    return groups, rest


def _found(varying: re.Pattern[str], file: LakeFile) -> list[str]:
    return [match[0] for match in varying.finditer(file.name.rpartition("/")[2])]


def _name(frame: str, found: Sequence[Sequence[str]], is_series: Callable[[Sequence[str]], bool]) -> str:
    """Return the name that files have in common, `*` for what differs; nothing where that is no series."""
    name = frame
    for texts in zip(*found, strict=True):
        is_same = len(set(texts)) == 1
        if not is_same and not is_series(texts):
            return ""
        name = name.replace("\0", texts[0] if is_same else "*", 1)
    return name


def _are_dates_or_padded(texts: Sequence[str]) -> bool:
    if all(re.fullmatch(_YEAR, text) for text in texts):
        return len(texts) >= _LEAST_YEARS
    if all(re.fullmatch(_DATE, text) for text in texts):
        return True
    return len({len(text) for text in texts}) == 1 and any(text.startswith("0") for text in texts)
