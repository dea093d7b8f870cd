"""Values that would be equal if letters of other alphabets that look like Latin ones were these: `К609РО`, `K609PO`."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts

# After Unicode's confusables.txt (UTS 39): capitals that are drawn like a Latin one, those that have no small form that
# is used in writing left aside.
_DRAWN_ALIKE = {
    "Cyrillic": dict(zip("АВЕЅІЈКМНОРСТУХҮԌԚԜ", "ABESIJKMHOPCTYXYGQW", strict=True)),
    "Greek": dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
}
_FOREIGN = r"\p{Cyrillic}|\p{Greek}"


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Values of one column that are written in an alphabet whose letters look like Latin ones."""

    alphabet: str
    """Cyrillic or Greek."""
    is_left: bool
    """Whether they are of the left column."""
    values: int
    """How many distinct values meet one of the other column once their letters are taken for Latin ones."""

    def describe(self, column: str, other: str) -> str:
        """Describe them for people; the columns are given by name."""
        values, verb = ("1 value", "is") if self.values == 1 else (f"{self.values:,} values", "are")
        return (
            f"{values} of {column} {verb} written in {self.alphabet} letters that look like Latin ones, and would "
            f"meet values of {other} if they were"
        )


def find_look_alikes(left: Texts, right: Texts) -> tuple[LookAlikes, ...]:
    """Find values of either column that only letters of another alphabet keep from meeting one of the other column.

    Columns are (n,) and (m,), without nulls; case and blanks around don't count. The most values come first. Nothing is
    taken for Latin that is written in Cyrillic or Greek on both sides.
    """
    sides = [pc.unique(pc.utf8_upper(pc.utf8_trim_whitespace(texts))) for texts in (left, right)]
    foreign = [side.filter(pc.match_substring_regex(side, _FOREIGN)) for side in sides]
    if not any(map(len, foreign)):
        return ()
    found: list[LookAlikes] = []
    for is_left, mine, other, theirs in (
        (True, foreign[0], sides[1], foreign[1]),
        (False, foreign[1], sides[0], foreign[0]),
    ):
        alone = mine.filter(pc.invert(pc.is_in(mine, value_set=other)))
        latin = pa.concat_arrays([other, _as_latin(theirs)])
        met = alone.filter(pc.is_in(_as_latin(alone), value_set=latin))
        for alphabet in _DRAWN_ALIKE:
            values = len(met.filter(pc.match_substring_regex(met, rf"\p{{{alphabet}}}")))
            found += [LookAlikes(alphabet, is_left, values)] if values else []
    return tuple(sorted(found, key=lambda one: -one.values))


def _as_latin(texts: Texts) -> Texts:
    for letters in _DRAWN_ALIKE.values():
        for letter, latin in letters.items():
            texts = pc.replace_substring(texts, letter, latin)
    return texts
