from __future__ import annotations

import io
import json
import stat
import struct
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, PartialTables, ReadOptions
from lakeindex_connectors.archives.members import MAX_MEMBERS
from lakeindex_connectors.archives.zip_files import ZipConnector
from tests.connectors.archives.packing import PACK
from tests.connectors.connector_contract import ConnectorContract, Row, lake_file, read_rows, rows_of

CSV = b"id,name\n1,a\n2,b\n3,c\n"
ROWS: list[Row] = [("1", "a"), ("2", "b"), ("3", "c")]
TYPED: list[Row] = [(1, "a"), (2, "b"), (3, "c")]


def write_zip(path: Path, members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read_all(file: LakeFile) -> tuple[dict[str, list[Row]], Sequence[str], Sequence[str]]:
    """Read an archive: the rows of each table, what failed and what is left out."""
    found = ZipConnector().tables(file, ReadOptions())
    assert isinstance(found, PartialTables)
    tables: dict[str, list[Row]] = {}
    for table in found:
        batches = ZipConnector().read(file, table, ReadOptions()).batches
        tables[table.id] = [row for batch in batches for row in rows_of(batch)]
    return tables, found.failed, found.left_out


def parquet_bytes() -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table({"id": [1, 2, 3], "name": ["a", "b", "c"]}), sink)
    return sink.getvalue()


def json_lines() -> bytes:
    return b"".join(json.dumps({"id": key, "name": name}).encode() + b"\n" for key, name in TYPED)


class TestContract(ConnectorContract):
    @pytest.fixture
    def connector(self) -> ZipConnector:
        return ZipConnector()

    @pytest.fixture(params=["one", "parquet"])
    def readable(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        one = {"folder/some.csv": CSV} if request.param == "one" else {"some.parquet": parquet_bytes()}
        return write_zip(tmp_path / "some.zip", one | {"notes.md": b"# notes"})

    @pytest.fixture
    def unreadable(self, tmp_path: Path) -> Sequence[Path]:
        whole = write_zip(tmp_path / "whole.zip", {"a.csv": CSV * 1000}).read_bytes()
        contents = {"empty": b"", "text": CSV, "cut": whole[:-30], "gzip": PACK[".gz"](CSV)}
        paths = [write_zip(tmp_path / "nothing.zip", {}), write_zip(tmp_path / "pdf.zip", {"a.pdf": b"%PDF"})]
        for name, content in contents.items():
            paths.append(tmp_path / f"{name}.zip")
            paths[-1].write_bytes(content)
        return paths


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
def test_each_member_is_a_table_under_its_path(tmp_path: Path, method: int) -> None:
    contents = {"a.csv": CSV, "folder/b.ndjson": json_lines(), "folder/c.parquet": parquet_bytes()}
    contents |= {"d.csv.gz": PACK[".gz"](CSV), "e.parquet.zst": PACK[".zst"](parquet_bytes())}
    tables, failed, left_out = read_all(lake_file(write_zip(tmp_path / "t.zip", contents, method)))
    assert tables == {
        "t.zip/a.csv": ROWS,
        "t.zip/folder/b.ndjson": TYPED,
        "t.zip/folder/c.parquet": TYPED,
        "t.zip/d.csv.gz": ROWS,
        "t.zip/e.parquet.zst": TYPED,
    }
    assert (failed, left_out) == ((), ())


def test_a_single_table_is_called_like_its_archive(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.csv.zip", {"inside/t.csv": CSV, "readme.pdf": b"%PDF", "__MACOSX/._t.csv": b"\0"})
    tables, failed, left_out = read_all(lake_file(path))
    assert tables == {"t.csv.zip": ROWS}
    assert failed == ()
    assert left_out == (
        "readme.pdf: no connector reads this kind of file inside an archive",
        "__MACOSX/._t.csv: metadata of a file manager",
    )


def test_what_is_no_table_is_left_out_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("folder")
        for name in ("a.csv", "b.csv", ".DS_Store", "../up.csv", "/root.csv", "C:/d.csv", "x//y.csv", "w\\in.csv"):
            archive.writestr(name, CSV)
        archive.writestr("inner.zip", path.read_bytes())
        archive.writestr(link, "/etc/passwd")
    tables, failed, left_out = read_all(lake_file(path))
    assert tables == {"t.zip/a.csv": ROWS, "t.zip/b.csv": ROWS}
    assert failed == ()
    assert dict(one.split(": ", 1) for one in left_out) == {
        ".DS_Store": "metadata of a file manager",
        "../up.csv": "its name is no plain path inside the archive",
        "/root.csv": "its name is an absolute path",
        "C:/d.csv": "its name is an absolute path",
        "x//y.csv": "its name is no plain path inside the archive",
        "w\\in.csv": "its name contains a backslash; pack it anew",
        "inner.zip": "an archive within an archive is not opened; unpack it",
        "link.csv": "a link, not a file",
    }


def test_of_members_with_one_name_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings(action="ignore"):
        for content in (b"id\n7\n", b"id\n8\n"):
            archive.writestr("a.csv", content)
        archive.writestr("b.csv", CSV)
    tables, _, left_out = read_all(lake_file(path))
    assert tables == {"t.zip/a.csv": [("8",)], "t.zip/b.csv": ROWS}
    assert left_out == ("a.csv: a later member has the same name, and replaces it",)


def test_names_in_utf8_are_read_marked_or_not_and_others_left_out(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"größe.csv": CSV, "?wxyz.csv": CSV, "?a.csv": CSV})
    content = path.read_bytes().replace(b"?wxyz.csv", "äöz.csv".encode()).replace(b"?a.csv", b"\xe4a.csv")
    path.write_bytes(content)
    tables, _, left_out = read_all(lake_file(path))
    assert tables == {"t.zip/größe.csv": ROWS, "t.zip/äöz.csv": ROWS}
    assert [one.split(": ", 1)[1] for one in left_out] == ["its name is not valid UTF-8; rename it"]


def test_a_damaged_member_fails_alone(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.ndjson": json_lines(), "c.csv": CSV}, zipfile.ZIP_STORED)
    content = path.read_bytes()
    path.write_bytes(content.replace(json_lines(), json_lines().replace(b'"b"', b'"x"')))
    tables, failed, left_out = read_all(lake_file(path))
    assert tables == {"t.zip/a.csv": ROWS, "t.zip/c.csv": ROWS}
    assert failed == ("b.ndjson: damaged member: Bad CRC-32 for file 'b.ndjson'",)
    assert left_out == ()


def test_an_encrypted_member_is_left_out(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": CSV})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1  # the flags of the last member in the directory
    path.write_bytes(content)
    tables, _, left_out = read_all(lake_file(path))
    assert tables == {"t.zip/a.csv": ROWS}
    assert left_out == ("b.csv: encrypted",)


def test_an_unknown_method_is_a_reason(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": CSV})
    content = bytearray(path.read_bytes())
    for place in (content.rindex(b"PK\x01\x02") + 10, content.rindex(b"PK\x03\x04") + 8):
        content[place : place + 2] = struct.pack("<H", 9)
    path.write_bytes(content)
    tables, failed, _ = read_all(lake_file(path))
    assert tables == {"t.zip/a.csv": ROWS}
    assert [one.split(": ", 2)[:2] for one in failed] == [["b.csv", "a member that can't be read"]]


def test_members_that_overlap_are_left_out(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": CSV, "c.csv": CSV})
    content = bytearray(path.read_bytes())
    first, second = (content.index(b"PK\x03\x04"), content.index(b"PK\x03\x04", 4))
    place = content.index(b"PK\x01\x02")
    size = struct.unpack_from("<I", content, place + 20)[0]
    content[place + 20 : place + 24] = struct.pack("<I", size + 40)  # reaches into the next member
    path.write_bytes(content)
    assert second - first > 30
    tables, _, left_out = read_all(lake_file(path))
    assert tables == {"t.zip/c.csv": ROWS}
    reason = "it overlaps another member, as those of a ZIP bomb do"
    assert left_out == (f"a.csv: {reason}", f"b.csv: {reason}")


def test_members_beyond_the_limit_are_left_out(tmp_path: Path) -> None:
    contents = {"a.csv": b"id\n" + b"7\n" * 4000, "bomb.csv": b"id\n" + b"7\n" * 400_000, "c.csv": CSV}
    path = write_zip(tmp_path / "t.zip", contents)
    file = LakeFile(path, "t.zip", path.stat().st_size, 0, output_limit=10**5)
    tables, failed, left_out = read_all(file)
    assert {name: len(rows) for name, rows in tables.items()} == {"t.zip/a.csv": 4000, "t.zip/c.csv": 3}
    assert failed == ()
    assert [one.split(" MB")[0] for one in left_out] == ["bomb.csv: with it the archive unpacks to more than 0"]


def test_a_member_that_claims_less_than_it_holds_is_damaged(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": b"id\n" + b"7\n" * 400_000, "b.csv": CSV})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    path.write_bytes(content)
    tables, failed, _ = read_all(lake_file(path))
    assert tables == {"t.zip/b.csv": ROWS}
    assert failed == ("a.csv: damaged member: Bad CRC-32 for file 'a.csv'",)


def test_a_compressed_member_is_limited_too(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.ndjson.gz": PACK[".gz"](b'{"a": 1}\n' * 400_000)})
    file = LakeFile(path, "t.zip", path.stat().st_size, 0, output_limit=10**6)
    tables, failed, _ = read_all(file)
    assert tables == {"t.zip/a.csv": ROWS}
    assert [one.split(",")[0] for one in failed] == ["b.ndjson.gz: it unpacks to more than 1 MB"]


def test_an_archive_of_too_many_members_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {f"{place}.csv": b"a\n1\n" for place in range(MAX_MEMBERS + 1)})
    with pytest.raises(UnreadableTable, match="more than 1000 files: unpack it into a folder"):
        ZipConnector().tables(lake_file(path), ReadOptions())


def test_an_archive_behind_other_bytes_is_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": CSV})
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert read_all(lake_file(path)) == ({"t.zip/a.csv": ROWS, "t.zip/b.csv": ROWS}, (), ())


def test_an_archive_that_changed_meanwhile_is_unreadable(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": CSV})
    table = ZipConnector().tables(lake_file(path), ReadOptions())[1]
    write_zip(path, {"a.csv": CSV})
    with pytest.raises(UnreadableTable, match="changed while it was read"):
        list(ZipConnector().read(lake_file(path), table, ReadOptions()).batches)


def test_all_reasons_are_given_where_no_member_can_be_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": b"", "b.exe": b"MZ"})
    with pytest.raises(UnreadableTable, match=r"^a\.csv: empty file$"):
        ZipConnector().tables(lake_file(path), ReadOptions())


def test_nothing_is_written_beside_the_archive(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"../evil.csv": CSV, "a.parquet": parquet_bytes(), "b.csv": CSV})
    read_all(lake_file(path))
    assert list(tmp_path.rglob("*")) == [path]
    assert not (tmp_path.parent / "evil.csv").exists()


def test_no_member_is_scanned_by_duckdb(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "t.zip", {"a.csv": CSV})
    (table,) = ZipConnector().tables(lake_file(path), ReadOptions())
    rows = ZipConnector().read(lake_file(path), table, ReadOptions())
    assert [row for batch in rows.batches for row in rows_of(batch)] == ROWS
    assert rows.scan is None
    assert read_rows(ZipConnector(), path) == (["id", "name"], ROWS)
