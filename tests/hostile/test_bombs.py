"""A file that takes more memory, output or time than it may fails with that reason; the rest of the lake is indexed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.hostile import command

TOO_LARGE = "it unpacks to more than {} MB, far beyond its size; raise --output-per-file if it should"


def write_gzip(path: Path, block: bytes, times: int) -> None:
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(times):
            file.write(block)


def write_constant_parquet(path: Path, rows: int, groups: int) -> None:
    """Write rows that all are the same: pages of a few bytes stand for each group."""
    table = pa.table({"id": pa.array([7] * rows), "text": pa.array(["x" * 1000] * rows)})
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(groups):
            writer.write_table(table)


def write_page_that_asks_for_gigabytes(path: Path) -> None:
    """Change the header of the first page so that it claims to unpack to 2^31 - 1 bytes."""
    table = pa.table({"id": [f"{row:040d}" for row in range(100)]})
    # More pages follow, so that the chunk doesn't end before its first page does.
    pq.write_table(table, path, use_dictionary=False, data_page_size=400, write_batch_size=10)
    content = path.read_bytes()
    assert content.startswith(b"PAR1\x15\x00\x15"), "a data page, then its unpacked size"
    start = end = len(b"PAR1\x15\x00\x15")
    while content[end] > 127:
        end += 1
    path.write_bytes(content[:start] + _varint((1 << 31) - 1) + content[end + 1 :])


def _varint(number: int) -> bytes:
    """Write a number as Thrift's compact protocol does: zigzag, seven bits a byte."""
    number <<= 1
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])


def reasons(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {one["path"]: one["reason"] for one in report["files"]}


def test_bombs_stop_at_the_limit_and_cost_themselves(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    write_gzip(lake / "rows.csv.gz", b"a,b\n" * 4096, 8192)
    write_gzip(lake / "zeros.csv.gz", bytes(1 << 20), 128)
    write_gzip(lake / "objects.jsonl.gz", b'{"a": 1, "b": "x"}\n' * 4096, 1024)
    write_gzip(lake / "blanks.json.gz", b" " * (1 << 20), 128)
    write_constant_parquet(lake / "constant.parquet", 100_000, 2)
    write_page_that_asks_for_gigabytes(lake / "page.parquet")
    (lake / "keys.jsonl").write_text("".join(f'{{"k{row % 5000}":1}}\n' for row in range(20_000)))
    (lake / "fine.csv").write_text("id\n1\n2\n")
    report = command.index(lake, tmp_path / "index", "--output-per-file", "50MB", "--memory", "800MB")
    assert reasons(report) == {
        "blanks.json.gz": TOO_LARGE.format(50),
        "constant.parquet": TOO_LARGE.format(50),
        "fine.csv": "",
        "keys.jsonl": TOO_LARGE.format(50),
        "objects.jsonl.gz": TOO_LARGE.format(50),
        "page.parquet": "reading it needs more than 250 MB of memory; raise --memory or --memory-per-file",
        "rows.csv.gz": TOO_LARGE.format(50),
        "zeros.csv.gz": "its first line is longer than 4 MB",
    }


def test_an_honest_table_that_packs_well_is_read_whole(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    with gzip.open(lake / "t.csv.gz", "wt") as file:
        file.write("id,day\n" + "".join(f"{row},2024-01-01\n" for row in range(200_000)))
    report = command.index(lake, tmp_path / "index", "--output-per-file", "1KB")
    assert [(one["status"], one["rows"]) for one in report["files"]] == [("indexed", 200_000)]


def test_a_huge_hole_is_no_table_and_read_no_further(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    for name, start in (("a.csv", b"a,b\n1,2\n" * 20_000), ("b.jsonl", b'{"a":1}\n' * 20_000), ("c.csv", b"")):
        with (lake / name).open("wb") as file:
            file.write(start)
            file.truncate(1 << 30 if name == "a.csv" else 50 << 30)
    found = reasons(command.index(lake, tmp_path / "index"))
    assert found == {
        "a.csv": "binary content: a megabyte of NUL bytes",
        "b.jsonl": "binary content: a megabyte of NUL bytes",
        "c.csv": "its first line is longer than 4 MB",
    }


def test_a_long_cell_is_found_by_its_whole_value(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    long, other = "x" * 3_000_000, "x" * 3_000_000 + "y"
    pq.write_table(pa.table({"id": [1, 2, 3], "text": [long, other, "b"]}), lake / "a.parquet")
    (lake / "b.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in (long, "c", "d")))
    command.index(lake, tmp_path / "index")
    (match,) = command.rows("query", "b.jsonl", "text", "--probe", "0", "--index", tmp_path / "index")["matches"]
    assert (match["table"], match["column"]) == ("a.parquet", "text")
    assert match["containment"] == pytest.approx(1 / 3)
    assert match["reverse_containment"] == pytest.approx(1 / 3)
    query = 'SELECT length(text) AS n FROM "a.parquet" ORDER BY n'
    assert [row["n"] for row in command.rows("sql", query, "--index", tmp_path / "index")] == [1, 3000000, 3000001]


@pytest.mark.parametrize(
    ("columns", "height"), [(2_500, 30), pytest.param(10_000, 300, marks=pytest.mark.slow)], ids=str
)
def test_a_table_of_thousands_of_columns_is_indexed(tmp_path: Path, columns: int, height: int) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    names = [f"c{place}" for place in range(columns)]
    rows = [[str(row * place % 997) for place in range(columns)] for row in range(height)]
    (lake / "wide.csv").write_text("\n".join(",".join(row) for row in [names, *rows]) + "\n")
    pq.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), lake / "wide.parquet")
    (lake / "wide.jsonl").write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))
    report = command.index(lake, tmp_path / "index")
    assert [(one["path"], one["status"], one["rows"]) for one in report["files"]] == [
        (f"wide.{kind}", "indexed", height) for kind in ("csv", "jsonl", "parquet")
    ]
    assert report["columns"] == 3 * columns
    last = f"c{columns - 1}"
    answer = command.rows("query", "wide.csv", last, "--index", tmp_path / "index")
    assert {(one["table"], one["column"], one["containment"]) for one in answer["matches"][:2]} == {
        ("wide.parquet", last, 1.0),
        ("wide.jsonl", last, 1.0),
    }


@pytest.mark.slow
def test_bombs_of_gigabytes_and_cells_of_hundreds_of_megabytes(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    write_gzip(lake / "rows.csv.gz", b"a,b\n" * (1 << 18), 1024)
    write_gzip(lake / "blanks.json.gz", b" " * (1 << 20), 1024)
    write_constant_parquet(lake / "constant.parquet", 1_000_000, 2)
    pq.write_table(pa.table({"id": [1, 2], "text": ["x" * 200_000_000, "b"]}), lake / "cell.parquet")
    (lake / "cell.csv").write_text("id,text\n1," + "x" * 200_000_000 + "\n2,b\n")
    found = reasons(command.index(lake, tmp_path / "index"))
    assert found == {
        "blanks.json.gz": "a line of more than 256 million characters",
        "cell.csv": "a line longer than 16 million characters",
        "cell.parquet": "",
        "constant.parquet": TOO_LARGE.format(1000),
        "rows.csv.gz": TOO_LARGE.format(1000),
    }
