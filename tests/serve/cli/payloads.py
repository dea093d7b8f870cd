"""Texts that a terminal obeys, a page renders, a spreadsheet runs or a reader misreads; the same each time."""

from __future__ import annotations

import random

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x0A]
DIRECTIONS = [*map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C))]
INVISIBLE = [
    *map(chr, (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0x2028, 0x2029, 0xFEFF, 0x3164, 0xFFF9, 0xE0001, 0xE0041))
]
SEQUENCES = [
    "\x1b[2J",
    "\x1b[31;41m",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\x1b]52;c;cm0gLXJm\x1b\\",
    "\x9b2J",
    "\x9d0;title\x9c",
    "\x1b]0;owned\x07",
    "\x1bc",
    "\x1b[6n",
    "\x1bP+q544e\x1b\\",
    "abc\x08\x08\x08xyz",
    "safe\rEVIL",
    "\x07\x07",
    "\x0e\x0f",
]
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "\t=1",
    "\r=1",
    " =1",
    "'=1",
    "＝1+1",
    "－1+1",
    "|cmd",
    "=1\n=2",
    "x;=1+1",
    "00123",
    "1234567890123456789",
    "1-2",
    "MARCH1",
    "1E5",
    "-5",
]
MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table><b>",
    "<svg/onload=x>",
    "&lt;i&gt;",
    "[x](javascript:alert(1))",
    "![x](http://evil.example/p.png)",
    "`code`",
    "**bold**",
    "a|b|c",
    "\\|",
    "<!--",
    "{{7*7}}",
    "a\nb\n| c |",
    "[bold red]rich[/]",
    ":smile:",
    "$x$",
    "~~gone~~",
]
NAUGHTY = [
    "undefined",
    "NULL",
    "NaN",
    "../../etc/passwd",
    "$(touch /tmp/x)",
    "%s%s%n",
    "'; DROP TABLE t; --",
    "Ω≈ç√∫",
    "田中さん",
    "👨\u200d👩\u200d👧",
    "ﷺ",
    "Z̮̞̠͙͔ͅA̢L̠Ǵ̻O",
    "ارَّه",
    "%(name)s",
    "{0}",
    "\\x1b",
    "C:\\new\\table",
    "É" * 60,
    "long " * 80,
]


def payloads(count: int) -> list[str]:
    """Return so many texts: each of those above, then random pieces of several in one."""
    pieces = [*SEQUENCES, *FORMULAS, *MARKUP, *NAUGHTY, *(f"a{one}b" for one in (*CONTROLS, *DIRECTIONS, *INVISIBLE))]
    draw = random.Random(22)
    made = [*pieces, *("".join(draw.choices(pieces, k=draw.randint(2, 4))) for _ in range(count))]
    return made[:count]
