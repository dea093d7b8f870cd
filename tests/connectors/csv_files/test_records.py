from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.csv_files.dialect import Dialect
from lakeindex_connectors.csv_files.records import LINE, Record, RecordReader


def records(text: str, dialect: Dialect | None = None) -> list[Record]:
    return list(RecordReader(iter(LINE.findall(text)), dialect or Dialect()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n", [["a", "b"]]),
        ('"a,b",c', [["a,b", "c"]]),
        ('"",,\\N,"\\N"\n', [["", None, None, "\\N"]]),
        ('"a\r\nb"\r\nc\n', [["a\r\nb"], ["c"]]),
        ('"a""b","""",""""""\n', [['a"b', '"', '""']]),
        ('a"b,c"\n', [['a"b', 'c"']]),
        ('"a"b"c,d\n', [['ab"c', "d"]]),
        ("a\n\nb\n", [["a"], [], ["b"]]),
        ('"a",\n"b"\n', [["a", None], ["b"]]),
    ],
)
def test_records_are_split(text: str, expected: list[Record]) -> None:
    assert records(text) == expected


def test_a_quote_that_never_closes_costs_only_its_line() -> None:
    reader = RecordReader(iter(['"a\n', 'b",1\n', '"c,2\n', "d,3\n", "\n"]), Dialect())
    assert list(reader) == [["a\nb", "1"], ['"c', "2"], ["d", "3"], []]
    assert reader.unclosed == 1


def test_a_thousand_quotes_that_never_close_are_refused() -> None:
    with pytest.raises(UnreadableTable, match="never close"):
        list(RecordReader(iter(['5" x,"a\n'] * 1000), Dialect()))


def test_backslashes_escape_and_null_stays_null() -> None:
    text = '"a\\"b\\\\",\\N,c\\,d,"\\N"\n'
    assert records(text, Dialect(escape="\\")) == [['a"b\\', None, "c,d", "N"]]


CELLS = st.text(alphabet="ab,;\"'\n\r \\é", max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=6))
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert records(text.getvalue()) == rows


@given(st.text(alphabet='a,"\n\r ', max_size=40))
def test_no_character_is_lost_from_broken_text(text: str) -> None:
    cells = [cell or "" for record in records(text) for cell in record]
    assert "".join(cells).count("a") == text.count("a")
