"""Archives and compressed files through the whole of lakeindex: indexed, queried, joined, read and updated."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.types.reports import FileOutcome, FileStatus
from tests.connectors.archives.packing import PACK
from tests.hostile import command

ORDERS = "order,sku\n" + "".join(f"{row},SK{row % 40:05d}\n" for row in range(200))
STOCK = "sku,shelf\n" + "".join(f"SK{row:05d},{row % 7}\n" for row in range(50))
JSON_STOCK = "".join(f'{{"sku": "SK{row:05d}", "weight": {row}}}\n' for row in range(30))


def write_zip(path: Path, members: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "lake"
    root.mkdir()
    write_zip(root / "year.zip", {"q1/orders.csv": ORDERS, "stock.ndjson": JSON_STOCK, "notes.pdf": "%PDF"})
    (root / "stock.csv.zst").write_bytes(PACK[".zst"](STOCK.encode()))
    return root


def outcomes(lake: Lake) -> dict[str, FileOutcome]:
    assert lake.report is not None
    return {file.path: file for file in lake.report.files}


def test_members_and_compressed_files_are_tables_like_others(root: Path, tmp_path: Path, settings: Settings) -> None:
    lake = Lake.index(root, tmp_path / "index", settings)
    found = outcomes(lake)
    assert [table.id for table in found["year.zip"].tables] == ["year.zip/q1/orders.csv", "year.zip/stock.ndjson"]
    assert found["year.zip"].reason == "left out: notes.pdf: no connector reads this kind of file inside an archive"
    assert (found["stock.csv.zst"].status, found["stock.csv.zst"].reason) == (FileStatus.INDEXED, "")
    best = lake.query("stock.csv.zst", "sku", k=2).matches
    assert {(match.column.table, match.column.name) for match in best} == {
        ("year.zip/q1/orders.csv", "sku"),
        ("year.zip/stock.ndjson", "sku"),
    }
    assert {match.column.table: match.containment for match in best} == {
        "year.zip/q1/orders.csv": 0.8,
        "year.zip/stock.ndjson": 0.6,
    }
    counted = lake.sql(
        'SELECT count(*) AS n, sum(weight) AS w FROM "year.zip/q1/orders.csv" JOIN "year.zip/stock.ndjson" USING (sku)'
    )
    assert counted.to_pylist() == [{"n": 150, "w": 5 * sum(range(30))}]
    joined = lake.join("year.zip/q1/orders.csv", "sku", "stock.csv.zst", "sku", match="exact").to_arrow()
    assert joined.num_rows == 200
    read = [batch.to_pydict() for batch in lake.read("year.zip/stock.ndjson").batches]
    assert read == [{"sku": [f"SK{row:05d}" for row in range(30)], "weight": list(range(30))}]
    assert lake.profile("year.zip/stock.ndjson", "weight")["rows"].to_pylist() == [30]


def test_a_changed_member_is_indexed_anew_and_an_unchanged_archive_is_not_read(
    root: Path, tmp_path: Path, settings: Settings
) -> None:
    index = tmp_path / "index"
    first = Lake.index(root, index, settings)
    second = Lake.index(root, index, settings)
    assert second.generation == first.generation
    assert {path: file.status for path, file in outcomes(second).items()} == {
        "stock.csv.zst": FileStatus.UNCHANGED,
        "year.zip": FileStatus.UNCHANGED,
    }
    assert outcomes(second)["year.zip"].reason == outcomes(first)["year.zip"].reason
    write_zip(root / "year.zip", {"q1/orders.csv": ORDERS + "200,SK00049\n", "q2/orders.csv": ORDERS})
    third = Lake.index(root, index, settings)
    found = outcomes(third)
    assert (found["year.zip"].status, found["stock.csv.zst"].status) == (FileStatus.INDEXED, FileStatus.UNCHANGED)
    assert {table.id: table.rows for table in found["year.zip"].tables} == {
        "year.zip/q1/orders.csv": 201,
        "year.zip/q2/orders.csv": 200,
    }
    assert third.sql('SELECT count(*) AS n FROM "year.zip/q1/orders.csv"')["n"].to_pylist() == [201]
    assert third.logical_hash == Lake.index(root, tmp_path / "anew", settings).logical_hash


def test_the_command_names_a_member_that_fails_and_strict_counts_it(root: Path, tmp_path: Path) -> None:
    write_zip(root / "year.zip", {"orders.csv": ORDERS, "empty.csv": ""})
    done = command.run("index", root, "--index", tmp_path / "index", "--strict")
    assert done.returncode == 5
    assert "read in part: year.zip: could not be read: empty.csv: empty file" in done.stderr
    write_zip(root / "year.zip", {"orders.csv": ORDERS, "notes.pdf": ""})
    done = command.run("index", root, "--index", tmp_path / "index", "--strict", "--allow-shrink")
    assert (done.returncode, "read in part" in done.stderr) == (0, False)


def test_read_takes_a_path_through_an_archive(root: Path, tmp_path: Path) -> None:
    rows = command.rows("read", root / "year.zip" / "q1" / "orders.csv")
    assert (len(rows), rows[41]) == (200, {"order": "41", "sku": "SK00001"})
    missing = command.run("read", root / "year.zip" / "q3.csv")
    assert missing.returncode == 3
    assert "name one of them: 'year.zip/q1/orders.csv', 'year.zip/stock.ndjson'" in missing.stderr


def test_a_member_that_unpacks_without_end_costs_itself(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    bomb = b"a,b\n" + b"1,2\n" * (8 << 20)
    with zipfile.ZipFile(lake / "bombs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fine.csv", STOCK)
        archive.writestr("rows.csv", bomb)
        archive.writestr("packed.csv.bz2", PACK[".bz2"](bomb))
        archive.writestr(zipfile.ZipInfo("lzma.csv"), bomb[: 1 << 20], zipfile.ZIP_LZMA)
    report = command.index(lake, tmp_path / "index", "--output-per-file", "20MB", "--memory", "800MB")
    (file,) = report["files"]
    assert (file["status"], file["tables"]) == ("indexed", ["bombs.zip/fine.csv", "bombs.zip/lzma.csv"])
    assert "packed.csv.bz2: it unpacks to more than 20 MB" in file["reason"]
    assert "left out: rows.csv: with it the archive unpacks to more than 20 MB" in file["reason"]
