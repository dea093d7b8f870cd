"""Make visible what a terminal would obey or hide: controls, directions, joiners, halves of characters."""

from __future__ import annotations

import re

HIDDEN_RANGES = (
    (0x00, 0x09), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C),
    (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xD800, 0xDFFF),
    (0xFDD0, 0xFDEF), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x110BD, 0x110BD),
    (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""All of Unicode's categories Cc (but the line feed), Cf, Cs, Zl and Zp, and the letters and marks that show nothing
(`Default_Ignorable_Code_Point`), but the variation selectors that tell an emoji from a sign."""

_HIDDEN = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in HIDDEN_RANGES) + "]")
_NAMED = {"\t": "\\t", "\r": "\\r"}


def visible(text: str) -> str:
    r"""Write hidden characters as escapes: `\x1b`, `\u202e`; a line feed stays, all else is unchanged."""
    return _HIDDEN.sub(_escape, text)


def visible_line(text: str) -> str:
    r"""Write hidden characters and line feeds as escapes, so that the text stays on its line."""
    return visible(text).replace("\n", "\\n")


def visible_json(text: str) -> str:
    r"""Write hidden characters as JSON's escapes, always `\uXXXX`: JSON stays the same data."""
    return _HIDDEN.sub(_escape_json, text)


def is_visible(text: str) -> bool:
    """Whether the text has no hidden character."""
    return _HIDDEN.search(text) is None


def _escape(hidden: re.Match[str]) -> str:
    character = hidden.group()
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape_json(hidden: re.Match[str]) -> str:
    units = hidden.group().encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
