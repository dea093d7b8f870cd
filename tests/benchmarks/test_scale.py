from __future__ import annotations

from pathlib import Path

import pytest
from scale import Table, draw_tables, growth, write_lake

TABLES = [Table("webtables/a.csv", 3), Table("webtables/b.csv", 4), Table("other/c.csv", 5)]


@pytest.mark.parametrize("columns", [1, 12, 13, 40])
def test_tables_are_drawn_until_there_are_enough_columns_and_none_more(columns: int) -> None:
    drawn = list(draw_tables(TABLES, columns, 0))
    total = sum(table.columns for table, _ in drawn)
    assert total >= columns > total - drawn[-1][0].columns
    assert len(set(drawn)) == len(drawn)
    assert all(table.name.startswith("webtables/") for table, copies in drawn if copies)


def test_the_seed_decides_what_is_drawn() -> None:
    assert list(draw_tables(TABLES, 40, 1)) == list(draw_tables(TABLES, 40, 1))


def test_a_table_that_comes_again_has_half_of_its_rows(tmp_path: Path) -> None:
    rows = [f"{number}#x\n" for number in range(10)]
    for table in TABLES:
        path = tmp_path / "tables" / table.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(["n#x\n", *rows]), encoding="utf-8")
    write_lake(tmp_path / "tables", tmp_path / "lake", TABLES, 19, 0)
    again = (tmp_path / "lake/again1/webtables/a.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    assert again[0] == "n#x\n"
    assert (len(again), set(again[1:]) <= set(rows)) == (6, True)
    assert (tmp_path / "lake/other/c.csv").read_text(encoding="utf-8") == "".join(["n#x\n", *rows])


def test_growth_is_the_exponent_of_the_size() -> None:
    assert growth([1, 10, 100], [5, 50, 500]) == pytest.approx(1.0)
    assert growth([1, 100], [3, 30]) == pytest.approx(0.5)
