from __future__ import annotations

from pathlib import Path

import pytest

from tests.connectors.csv_files.csv_reading import read_content

LABELLED: dict[str, str] = {
    "days": "FIPS,State,2024-01-01,2024-01-02,2024-01-03\n01001,Ohio,5,-2,6\n01003,Iowa,1,4,1\n01005,Utah,8,1,2\n",
    "days with gaps": "county,2024-01-05,2024-01-08,2024-02-01\nA,5,2,6\nB,1,4,1\n",
    "days as in America": "county,1/1/2024,1/2/2024,1/3/2024\nA,5,2,6\nB,1,4,1\n",
    "days below a blank corner": ",2024-01-01,2024-01-02\nA,5,2\nB,1,4\n",
    "days over texts": "name,2024-01-01,2024-01-02\nAnn,present,absent\nBob,absent,present\n",
    "days over nearly nothing": "id,2024-01-01,2024-01-02\na,,\nb,,1\nc,2,\n",
    "moments": "sensor,2024-01-01 00:00,2024-01-01 01:00\ns1,1.5,2\ns2,3,4\n",
    "years": "country,2019,2020,2021\nItaly,5,2,6\nPeru,1,4,1\n",
    "years as pandas writes them": ",2019.0,2020.0,2021.0\nItaly,5,2,6\nPeru,1,4,1\n",
    "years over numbers like years": "country,2019,2020,2021\nA,1900,950,1951\nB,800,1999,21\nC,1700,600,2050\n",
    "numbers": "item,1,2,3,4\nx,5,9,2,7\ny,4,4,1,2\n",
    "numbers alone": "0,1,2,3\n5,9,2,7\n4,4,1,2\n",
    "serial days of Excel": "dept,45292,45293,45294\na,5,9,2\nb,4,4,1\n",
}
ROWS: dict[str, str] = {
    "a matrix": "1,2,3,4\n5,6,7,8\n9,10,11,12\n",
    "codes before ratings": "u1,1,2,3\nu2,4,1,5\nu3,5,2,2\nu4,2,3,1\n",
    "days among days": "x,2024-01-01,5\ny,2024-01-02,6\nz,2024-01-03,7\n",
    "years over years": "1990,2000\n1991,2001\n1992,2002\n",
}


@pytest.mark.parametrize("case", LABELLED)
def test_dates_years_and_steps_name_the_columns_of_a_pivoted_table(tmp_path: Path, case: str) -> None:
    header, *lines = LABELLED[case].splitlines()
    found = read_content(tmp_path, LABELLED[case])
    assert found.names == [name or "column_1" for name in header.split(",")]
    assert found.rows == [tuple(cell or None for cell in line.split(",")) for line in lines]


@pytest.mark.parametrize("case", ROWS)
def test_values_like_those_below_are_a_row(tmp_path: Path, case: str) -> None:
    found = read_content(tmp_path, ROWS[case])
    assert found.names[0] == "column_1"
    assert found.rows == [tuple(line.split(",")) for line in ROWS[case].splitlines()]
