from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.csv_files.csv_reading import read_content

NUMBERS = "".join(f"R{i},{i},{i * 2},{i * 3},{i * 5}\n" for i in range(1, 9))
TEXTS = "c1,Ann,ann@x,Main St,Rome\nc2,Bob,bob@y,High St,Oslo\nc3,Cid,c@z,Low St,Bari\n"
GROUPED: dict[str, tuple[str, list[str]]] = {
    "years above": (
        f",2023,,2024,\nRegion,Sales,Cost,Sales,Cost\n{NUMBERS}",
        ["Region", "2023 Sales", "2023 Cost", "2024 Sales", "2024 Cost"],
    ),
    "years below": (
        f"Region,People,,Area,\n,2019,2020,2019,2020\n{NUMBERS}",
        ["Region", "People 2019", "People 2020", "Area 2019", "Area 2020"],
    ),
    "a corner below": (
        f"Region,Sales,,Stock,\n,min,max,min,max\n{NUMBERS}",
        ["Region", "Sales min", "Sales max", "Stock min", "Stock max"],
    ),
    "pandas": (f",A,A,B,B\n,x,y,x,y\n{NUMBERS}", ["column_1", "A x", "A y", "B x", "B y"]),
    "pandas, the index named": (f",A,A,B,B\n,x,y,x,y\nregion,,,,\n{NUMBERS}", ["region", "A x", "A y", "B x", "B y"]),
    "texts": (
        f",Contact,,Place,\nid,name,mail,street,town\n{TEXTS}",
        ["id", "Contact name", "mail", "Place street", "town"],
    ),
}
OF_ONE_LINE: dict[str, tuple[str, list[str]]] = {
    "a row without a key": ("id,name,qty,x\n,foo,3,y\n2,bar,4,z\n3,baz,5,w\n4,q,6,v\n", ["id", "name", "qty", "x"]),
    "columns without names": ("id,,,x\n1,a,b,4\n2,c,d,5\n3,e,f,6\n", ["id", "column_2", "column_3", "x"]),
    "an index without a name": (
        ",name,town\na1,Ann,Rome\na2,Bob,Oslo\na3,Cid,Bari\na4,Dan,Rome\n",
        ["column_1", "name", "town"],
    ),
    "rows that are empty at first": (
        "ID,Name,Kind,Qty\ns1,,,\ns2,,,\ns3,,,\n" + "".join(f"s{i},n{i},k,{i}\n" for i in range(4, 30)),
        ["ID", "Name", "Kind", "Qty"],
    ),
    "words that are empty at first": (
        "long name,Name,Kind,Qty\nalpha one,,,\nbeta two,,,\n" + "".join(f"w {i},n{i},k,{i}\n" for i in range(4, 30)),
        ["long name", "Name", "Kind", "Qty"],
    ),
}


@pytest.mark.parametrize("case", GROUPED)
def test_names_of_groups_stand_before_the_names_of_columns(tmp_path: Path, case: str) -> None:
    content, names = GROUPED[case]
    found = read_content(tmp_path, content)
    assert found.names == names
    assert ",".join(map(str, found.rows[0])) == (TEXTS if case == "texts" else NUMBERS).splitlines()[0]
    assert len(found.rows) == (3 if case == "texts" else 8)


@pytest.mark.parametrize("case", OF_ONE_LINE)
def test_a_row_below_a_header_is_no_second_line_of_it(tmp_path: Path, case: str) -> None:
    content, names = OF_ONE_LINE[case]
    found = read_content(tmp_path, content)
    assert found.names == names
    assert found.rows == [tuple(cell or None for cell in line.split(",")) for line in content.splitlines()[1:]]


def test_units_below_names_stay_with_them(tmp_path: Path) -> None:
    found = read_content(tmp_path, "Time;Flow;Heat\n;[m3/s];[degC]\n1;2;3\n2;3;4\n4;5;6\n")
    assert found.names == ["Time", "Flow [m3/s]", "Heat [degC]"]
    assert len(found.rows) == 3
