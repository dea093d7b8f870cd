from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.csv_files.csv_reading import read_content

SURPLUS_LAST: dict[str, tuple[str, list[str], str]] = {
    "an id of its own": (
        "id,ts,price,side\n1,1748736094501,0.6,buy,0\n2,1748736094502,0.7,sell,0\n3,1748736094503,0.6,buy,1\n",
        ["id", "ts", "price", "side", "column_5"],
        "1",
    ),
    "texts": (
        "name,city,age\nAnn,Rome,33,x\nBob,Oslo,44,y\nCid,Bari,55,z\n",
        ["name", "city", "age", "column_4"],
        "Ann",
    ),
    "orders": (
        "order_id,customer,amount\n1001,Ann,5.5,n1\n1002,Bob,6.5,n2\n1003,Cid,7.5,n3\n",
        ["order_id", "customer", "amount", "column_4"],
        "1001",
    ),
    "two names short": (
        "id,name\n1,a,x,y\n2,b,x,y\n3,c,z,w\n",
        ["id", "name", "column_3", "column_4"],
        "1",
    ),
}
SURPLUS_FIRST: dict[str, tuple[str, list[str], str]] = {
    "models": ("mpg,cyl\nMazda RX4,21,6\nDatsun,22,4\nHornet,21.4,6\n", ["column_1", "mpg", "cyl"], "Mazda RX4"),
    "numbers of rows": ("name,age\n1,Ann,33\n2,Bob,44\n3,Cid,55\n", ["column_1", "name", "age"], "1"),
    "numbers in quotes": (
        '"id","name"\n"1",101,"a"\n"2",102,"b"\n"3",103,"c"\n',
        ["column_1", "id", "name"],
        "1",
    ),
    "days": ("open,close\n2020-01-01,1.5,2\n2020-01-02,1.6,3\n", ["column_1", "open", "close"], "2020-01-01"),
}


@pytest.mark.parametrize("case", SURPLUS_LAST)
def test_more_cells_than_names_shift_no_column(tmp_path: Path, case: str) -> None:
    content, names, first = SURPLUS_LAST[case]
    found = read_content(tmp_path, content)
    assert (found.names, found.rows[0][0], len(found.rows)) == (names, first, 3)
    assert "the header is shorter than the rows: the last columns have no names" in found.notes


@pytest.mark.parametrize("case", SURPLUS_FIRST)
def test_names_of_rows_have_no_name_as_in_r(tmp_path: Path, case: str) -> None:
    content, names, first = SURPLUS_FIRST[case]
    found = read_content(tmp_path, content)
    assert (found.names, found.rows[0][0]) == (names, first)
    assert "the header is one name short: the first column has none" in found.notes


def test_a_blank_name_that_no_row_has_a_cell_for_is_left_out(tmp_path: Path) -> None:
    found = read_content(tmp_path, ",a,b\n1,2\n3,4\n5,6\n")
    assert (found.names, found.rows) == (["a", "b"], [("1", "2"), ("3", "4"), ("5", "6")])
