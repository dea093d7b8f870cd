"""Files that belong together are read as one table, with the columns of all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.errors import UnreadableTable
from lakeindex.profile.parts.key_values import repeated_key, type_of_keys
from tests.parted_lakes import write_parquet, write_text
from tests.profile.parts.reading import read_all, statuses, together


def test_a_first_row_names_the_columns_of_all_files_or_of_none(tmp_path: Path) -> None:
    for day in (1, 2, 3):
        write_text(tmp_path / f"s/day={day}/a.csv", f"key,label\n{day},one\n{day + 5},two\n")
    write_text(tmp_path / "s/day=4/a.csv", "key,label\nseven,seven\n")
    _, rows = read_all(together(tmp_path, "s"))
    assert rows["s"][-1] == {"key": "seven", "label": "seven", "day": 4}
    assert len(rows["s"]) == 7


def test_the_folder_s_value_counts_where_the_file_repeats_the_column(tmp_path: Path) -> None:
    write_parquet(tmp_path / "s/day=1/a.parquet", {"day": ["monday"], "id": [1]})
    assert read_all(together(tmp_path, "s"))[1] == {"s": [{"id": 1, "day": 1}]}


def test_a_folder_that_lacks_a_key_has_no_value_for_it(tmp_path: Path) -> None:
    write_parquet(tmp_path / "s/a=1/x.parquet", {"id": [1]})
    write_parquet(tmp_path / "s/a=1/b=2/x.parquet", {"id": [2]})
    _, rows = read_all(together(tmp_path, "s"))
    assert sorted(rows["s"], key=lambda row: row["id"]) == [{"id": 1, "a": 1, "b": None}, {"id": 2, "a": 1, "b": 2}]


def test_lists_and_numbers_have_only_text_in_common(tmp_path: Path) -> None:
    write_parquet(tmp_path / "s/a=1/x.parquet", {"v": [[1, 2]]})
    write_parquet(tmp_path / "s/a=2/x.parquet", {"v": [True]})
    assert [row["v"] for row in read_all(together(tmp_path, "s"))[1]["s"]] == ["[1, 2]", "true"]


def test_where_no_part_can_be_read_the_table_can_t(tmp_path: Path) -> None:
    for part in (1, 2):
        write_text(tmp_path / f"s/a={part}/x.parquet", "no parquet")
    file = together(tmp_path, "s")
    with pytest.raises(UnreadableTable, match=r"s/a=1/x\.parquet: not readable as Parquet"):
        read_all(file)


def test_files_of_one_column_or_without_names_don_t_agree(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02"):
        write_text(tmp_path / f"one_{month}.csv", "name\nAda\nBob\n")
        write_text(tmp_path / f"bare_{month}.csv", "1,2\n3,4\n")
    assert set(read_all(together(tmp_path, "one_*.csv"))[1]) == {"one_2024-01.csv", "one_2024-02.csv"}
    assert set(read_all(together(tmp_path, "bare_*.csv"))[1]) == {"bare_2024-01.csv", "bare_2024-02.csv"}


def test_siblings_agree_with_most_or_stay_apart(tmp_path: Path) -> None:
    for year, header in ((2021, "a,b"), (2022, "b,a"), (2023, "c,d"), (2024, "e,f")):
        write_text(tmp_path / f"t_{year}.csv", f"{header}\n1,2\n3,4\n")
    assert set(read_all(together(tmp_path, "t_*.csv"))[1]) == {f"t_{year}.csv" for year in range(2021, 2025)}
    (tmp_path / "t_2024.csv").unlink()
    connector, rows = read_all(together(tmp_path, "t_*.csv"))
    assert {name: len(some) for name, some in rows.items()} == {"t_*.csv": 4, "t_2023.csv": 2}
    assert set(statuses(connector, together(tmp_path, "t_*.csv")).values()) == {"indexed"}


def test_a_part_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    write_parquet(tmp_path / "secret.parquet", {"id": [7]})
    for part in (1, 2):
        write_parquet(tmp_path / f"lake/s/a={part}/x.parquet", {"id": [part]})
    file = together(tmp_path / "lake", "s")
    (tmp_path / "lake/s/a=2/x.parquet").unlink()
    (tmp_path / "lake/s/a=2/x.parquet").symlink_to(tmp_path / "secret.parquet")
    connector, rows = read_all(file)
    assert rows == {"s": [{"id": 1, "a": 1}]}
    assert statuses(connector, file)["s/a=2/x.parquet"].startswith("failed a link has taken its place")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "02", "-3", None], pa.int64()),
        (["007"], pa.string()),
        (["2024-01-31", "1999-12-01"], pa.date32()),
        (["2024-02-31"], pa.string()),
        (["1", "x"], pa.string()),
        ([None], pa.string()),
        (["9" * 30], pa.string()),
        (["1.5"], pa.string()),
        ([""], pa.string()),
    ],
)
def test_keys_have_the_type_of_their_values(values: list[str | None], kind: pa.DataType) -> None:
    assert type_of_keys(values) == kind
    for value in values:
        assert repeated_key(value, kind, 3).null_count == (3 if value is None else 0)


@given(
    st.lists(st.one_of(st.integers(-(10**17), 10**17).map(str), st.dates().map(date.isoformat), st.text()), max_size=4)
)
def test_every_key_can_be_read_as_its_type(values: list[str]) -> None:
    kind = type_of_keys(values)
    for value in values:
        column = repeated_key(value, kind, 2)
        assert (column.type, len(column), column.null_count) == (kind, 2, 0)
