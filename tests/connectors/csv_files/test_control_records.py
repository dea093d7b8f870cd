from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.csv_files.csv_reading import read_content

CONTROLLED: dict[str, tuple[str, list[str], int, int]] = {
    "fewer cells": ("H,20240101,FILE1\nid,name,x,y,z\n1,a,2,3,4\n2,b,3,4,5\n", ["id", "name", "x", "y", "z"], 2, 0),
    "more cells": ("HDR|2024-01-01|ACME|v2\ncode|name\nA1|x\nA2|y\nA3|z\n", ["code", "name"], 3, 0),
    "as many cells": ("H,20240101,F1\nid,day,name\n1,2024-01-02,a\n2,2024-01-03,b\n", ["id", "day", "name"], 2, 0),
    "a count below": ("HDR,20240101,X,2\nid,name,x\n1,a,2\n2,b,3\nTRL,2\n", ["id", "name", "x"], 2, 1),
    "a code on each record": (
        "H,20240101,ACME\nD,1,2024,a,b\nD,2,2024,c,d\nD,3,2024,e,f\nT,3\n",
        [f"column_{i}" for i in range(1, 6)],
        3,
        1,
    ),
}


@pytest.mark.parametrize("case", CONTROLLED)
def test_a_control_record_is_neither_header_nor_row(tmp_path: Path, case: str) -> None:
    content, names, rows, trailers = CONTROLLED[case]
    found = read_content(tmp_path, content)
    assert (found.names, len(found.rows), found.rejected) == (names, rows, trailers)
    assert "1 lines above the table were skipped" in found.notes
    assert ("1 control records below the table were left out" in found.notes) == bool(trailers)


@pytest.mark.parametrize("rows", [2, 60_000])
def test_a_trailer_is_left_out_of_a_file_of_any_size(tmp_path: Path, rows: int) -> None:
    body = "".join(f"{i},a{i},{i}\n" for i in range(rows))
    found = read_content(tmp_path, f"HDR,20240101,X,{rows}\nid,name,x\n{body}TRL,{rows},0\n")
    assert (len(found.rows), found.rejected, found.rows[-1][0]) == (rows, 1, str(rows - 1))


@pytest.mark.parametrize(
    ("content", "names"),
    [("h,w\n1,2\n3,4\n", ["h", "w"]), ("start,end\n2024-01-01,2\n2024-02-01,3\n", ["start", "end"])],
)
def test_names_like_codes_are_a_header(tmp_path: Path, content: str, names: list[str]) -> None:
    found = read_content(tmp_path, content)
    assert (found.names, len(found.rows)) == (names, 2)


def test_a_trailer_without_a_control_record_above_is_a_row(tmp_path: Path) -> None:
    assert read_content(tmp_path, "code,n,x\nA,1,2\nB,2,2\nT,3,1\n").rows[-1] == ("T", "3", "1")


def test_a_sentence_above_one_column_is_a_comment(tmp_path: Path) -> None:
    found = read_content(tmp_path, "# made by hand\nname\nx\ny\n")
    assert (found.names, found.rows) == (["name"], [("x",), ("y",)])
