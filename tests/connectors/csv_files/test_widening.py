from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lakeindex_connectors.csv_files import widening
from lakeindex_connectors.csv_files.dialect import Dialect
from lakeindex_connectors.csv_files.widening import count_columns
from tests.connectors.csv_files.csv_reading import read_content


def narrow(count: int) -> str:
    return "".join(f"{i},x{i}\n" for i in range(count))


def wide(count: int, surplus: str = "y") -> str:
    return "".join(f"{i},x{i},{surplus}{i}\n" for i in range(count))


@pytest.mark.parametrize(("before", "after"), [(300, 300), (10, 500), (5000, 3), (50_000, 100), (400, 5)])
def test_rows_that_become_longer_are_kept(tmp_path: Path, before: int, after: int) -> None:
    found = read_content(tmp_path, f"a,b\n{narrow(before)}{wide(after)}")
    assert found.names == ["a", "b", "column_3"]
    assert [row[2] for row in found.rows] == [None] * before + [f"y{i}" for i in range(after)]
    assert found.rejected == 0
    assert any("longer further down" in note or "shorter than the rows" in note for note in found.notes)
    assert f"{before} rows had too few cells and were padded" in found.notes
    assert found.scan is None


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_rows_become_longer_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = read_content(tmp_path, f"a,ö\n{narrow(6000)}{wide(300)}".encode(encoding))
    assert (found.names, len(found.rows), found.rows[-1][2]) == (["a", "ö", "column_3"], 6300, "y299")


def test_rows_become_longer_in_a_gzip_file(tmp_path: Path) -> None:
    content = gzip.compress(f"a,b\n{narrow(9000)}{wide(300)}".encode())
    found = read_content(tmp_path, content, "t.csv.gz")
    assert (found.names, len(found.rows)) == (["a", "b", "column_3"], 9300)


def test_rows_may_become_longer_twice_and_shorter_again(tmp_path: Path) -> None:
    longest = "".join(f"{i},x,y,{i},{i}\n" for i in range(50))
    found = read_content(tmp_path, f"a,b\n{narrow(50)}{wide(50)}{longest}{narrow(50)}")
    assert found.names == ["a", "b", "column_3", "column_4", "column_5"]
    assert found.rejected == 0
    assert [sum(cell is not None for cell in row) for row in found.rows] == [2] * 50 + [3] * 50 + [5] * 50 + [2] * 50


def test_the_last_part_of_a_large_file_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widening, "_LARGE_BYTES", 1 << 20)
    found = read_content(tmp_path, f"a,b\n{narrow(300_000)}{wide(40)}")
    assert (found.names, len(found.rows)) == (["a", "b", "column_3"], 300_040)


@pytest.mark.parametrize(
    "broken",
    [
        "7,x,more\n" * 2,
        "1,x,\n" * 30,
        '1,"x,y"\n' * 30,
        "1,Doe, John\n" * 30,
        '1,5" pipe\n' * 21,
        "\n1,2,3\n4,5,6\n",
    ],
)
def test_accidents_do_not_widen_a_table(broken: str) -> None:
    content = f"a,b\n{narrow(30)}{broken}{narrow(30)}".encode()
    assert count_columns(lambda: [content], Dialect(","), 2) == 2


def test_what_is_quoted_is_one_cell() -> None:
    content = "a;b\n" + "".join(f'{i};"x;{i}\n;"\n' for i in range(50)) + "".join(f'{i};"x;";";"\n' for i in range(9))
    assert count_columns(lambda: [content.encode()], Dialect(";"), 2) == 3
