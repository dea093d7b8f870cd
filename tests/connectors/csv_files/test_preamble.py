from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.csv_files.preamble import read_preamble
from tests.connectors.csv_files.csv_reading import read_content

SEPARATORS: dict[str, bytes] = {
    "plain": b"sep=;\nno;town\n1;Rome\n2;Oslo\n",
    "quoted": b'"sep=;"\r\nno;town\r\n1;Rome\r\n2;Oslo\r\n',
    "upper case": b"SEP=;\r\nno;town\r\n1;Rome\r\n2;Oslo\r\n",
    "a blank after it": b"sep=; \nno;town\n1;Rome\n2;Oslo\n",
    "a byte order mark": b'\xef\xbb\xbf"sep=;"\r\nno;town\r\n1;Rome\r\n2;Oslo\r\n',
    "UTF-16": "sep=;\r\nno;town\r\n1;Rome\r\n2;Oslo\r\n".encode("utf-16"),
    "returns alone": b"sep=;\rno;town\r1;Rome\r2;Oslo\r",
    "padded": b"sep=;;\nno;town\n1;Rome\n2;Oslo\n",
    "empty lines around": b"\nsep=;\n\nno;town\n1;Rome\n2;Oslo\n",
    "a comma": b"sep=,\nno,town\n1,Rome\n2,Oslo\n",
    "a tab": b"sep=\t\nno\ttown\n1\tRome\n2\tOslo\n",
    "a tab, spelt": b"sep=\\t\nno\ttown\n1\tRome\n2\tOslo\n",
    "a caret": b"sep=^\nno^town\n1^Rome\n2^Oslo\n",
    "a colon": b"sep=:\nno:town\n1:Rome\n2:Oslo\n",
    "two characters": b"sep=||\nno||town\n1||Rome\n2||Oslo\n",
    "an encoding above it": b"UTF-8\nsep=;\nno;town\n1;Rome\n2;Oslo\n",
    "an unquoted table of quotes": b'sep=;\n"no";"town"\n"1";"Rome"\n"2";"Oslo"\n',
}


@pytest.mark.parametrize("case", SEPARATORS)
def test_a_line_that_names_the_delimiter_is_neither_header_nor_row(tmp_path: Path, case: str) -> None:
    found = read_content(tmp_path, SEPARATORS[case])
    assert found.names == ["no", "town"]
    assert found.rows == [("1", "Rome"), ("2", "Oslo")]
    assert any("names the delimiter" in note for note in found.notes)


def test_the_delimiter_that_is_named_is_taken_where_another_splits_as_well(tmp_path: Path) -> None:
    found = read_content(tmp_path, "sep=;\nname,first;town\nAbel,Ann;Rome\nBell,Bob;Oslo\n")
    assert found.names == ["name,first", "town"]
    assert found.rows == [("Abel,Ann", "Rome"), ("Bell,Bob", "Oslo")]


def test_a_column_alone_stays_one_where_the_named_delimiter_does_not_occur(tmp_path: Path) -> None:
    found = read_content(tmp_path, "sep=;\nname\nAbel, Ann\nBell, Bob\n")
    assert (found.names, found.rows) == (["name"], [("Abel, Ann",), ("Bell, Bob",)])


def test_numbers_below_the_line_have_no_header(tmp_path: Path) -> None:
    found = read_content(tmp_path, "sep=;\n1;2\n3;4\n5;6\n")
    assert (found.names, found.rows) == (["column_1", "column_2"], [("1", "2"), ("3", "4"), ("5", "6")])


def test_nothing_below_the_line_is_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="nothing stands below the line that names its delimiter"):
        read_content(tmp_path, "sep=;\n\n")


@pytest.mark.parametrize(
    "line",
    ["UTF-8", "utf8", '"UTF-8"', "UTF-8,", "ISO-8859-1", "windows-1252", "cp1252", "latin1", "ANSI", "charset=utf-8"],
)
def test_a_line_that_is_the_name_of_an_encoding_is_no_header(tmp_path: Path, line: str) -> None:
    found = read_content(tmp_path, f"{line}\r\nno,town\r\n1,Rome\r\n2,Oslo\r\n")
    assert (found.names, found.rows) == (["no", "town"], [("1", "Rome"), ("2", "Oslo")])
    assert any("name of an encoding" in note for note in found.notes)


def test_the_encoding_that_is_named_is_taken_where_bytes_leave_a_choice(tmp_path: Path) -> None:
    ambiguous = "no,town\n1,Łódź\n2,Częstochowa\n"
    for name in ("ISO-8859-2", "windows-1250"):
        content = f"{name}\n{ambiguous}".encode(name)
        assert read_content(tmp_path, content).rows == [("1", "Łódź"), ("2", "Częstochowa")]
    # One character that every one-byte encoding has somewhere: only the name says which.
    assert read_content(tmp_path, "cp1257\nno,x\n1,ų\n2,y\n".encode("cp1257")).rows[0] == ("1", "ų")


def test_an_encoding_that_the_bytes_contradict_is_not_believed(tmp_path: Path) -> None:
    assert read_content(tmp_path, b"UTF-8\nno,town\n1,K\xf6ln\n").rows == [("1", "Köln")]
    assert read_content(tmp_path, "ISO-8859-1\nno,town\n1,Köln\n".encode()).rows == [("1", "Köln")]


def test_a_list_of_encodings_is_a_table(tmp_path: Path) -> None:
    found = read_content(tmp_path, "name\nutf-8\nlatin-1\ncp1252\n")
    assert (found.names, len(found.rows)) == (["name"], 3)
    assert read_preamble(["utf-8\n", "latin-1\n", "cp1252\n"]).lines == 0


@pytest.mark.parametrize("kind", ["System.String", "Selected.Dict`2[[System.String, mscorlib],[x, y]]"])
def test_the_type_above_an_export_of_powershell_is_no_header(tmp_path: Path, kind: str) -> None:
    found = read_content(tmp_path, f'#TYPE {kind}\r\n"Name","Id"\r\n"a","1"\r\n"b","2"\r\n')
    assert (found.names, found.rows) == (["Name", "Id"], [("a", "1"), ("b", "2")])


@pytest.mark.parametrize("line", ["separate;x", "sep", "asset=;", "sepal=width", "UTF", "latin", "Greek", "8859"])
def test_other_first_lines_state_nothing(line: str) -> None:
    assert read_preamble([f"{line}\n", "1;2\n", "3;4\n"]).lines == 0
