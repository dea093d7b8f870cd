from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex.protocols import SampledConnector
from lakeindex.types.lake import LakeFile, ReadOptions, RowCount, Rows
from lakeindex_connectors.csv_files.connector import CsvConnector
from tests.connectors.connector_contract import Row, lake_file, rows_of

WANTED = ReadOptions(sample_rows=1000)


def write(path: Path, rows: int, line_end: str = "\n", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerow(["id", "text", "group"])
        writer.writerows([place, f'Straße {place % 7}, "x"\nB', place // 100] for place in range(rows))
    return path


def count(path: Path, options: ReadOptions = WANTED) -> RowCount | None:
    (table,) = CsvConnector().tables(lake_file(path), options)
    return CsvConnector().count(lake_file(path), table, options)


def sample(path: Path, options: ReadOptions = WANTED, seed: int = 1) -> tuple[Rows, list[list[Row]]]:
    (table,) = CsvConnector().tables(lake_file(path), options)
    rows = CsvConnector().sample(lake_file(path), table, options, seed)
    blocks = list(rows.batches)
    assert all(block.schema == table.schema for block in blocks)
    return rows, [rows_of(block) for block in blocks]


@pytest.mark.parametrize(("line_end", "encoding"), [("\n", "utf-8"), ("\r\n", "utf-8"), ("\n", "latin-1")])
def test_a_sample_is_of_whole_rows_in_blocks_all_over_the_file(tmp_path: Path, line_end: str, encoding: str) -> None:
    path = write(tmp_path / "t.csv", 30_000, line_end, encoding)
    rows, blocks = sample(path)
    read = [row for block in blocks for row in block]
    assert all(row[1:] == (f'Straße {int(str(row[0])) % 7}, "x"\nB', str(int(str(row[0])) // 100)) for row in read)
    assert 800 <= len(read) <= 1200
    firsts = [int(str(block[0][0])) for block in blocks]
    assert len(blocks) == 50
    assert np.histogram(firsts, bins=50, range=(0, 30_000))[0].max() <= 2
    for first, block in zip(firsts, blocks, strict=True):
        assert [int(str(row[0])) - first for row in block] == list(range(len(block)))
    assert rows.rejected == 0


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", 30_000)
    assert sample(path)[1] == sample(path)[1]
    assert sample(path)[1] != sample(path, seed=2)[1]


def test_the_rows_are_estimated_with_an_interval_that_holds_them(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n" + "".join(f"{place},{'x' * (place * 7919 % 90)}\n" for place in range(40_000)))
    counted, (rows, _) = count(path), sample(path)
    for found in (counted, rows.sampled_of):
        assert found is not None
        assert found.low <= 40_000 <= found.high
        assert not found.is_exact
        assert abs(found.rows - 40_000) < 3_000


def test_a_file_too_small_for_more_rows_is_not_looked_into(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", 50)
    found = count(path)
    assert isinstance(CsvConnector(), SampledConnector)
    assert found is not None
    assert found.low == 0 < 50 <= found.rows <= found.high


def test_what_has_no_offsets_can_only_be_read_whole(tmp_path: Path) -> None:
    text = write(tmp_path / "t.csv", 20_000).read_bytes()
    packed, wide, one = tmp_path / "p.csv.gz", tmp_path / "w.csv", tmp_path / "o.csv"
    packed.write_bytes(gzip.compress(text, 1))
    wide.write_bytes(text.decode().encode("utf-16"))
    one.write_text('text\n"a\nb"\n' + '"a, ""b""\nc"\n' * 20_000)  # every line looks like a row
    assert [count(path, ReadOptions(sample_rows=10)) for path in (packed, wide, one)] == [None, None, None]


def test_duckdb_reads_what_is_regular_in_all_blocks(tmp_path: Path) -> None:
    regular, ragged = tmp_path / "r.csv", tmp_path / "q.csv"
    lines = [f"{place},x\n" for place in range(20_000)]
    regular.write_text("a,b\n" + "".join(lines))
    ragged.write_text("a,b\n" + "".join(line if place % 150 else "1,2,3\n" for place, line in enumerate(lines)))
    assert sample(regular)[0].scan is not None
    rows, blocks = sample(ragged)
    assert rows.scan is None
    assert rows.rejected >= 1
    assert all(row[1] == "x" for block in blocks for row in block)


def test_little_of_a_large_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "t.csv", 400_000)
    assert path.stat().st_size > 8 << 20
    seen: list[int] = []
    opened = LakeFile.open

    def watched(file: LakeFile):  # type: ignore[no-untyped-def]
        handle = opened(file)
        read = handle.read

        class Handle:
            def __getattr__(self, name: str) -> object:
                return getattr(handle, name)

            def __enter__(self) -> Handle:
                return self

            def __exit__(self, *_: object) -> None:
                handle.close()

            def read(self, size: int = -1) -> bytes:
                data = read(size)
                seen.append(len(data))
                return data

        return Handle()

    monkeypatch.setattr(LakeFile, "open", watched)
    rows, blocks = sample(path, replace(WANTED, sample_rows=2000))
    assert sum(map(len, blocks)) > 1500
    assert rows.sampled_of is not None
    assert sum(seen) < path.stat().st_size / 2
