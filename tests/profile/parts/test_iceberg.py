"""An Iceberg folder is its current snapshot, or is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from lakeindex.errors import LakeIndexError, UnreadableTable
from tests.parted_lakes import with_ids, write_iceberg
from tests.profile.parts.reading import read_all, statuses, together

pytest.importorskip("fastavro")

SCHEMA = [{"id": 1, "name": "key", "type": "long"}, {"id": 2, "name": "shop", "type": "string"}]


def write_table(root: Path, *more: dict[str, Any], **metadata: Any) -> Path:
    folder = root / "db" / "sales"
    with_ids(folder / "data" / "a.parquet", {"key": [1, 2], "shop": ["x", "y"]}, [1, 2])
    with_ids(folder / "data" / "old.parquet", {"key": [9], "shop": ["z"]}, [1, 2])
    files = [{"path": "data/a.parquet"}, {"path": "data/old.parquet", "status": 2}, *more]
    write_iceberg(folder, SCHEMA, files, **metadata)
    return folder


def test_the_current_snapshot_counts(tmp_path: Path) -> None:
    write_table(tmp_path)
    file = together(tmp_path, "db/sales")
    connector, rows = read_all(file)
    assert rows == {"db/sales": [{"key": 1, "shop": "x"}, {"key": 2, "shop": "y"}]}
    found = statuses(connector, file)
    assert found["db/sales/data/old.parquet"] == "skipped not in the Iceberg table's current snapshot"
    assert found["db/sales/metadata/v2.metadata.json"] == "skipped of the Iceberg table's metadata, no table"


def test_columns_go_by_their_ids(tmp_path: Path) -> None:
    folder = tmp_path / "db" / "sales"
    with_ids(folder / "data" / "b.parquet", {"number": [3], "dropped": [True]}, [1, 77])
    write_table(tmp_path, {"path": "data/b.parquet"})
    _, rows = read_all(together(tmp_path, "db/sales"))
    assert rows["db/sales"] == [{"key": 1, "shop": "x"}, {"key": 2, "shop": "y"}, {"key": 3, "shop": None}]


def test_a_partition_gives_the_values_that_its_files_lack(tmp_path: Path) -> None:
    folder = tmp_path / "db" / "sales"
    with_ids(folder / "data" / "b.parquet", {"shop": ["v"]}, [2])
    spec = [{"source-id": 1, "field-id": 1000, "name": "key", "transform": "identity"}]
    write_iceberg(folder, SCHEMA, [{"path": "data/b.parquet", "partition": {"key": 5}}], spec=spec)
    assert read_all(together(tmp_path, "db/sales"))[1] == {"db/sales": [{"shop": "v", "key": 5}]}


def test_a_table_that_was_written_elsewhere_is_read_where_it_lies(tmp_path: Path) -> None:
    write_table(tmp_path, location="s3://bucket/warehouse/db/sales")
    assert len(read_all(together(tmp_path, "db/sales"))[1]["db/sales"]) == 2


@pytest.mark.parametrize(
    "path", ["s3://bucket/elsewhere/a.parquet", "file:///etc/passwd", "file:x", "../../secret.parquet"]
)
def test_metadata_that_point_elsewhere_are_refused(tmp_path: Path, path: str) -> None:
    write_table(tmp_path, {"path": path})
    with pytest.raises(UnreadableTable, match="outside of the table's folder"):
        read_all(together(tmp_path, "db/sales"))


def test_what_is_not_read_here_is_refused(tmp_path: Path) -> None:
    for number, (more, metadata, reason) in enumerate(
        [
            ({"path": "data/d.parquet", "content": 1}, {}, "delete files"),
            ({"path": "data/a.orc", "format": "ORC"}, {}, "files of ORC"),
            ({"path": "data/a.parquet"}, {"format-version": 3}, "format 3"),
        ]
    ):
        write_table(tmp_path / str(number), more, **metadata)
        with pytest.raises(UnreadableTable, match=reason):
            read_all(together(tmp_path / str(number), "db/sales"))


def test_damaged_metadata_are_refused(tmp_path: Path) -> None:
    folder = write_table(tmp_path)
    (folder / "metadata" / "m0.avro").write_bytes(b"Obj\x01 nonsense")
    with pytest.raises(UnreadableTable):
        read_all(together(tmp_path, "db/sales"))
    (folder / "metadata" / "v2.metadata.json").write_text('{"format-version": 2}')
    with pytest.raises(UnreadableTable):
        read_all(together(tmp_path, "db/sales"))


def test_without_its_package_the_error_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path)
    monkeypatch.setitem(sys.modules, "fastavro", None)
    with pytest.raises(LakeIndexError, match=r"pip install 'lakeindex\[iceberg\]'"):
        read_all(together(tmp_path, "db/sales"))
