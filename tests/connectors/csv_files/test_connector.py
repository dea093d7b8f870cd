from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import Header, LakeFile, ReadOptions, Rows, SourceTable
from lakeindex_connectors.csv_files import connector as csv_files
from lakeindex_connectors.csv_files.connector import CsvConnector
from tests.connectors.connector_contract import ConnectorContract, Row, lake_file, read_rows
from tests.connectors.duckdb_rows import duckdb_rows

Write = Callable[[str, bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture(params=["exact", "pyarrow"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test of tiny files with either parser."""
    if request.param == "pyarrow":
        monkeypatch.setattr(csv_files, "_TINY_BYTES", 0)


def read(path: Path, options: ReadOptions | None = None) -> tuple[SourceTable, list[Row], Rows]:
    (table,) = CsvConnector().tables(lake_file(path), options or ReadOptions())
    rows = CsvConnector().read(lake_file(path), table, options or ReadOptions())
    columns = [batch.columns for batch in rows.batches]
    values = [row for batch in columns for row in zip(*[column.to_pylist() for column in batch], strict=True)]
    return table, values, rows


class TestContract(ConnectorContract):
    @pytest.fixture
    def connector(self) -> CsvConnector:
        return CsvConnector()

    @pytest.fixture(params=[b"id,name,name\n1,a,\n2,\xc3\xa9,x\n3,c,y\n4,,z\n", b"k;v\n1;2\n3\n4;5;6\n7;8\n"])
    def readable(self, request: pytest.FixtureRequest, write: Write) -> Path:
        return write("some.csv", request.param)

    @pytest.fixture
    def unreadable(self, write: Write) -> Sequence[Path]:
        return [
            write("empty.csv", b""),
            write("blank.csv", b" \n\n\t\n"),
            write("zip.csv", b"PK\x03\x04rest"),
            write("nul.csv", b"a,b\n1,\x00\n"),
            write("plain.csv.gz", b"a,b\n1,2\n"),
            write("cut.csv.gz", gzip.compress(b"a,b\n1,2\n" * 1000)[:-20]),
            write("late_nul.csv", b"a,b\n" + b"1,2\n" * 300_000 + b"\x00,1\n"),
            write("one_line.csv", b"x" * (5 << 20)),
            write("cell.csv", b"a,b\n1,2\n" * 10 + b"x" * (17 << 20)),
        ]


SHARED: dict[str, tuple[bytes, list[Row]]] = {
    "comma": (b"a,b\n1,2\n3,4\n", [("1", "2"), ("3", "4")]),
    "semicolon": (b"a;b\n1,5;x\n2,5;y\n", [("1,5", "x"), ("2,5", "y")]),
    "tab": (b"a\tb\n1\tx y\n", [("1", "x y")]),
    "pipe": (b"a|b\n1|2\n", [("1", "2")]),
    "hash": (b"circuit#location / state#date\na#x , y#1\nb#z#2\n", [("a", "x , y", "1"), ("b", "z", "2")]),
    "nulls": (b'a,b,c\n,"",\\N\n"\\N",NA,NULL\n', [(None, "", None), ("\\N", "NA", "NULL")]),
    "quotes": (b'a,b\n"x ""y"", z",5" pipe\n', [('x "y", z', '5" pipe')]),
    "line in quotes": (b'a,b\n1,"x\r\ny"\n2,"\n"\n', [("1", "x\r\ny"), ("2", "\n")]),
    "crlf": (b'a,b\r\n1,"x\ny"\r\n\r\n3,4\r\n', [("1", "x\ny"), ("3", "4")]),
    "cr": (b"a,b\r1,2\r", [("1", "2")]),
    "blank lines": (b"\n\na,b\n\n1,2\n\n", [("1", "2")]),
    "white space": (b"a,b\n 1 ,\t2\n", [(" 1 ", "\t2")]),
    "no end": (b"a,b\n1,2", [("1", "2")]),
    "byte order mark": (b'\xef\xbb\xbf"a",b\n1,\xc3\xa9\n', [("1", "é")]),
    "titles": (b"Report 2020\n\na,b,c\n1,2,3\n4,5,6\n", [("1", "2", "3"), ("4", "5", "6")]),
    "comments": (b"# by hand\n# in 2020\na;b\n1;2\n3;4\n", [("1", "2"), ("3", "4")]),
    "headerless": (b"1,2\n3,4\n5,6\n", [("1", "2"), ("3", "4"), ("5", "6")]),
    "latin-1": (b"nom,ville\n1,Orl\xe9ans\n", [("1", "Orléans")]),
    "one column": (b"name\nx\n\ny\n", [("x",), (None,), ("y",)]),
    "header only": (b"a,b\n", []),
    "header only, no end": (b"a,b", []),
    "apostrophes": (b"'a','b'\n'x,y','2'\n", [("x,y", "2")]),
    "hash in cells": (b"a,b\n#1,2\n#3,4\n", [("#1", "2"), ("#3", "4")]),
    "blanks": (b'a b c\n1 2 "x y"\n3 4 5\n6 7 8\n', [("1", "2", "x y"), ("3", "4", "5"), ("6", "7", "8")]),
    "long header": (b"a,b,c,\n1,2,3\n4,5,6\n", [("1", "2", "3"), ("4", "5", "6")]),
    "row names": (b'"x","y"\n"r1",1,2\n"r2",3,4\n', [("r1", "1", "2"), ("r2", "3", "4")]),
}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("case", SHARED)
@pytest.mark.parametrize("packed", [False, True])
def test_duckdb_reads_the_same_rows(write: Write, case: str, packed: bool) -> None:
    content, expected = SHARED[case]
    path = write("t.csv.gz", gzip.compress(content)) if packed else write("t.csv", content)
    table, values, rows = read(path)
    assert values == expected
    assert rows.rejected == 0
    assert rows.scan is not None
    assert duckdb_rows(path, table, rows.scan) == expected


UNSHARED: dict[str, tuple[bytes, list[Row]]] = {
    "utf-16": ("a,b\n1,é😀\n".encode("utf-16"), [("1", "é😀")]),
    "utf-16-le": ("a,b\r\n1,é\r\n".encode("utf-16-le"), [("1", "é")]),
    "utf-16-be": ("a;b\n1;\u4e2d\n".encode("utf-16-be"), [("1", "\u4e2d")]),
    "cp1252": (b"a,b\n1,\x93quoted\x94\n2,\x80\n", [("1", "\u201cquoted\u201d"), ("2", "€")]),
    "damaged utf-8": ("a,b\n1,ééééééé\n2,x".encode() + b"\xff\n", [("1", "ééééééé"), ("2", "x\ufffd")]),
    "mixed line ends": (b"a,b\n1,2\r\n3,4\n", [("1", "2"), ("3", "4")]),
    "after a quote": (b'a,b\n"abc"def,1\n"2",3\n', [("abcdef", "1"), ("2", "3")]),
    "blank before quote": (b'a,b\n "x",1\n2,3\n', [(' "x"', "1"), ("2", "3")]),
    "backslashes": (b'a,b\n"x \\"y\\", z",\\N\n"\\N",1\n', [('x "y", z', None), ("N", "1")]),
    "never closed": (b'a,b\n"1",2\n"x,3\n"4",5\n6,7\n', [("1", "2"), ('"x', "3"), ("4", "5"), ("6", "7")]),
    "comments": (b"# x\n# y\na;b\n# z\n1;2\n3;4\n# u\n", [("# z", None), ("1", "2"), ("3", "4")]),
    "delimiters at line ends": (b"a,b,\n1,2,\n3,4,\n", [("1", "2"), ("3", "4")]),
    "comma and blank": (b'a, b\n1, "x, y"\n3, 4\n', [("1", "x, y"), ("3", "4")]),
    "shift-jis": (
        "a,b\n1,\u6771\u4eac\n2,\u30d1\u30ea\n".encode("cp932"),
        [("1", "\u6771\u4eac"), ("2", "\u30d1\u30ea")],
    ),
    "short rows": (b"a,b,c\n1\n2,3,4\n5,6,7\n", [("1", None, None), ("2", "3", "4"), ("5", "6", "7")]),
    "long rows": (b"a,b\n1,2,\n3,4,5\n6,7\n8,9\n", [("1", "2"), ("6", "7"), ("8", "9")]),
}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("case", UNSHARED)
def test_what_duckdb_reads_otherwise_has_no_scan(write: Write, case: str) -> None:
    content, expected = UNSHARED[case]
    _, values, rows = read(write("t.csv", content))
    assert values == expected
    assert rows.scan is None


def test_ragged_rows_are_counted(write: Write) -> None:
    _, _, rows = read(write("t.csv", b"a,b\n1\n1,2,\n1,2,3\n4,5\n6,7\n8,9\n0,1\n   \n"))
    assert rows.rejected == 1
    assert rows.notes == [
        "1 rows had too few cells and were padded",
        "1 rows had empty cells beyond the last column",
        "1 rows had too many cells and were left out",
    ]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"a,b\n1,\xe9\n", "not UTF-8: read as latin-1"),
        (b"a,b\n1,\x80\n", "not UTF-8: read as cp1252"),
        (b"All of it\na,b,c\n1,2,3\n4,5,6\n", "1 lines above the table were skipped"),
        (b'a,b\n"1",2\n"x,3\n', "1 quotes never close and were read as text"),
    ],
)
def test_a_note_says_what_was_guessed(write: Write, content: bytes, note: str) -> None:
    assert note in read(write("t.csv", content))[2].notes


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"id,id,ID,,\n1,2,3,4,5\n", ["id", "id (2)", "ID", "column_4", "column_5"]),
        (b"\xef\xbb\xbf a ,b\n1,2\n", ["a", "b"]),
        (b"1,2\n3,4\n", ["column_1", "column_2"]),
        (b"x,y\nr1,1,2\nr2,3,4\n", ["column_1", "x", "y"]),
    ],
)
def test_columns_are_named(write: Write, content: bytes, names: list[str]) -> None:
    assert read_rows(CsvConnector(), write("t.csv", content))[0] == names


@pytest.mark.parametrize(("header", "rows"), [(Header.YES, 1), (Header.NO, 2), (Header.AUTO, 2)])
def test_the_header_setting_overrules_the_guess(write: Write, header: Header, rows: int) -> None:
    assert len(read(write("t.csv", b"1,2\n3,4\n"), ReadOptions(header=header))[1]) == rows


def big_csv(last: bytes) -> bytes:
    return b'key,"text"\n' + b"".join(b'%d,"a ""quoted"" one"\n' % i for i in range(60_000)) + last


@pytest.mark.parametrize("packed", [False, True])
def test_a_big_file_is_streamed_and_duckdb_reads_the_same(write: Write, packed: bool) -> None:
    content = big_csv(b'last,"x\ny"\n')
    path = write("t.csv.gz", gzip.compress(content, 1)) if packed else write("t.csv", content)
    table, values, rows = read(path, ReadOptions(batch_rows=1000))
    assert len(values) == 60_001
    assert values[-1] == ("last", "x\ny")
    assert rows.scan is not None
    assert duckdb_rows(path, table, rows.scan) == values


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (b"short\n", ("short", None)),
        (b"latin,\xe9\n", ("latin", "é")),
        (b'open,"x\n', ("open", '"x')),
        (b"crlf,x\r\n", ("crlf", "x")),
        (b'long,"' + b"y" * 2_000_000 + b'"\n', ("long", "y" * 2_000_000)),
    ],
)
def test_what_is_odd_only_at_the_end_of_a_big_file_is_noticed(write: Write, last: bytes, expected: Row) -> None:
    _, values, rows = read(write("t.csv", big_csv(last)))
    assert len(values) == 60_001
    assert values[-1] == expected
    assert rows.scan is None or last.startswith(b"latin")


def test_a_reason_names_the_binary_format(write: Write) -> None:
    path = write("t.csv", b"PAR1....")
    with pytest.raises(UnreadableTable, match=r"^binary content: looks like Parquet$"):
        CsvConnector().tables(lake_file(path), ReadOptions())


def test_a_very_long_header_is_read_whole(write: Write) -> None:
    header = ",".join(f"column number {i}" for i in range(20_000))
    path = write("t.csv", f"{header}\n{','.join('1' * 20_000)}\n".encode())
    assert len(read(path)[0].schema) == 20_000


def test_an_early_stop_leaves_no_thread_on_the_file(write: Write) -> None:
    path = write("t.csv", big_csv(b""))
    (table,) = CsvConnector().tables(lake_file(path), ReadOptions())
    batches = CsvConnector().read(lake_file(path), table, ReadOptions()).batches
    assert next(batches).num_rows > 0
    del batches
    path.unlink()


def test_a_directory_in_the_place_of_a_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="directory"):
        CsvConnector().tables(LakeFile(tmp_path, "t.csv", 0, 0), ReadOptions())


BIG_ROWS = b"".join(b"%d,name %d,%d\n" % (i, i, 2 * i) for i in range(60_000))
BIG_ODD = {
    "a note": (b"id,name,size\n" + BIG_ROWS + b"Source: the office,,\n", "1 lines below the table were left out"),
    "sums": (b"id,name,size\n" + BIG_ROWS + b"Total,,99\n", "1 lines below the table were left out"),
    "the header again": (
        b"id,name,size\n" + BIG_ROWS + b"id,name,size\n1,x,2\n",
        "1 lines repeat the header and were left out",
    ),
    "another table": (
        b"id,name,size\n" + BIG_ROWS + b"\ntown,river\nRome,Tiber\n",
        "2 lines of another table were left out",
    ),
}


@pytest.mark.parametrize("case", BIG_ODD)
def test_what_is_no_row_of_a_big_file_is_noticed(write: Write, case: str) -> None:
    content, note = BIG_ODD[case]
    _, values, rows = read(write("t.csv", content))
    assert values[:60_000] == [(str(i), f"name {i}", str(2 * i)) for i in range(60_000)]
    assert values[60_000:] == ([("1", "x", "2")] if case == "the header again" else [])
    assert rows.notes == [note]
    assert rows.rejected == int(note.split()[0])
    assert rows.scan is None


def test_a_big_file_of_titles_is_still_read_by_pyarrow_and_duckdb(write: Write) -> None:
    content = b"title,year\n" + b"".join(b"a film of many words %d,%d\n" % (i, i) for i in range(60_000))
    path = write("t.csv", content)
    table, values, rows = read(path)
    assert (len(values), rows.rejected, rows.notes) == (60_000, 0, [])
    assert rows.scan is not None
    assert duckdb_rows(path, table, rows.scan) == values


def test_duckdb_skips_a_header_of_two_lines(write: Write) -> None:
    path = write("t.csv", b"length,weight\n(cm),(kg)\n1,2\n3,4\n5,6\n")
    table, values, rows = read(path)
    assert table.schema.names == ["length (cm)", "weight (kg)"]
    assert values == [("1", "2"), ("3", "4"), ("5", "6")]
    assert rows.scan is not None
    assert duckdb_rows(path, table, rows.scan) == values


@pytest.mark.usefixtures("parser")
def test_letters_that_could_be_booleans_stay_letters(write: Write) -> None:
    assert read(write("t.csv", b"code,grp\n0,y\n1,n\n2,t\n3,f\n4,T\n"))[1] == [
        ("0", "y"),
        ("1", "n"),
        ("2", "t"),
        ("3", "f"),
        ("4", "T"),
    ]
