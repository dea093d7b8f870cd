from __future__ import annotations

import pytest

from lakeindex_connectors.csv_files.dialect import Dialect
from lakeindex_connectors.csv_files.records import LINE, Record, RecordReader


def records(text: str, width: int, dialect: Dialect | None = None) -> tuple[list[Record], int]:
    reader = RecordReader(iter(LINE.findall(text)), dialect or Dialect(), width)
    return list(reader), reader.unclosed


BROKEN: dict[str, tuple[str, list[Record]]] = {
    "bare quotes": ('1,"the "big" one"\n', [["1", 'the "big" one']]),
    "bare quotes and a delimiter": ('1,"the "big", one"\n', [["1", 'the big"', ' one"']]),
    "a quote at the end": ('1,"he said "yes""\n', [["1", 'he said "yes"']]),
    "text after a quote": ('"abc"def,1\n', [["abcdef", "1"]]),
    "an open quote": ('"x,1\n2,y\n', [['"x', "1"], ["2", "y"]]),
    "two open quotes": ('1,"x\n2,y\n3,"z\n', [["1", '"x'], ["2", "y"], ["3", '"z']]),
    "a quoted list": ('1,"a\nb, c\nd"\n', [["1", "a\nb, c\nd"]]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_width_decides_how_broken_quotes_are_split(case: str) -> None:
    text, expected = BROKEN[case]
    assert records(text, 2)[0] == expected


def test_a_quote_swallows_no_rows() -> None:
    rows = [f"{number},b,c\n" for number in range(50)]
    text = "".join([*rows[:10], '10,"b,c\n', *rows[11:40], '40,c,5"\n', *rows[41:]])
    found, unclosed = records(text, 3)
    assert found == [line.rstrip("\n").split(",") for line in text.splitlines()]
    assert unclosed == 1


def test_blanks_around_delimiters_are_skipped() -> None:
    dialect = Dialect("|", skips_blanks=True)
    assert records('a | b |c\n"x | y" | "z" | \n', 3, dialect)[0] == [["a", "b", "c"], ["x | y", "z", None]]
    assert records("a   b c\n", 3, Dialect(" ", skips_blanks=True))[0] == [["a", "b", "c"]]
