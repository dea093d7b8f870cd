"""Number formats: thousands separators, a decimal comma, or either, which only the rest of the column decides.

1,234.50  1,234,567  1'234.5     grouped: a comma or an apostrophe between thousands
1.234,50  1.234.567  12,5        comma: a decimal comma, points between thousands
1,234                            thousand: the one or the other, as in the rest of its column
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts

_HARD = "\u00a0\u202f\u2009"
_HARD_BLANK, _BLANK = f"[{_HARD}]", f"[ {_HARD}]"
_MAY_BE = rf"^[+-]?\d+(\.\d+[.,]|[,'’ {_HARD}])\d"
_LEAD = r"^[+-]?[1-9]\d{0,2}"
# Groups after plain blanks need decimals, as telephone numbers are written in groups of three, too.
GROUPED = "|".join(
    (
        rf"{_LEAD}(,\d{{3}})+\.\d+$",
        rf"{_LEAD}(,\d{{3}}){{2,}}$",
        rf"{_LEAD}(['’]\d{{3}})+(\.\d+)?$",
        rf"{_LEAD}({_BLANK}\d{{3}})+\.\d+$",
    )
)
COMMA = "|".join(
    (
        rf"{_LEAD}(\.\d{{3}})+,\d+$",
        rf"{_LEAD}(\.\d{{3}}){{2,}}$",
        rf"{_LEAD}({_BLANK}\d{{3}})+,\d+$",
        rf"{_LEAD}({_HARD_BLANK}\d{{3}})+$",
        r"^[+-]?(0|[1-9]\d*),(\d{1,2}|\d{4,})$",
        r"^[+-]?(0|[1-9]\d{3,}),\d{3}$",
    )
)
THOUSAND = rf"{_LEAD},\d{{3}}$"
DOTTED = rf"{_LEAD}\.\d{{3}}$"
"""A plain decimal number that is a thousand where commas are decimal."""


def may_be_separated(values: Texts) -> pa.BooleanArray:
    """Return which values may be numbers with separators: a cheap test that nearly none pass in most tables."""
    return pc.match_substring_regex(values, _MAY_BE)


def without_separators(values: Texts) -> Texts:
    """Write numbers with separators plainly where they can be read in one way only; leave all others as they are."""
    if not pc.any(may_be_separated(values)).as_py():
        return values
    grouped = pc.match_substring_regex(values, GROUPED)
    comma = pc.match_substring_regex(values, COMMA)
    values = pc.if_else(grouped, pc.replace_substring_regex(values, rf"[,'’]|{_BLANK}", ""), values)
    pointless = pc.replace_substring_regex(values, rf"\.|{_BLANK}", "")
    plain: Texts = pc.if_else(comma, pc.replace_substring(pointless, ",", "."), values)
    return plain


def thousands(values: Texts) -> Texts:
    """Read values such as `1,234` as thousands."""
    plain: Texts = pc.replace_substring(values, ",", "")
    return plain
