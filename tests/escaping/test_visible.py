from __future__ import annotations

import json
import sys
from unicodedata import category

import pytest

from lakeindex.escaping.visible import is_visible, visible, visible_json, visible_line

_ALL = [chr(code) for code in range(sys.maxunicode + 1)]


def test_every_control_and_format_character_is_escaped_but_the_line_feed() -> None:
    hidden = {one for one in _ALL if category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
    assert [one for one in sorted(hidden) if visible(one).isprintable() is False] == []
    assert visible("\n") == "\n" and visible_line("a\nb") == "a\\nb"


def test_letters_digits_marks_and_signs_stay_but_those_that_show_nothing() -> None:
    changed = [one for one in _ALL if category(one)[0] in "LMNPS" and visible(one) != one]
    assert {ord(one) for one in changed} - {*range(0xE0100, 0xE01F0)} == {
        0x34F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x180B,
        0x180C,
        0x180D,
        0x180F,
        0x3164,
        0xFFA0,
    }


@pytest.mark.parametrize(
    ("text", "shown", "in_json"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb", r"a\u001b[2Jb"),
        ("\x9d52;c;x\x9c", r"\x9d52;c;x\x9c", r"\u009d52;c;x\u009c"),
        ("\u202egpj.exe", r"\u202egpj.exe", r"\u202egpj.exe"),
        ("a\tb\rc\x00\x07\x08", r"a\tb\rc\x00\x07\x08", r"a\u0009b\u000dc\u0000\u0007\u0008"),
        ("\udcff", r"\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041", r"\udb40\udc41"),
        ("C:\\new · Côte d'Ivoire 日本 ❤️", "C:\\new · Côte d'Ivoire 日本 ❤️", "C:\\new · Côte d'Ivoire 日本 ❤️"),
    ],
)
def test_hidden_characters_become_escapes_that_say_which(text: str, shown: str, in_json: str) -> None:
    assert visible(text) == shown
    assert visible_json(text) == in_json
    assert visible(shown) == shown
    assert is_visible(text) is (text == shown)


def test_json_stays_the_same_data() -> None:
    value = {"a\u202e\x7f": ["\x1b]8;;http://x\x07", "\U000e0001", "ok"]}
    assert json.loads(visible_json(json.dumps(value, ensure_ascii=False))) == value
