"""A Delta folder is its current version, or is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import PartialTables
from tests.parted_lakes import added, delta_start, removed, write_checkpoint, write_commit, write_parquet, write_text
from tests.profile.parts.reading import OPTIONS, read_all, statuses, together

FIELDS = {"id": "long", "day": "date"}


def write_table(root: Path) -> Path:
    folder = root / "sales"
    write_parquet(folder / "day=2024-01-01" / "a.parquet", {"id": [1, 2]})
    write_parquet(folder / "day=2024-01-02" / "b.parquet", {"id": [3]})
    write_parquet(folder / "gone.parquet", {"id": [99]})
    write_commit(folder, 0, *delta_start(FIELDS, ["day"]), added("gone.parquet", {"day": "2023-12-31"}))
    write_commit(folder, 1, added("day=2024-01-01/a.parquet", {"day": "2024-01-01"}), removed("gone.parquet"))
    write_commit(folder, 2, added("day%3D2024-01-02/b.parquet", {"day": "2024-01-02"}))
    return folder


def test_removed_files_never_count(tmp_path: Path) -> None:
    write_table(tmp_path)
    file = together(tmp_path, "sales")
    connector, rows = read_all(file)
    assert [(row["id"], str(row["day"])) for row in rows["sales"]] == [
        (1, "2024-01-01"),
        (2, "2024-01-01"),
        (3, "2024-01-02"),
    ]
    found = statuses(connector, file)
    assert found["sales/gone.parquet"] == "skipped not in the Delta table's current version"
    assert found[f"sales/_delta_log/{0:020d}.json"] == "skipped of the Delta table's log, no table"
    assert found["sales/day=2024-01-01/a.parquet"] == "indexed"


@pytest.mark.parametrize("parts", [1, 3])
def test_a_checkpoint_stands_for_the_commits_before(tmp_path: Path, parts: int) -> None:
    folder = write_table(tmp_path)
    actions = [*delta_start(FIELDS, ["day"]), added("day=2024-01-01/a.parquet", {"day": "2024-01-01"})]
    write_checkpoint(folder, 1, actions, parts)
    for version in (0, 1):
        (folder / "_delta_log" / f"{version:020d}.json").unlink()
    assert [row["id"] for row in read_all(together(tmp_path, "sales"))[1]["sales"]] == [1, 2, 3]


def test_a_checkpoint_that_is_not_whole_is_not_taken(tmp_path: Path) -> None:
    folder = write_table(tmp_path)
    write_checkpoint(folder, 2, delta_start(FIELDS), parts=2)
    (folder / "_delta_log" / f"{2:020d}.checkpoint.{1:010d}.{2:010d}.parquet").unlink()
    assert [row["id"] for row in read_all(together(tmp_path, "sales"))[1]["sales"]] == [1, 2, 3]


def test_a_table_without_rows_has_the_columns_that_its_log_declares(tmp_path: Path) -> None:
    write_commit(tmp_path / "t", 0, *delta_start({"id": "long", "name": "string"}))
    _, rows = read_all(together(tmp_path, "t"))
    assert rows == {"t": []}


def refused(root: Path, *actions: dict[str, Any], version: int = 3) -> str:
    folder = write_table(root)
    write_commit(folder, version, *actions)
    with pytest.raises(UnreadableTable) as caught:
        read_all(together(root, "sales"))
    return str(caught.value)


@pytest.mark.parametrize(
    "path", ["../secret.parquet", "/etc/passwd", "file:///etc/passwd", "s3://other/x.parquet", "a/../../x.parquet",
             "%2E%2E/secret.parquet", "", "a//b.parquet"]
)  # fmt: skip
def test_a_log_that_points_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    write_parquet(tmp_path / "secret.parquet", {"id": [7]})
    assert "outside of the table's folder" in refused(tmp_path, added(path))


def test_an_absolute_path_in_the_folder_is_its_own(tmp_path: Path) -> None:
    folder = write_table(tmp_path)
    write_parquet(folder / "c d.parquet", {"id": [4]})
    write_commit(folder, 3, added(f"{folder.as_uri()}/c%20d.parquet", {"day": None}))
    assert [row["id"] for row in read_all(together(tmp_path, "sales"))[1]["sales"]] == [4, 1, 2, 3]


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    features = delta_start(FIELDS, minReaderVersion=3, readerFeatures=["catalogManaged"])
    assert "'catalogManaged'" in refused(tmp_path / "a", *features)
    assert "version 4" in refused(tmp_path / "b", *delta_start(FIELDS, minReaderVersion=4))
    vector = added("day=2024-01-01/a.parquet", {"day": "2024-01-01"}, deletionVector={"storageType": "u"})
    assert "deletion vectors" in refused(tmp_path / "c", vector)
    mapping = delta_start(FIELDS, configuration={"delta.columnMapping.mode": "name"}, minReaderVersion=2)
    assert "column mapping 'name'" in refused(tmp_path / "d", *mapping)


def test_a_log_with_a_gap_is_refused(tmp_path: Path) -> None:
    assert "lacks version 3" in refused(tmp_path, version=4)


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"add": {"path": 3}}', '{"add": 3}', '{"metaData": {"schemaString": "{"}}']
)
def test_a_damaged_log_is_refused(tmp_path: Path, text: str) -> None:
    folder = write_table(tmp_path)
    write_text(folder / "_delta_log" / f"{3:020d}.json", text)
    with pytest.raises(UnreadableTable):
        read_all(together(tmp_path, "sales"))


def test_a_file_that_is_missing_is_told_of(tmp_path: Path) -> None:
    folder = write_table(tmp_path)
    (folder / "day=2024-01-02" / "b.parquet").unlink()
    file = together(tmp_path, "sales")
    connector, rows = read_all(file)
    assert [row["id"] for row in rows["sales"]] == [1, 2]
    found = connector.tables(file, OPTIONS)
    assert isinstance(found, PartialTables)
    missing = "it is in the Delta table's current version, and not in its folder"
    assert found.failed == (f"sales/day=2024-01-02/b.parquet: {missing}",)
