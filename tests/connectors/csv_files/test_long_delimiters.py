from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.csv_files.long_delimiters import STAND_IN, find_long_delimiter, with_stand_in
from tests.connectors.csv_files.csv_reading import read_content

LONG = ("~|~", "||", "::", "|~|", ",|,", "<|>", "^|^", "~~", "##", "@@", ";|;", " || ", "|~", "$$", "\t|\t", ":::")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", LONG)
def test_a_delimiter_of_several_characters_separates_cells(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [(str(i), f"Köln {i}", f"c{i}") for i in range(9)]
    lines = [delimiter.join(cells) for cells in (("id", "town", "code"), *rows)]
    found = read_content(tmp_path, "\r\n".join(lines).encode(encoding))
    assert (found.names, found.rows) == (["id", "town", "code"], rows)
    assert f"cells are separated by {delimiter!r}" in found.notes
    assert found.scan is None


def test_cells_may_be_empty_quoted_and_hold_the_delimiter(tmp_path: Path) -> None:
    found = read_content(tmp_path, 'a~|~b~|~c\n1~|~"x~|~y"~|~\n~|~"say ""no"""~|~3\n4~|~"two\nlines"~|~5\n')
    assert found.names == ["a", "b", "c"]
    assert found.rows == [("1", "x~|~y", None), (None, 'say "no"', "3"), ("4", "two\nlines", "5")]


def test_a_large_file_is_cut_anywhere(tmp_path: Path) -> None:
    rows = [(str(i), f"name {i}") for i in range(120_000)]
    found = read_content(tmp_path, "id||name\n" + "".join(f"{a}||{b}\n" for a, b in rows))
    assert found.rows == rows


@pytest.mark.parametrize(
    "content",
    [
        "a|b||d\n1|2||4\n3|4||5\n2|3||4\n",
        "a;;b\n1;;2\n3;;4\n",
        "ip,name\nfe80::1,a\nfe80::2,b\nfe80::3,c\n",
        "id,url\n1,http://a/b\n2,http://c/d\n3,http://e/f\n",
        "cost$,tax$,x\n5$,6$,1\n7$,8$,2\n",
        "a||b\nprose without\nanything like it\n",
        "a::b\n1::2\n",
    ],
)
def test_what_other_readings_explain_is_no_long_delimiter(content: str) -> None:
    assert find_long_delimiter(content.splitlines(keepends=True)) == ""


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_stand_in_does_not_depend_on_the_chunks(size: int) -> None:
    content = b"a~|~b~|\n~|~~|~c~|"
    chunks = [content[i : i + size] for i in range(0, len(content), size)]
    expected = content.replace(b"~|~", STAND_IN.encode())
    assert b"".join(with_stand_in(iter(chunks), "~|~")) == expected


def test_a_text_that_holds_the_stand_in_is_refused() -> None:
    with pytest.raises(UnreadableTable, match="cells are separated by"):
        list(with_stand_in(iter([b"a||b\x1f"]), "||"))
