from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from lakeindex.errors import OutputExceeded, UnreadableTable
from lakeindex.plugins import connector_for
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex_connectors.archives.compressed import CompressedConnector
from lakeindex_connectors.csv_files.connector import CsvConnector
from lakeindex_connectors.json_files.connector import JsonConnector
from tests.connectors.archives.packing import PACK
from tests.connectors.connector_contract import ConnectorContract, lake_file, read_rows

CSV = "id,name\n" + "".join(f"{row},é{row}\n" for row in range(3000))
EXPECTED = [(str(row), f"é{row}") for row in range(3000)]
JSON_LINES = "".join(json.dumps({"id": row, "name": f"é{row}"}) + "\n" for row in range(3000))


def parquet_bytes() -> bytes:
    sink = io.BytesIO()
    parquet.write_table(pa.table({"id": range(3000), "name": [f"é{row}" for row in range(3000)]}), sink)
    return sink.getvalue()


def connector_of(path: Path) -> Connector:
    known = {"csv": CsvConnector(), "json": JsonConnector(), "compressed": CompressedConnector()}
    found = connector_for(path.name, known)
    assert found is not None
    return found


class TestContract(ConnectorContract):
    @pytest.fixture
    def connector(self) -> CompressedConnector:
        return CompressedConnector()

    @pytest.fixture(params=["some.csv.zst", "some.csv.bz2", "some.csv.xz", "some.ndjson.xz", "some.parquet.gz"])
    def readable(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        path = tmp_path / str(request.param)
        kind = path.suffixes[0]
        content = parquet_bytes() if kind == ".parquet" else (CSV if kind == ".csv" else JSON_LINES).encode()
        path.write_bytes(PACK[path.suffix](content))
        return path

    @pytest.fixture
    def unreadable(self, tmp_path: Path) -> Sequence[Path]:
        paths = []
        for suffix in (".bz2", ".xz", ".zst"):
            packed = PACK[suffix](CSV.encode())
            damaged = packed[:40] + bytes([packed[40] ^ 0xFF]) + packed[41:]
            contents = {"empty": b"", "nothing": PACK[suffix](b""), "text": CSV.encode(), "cut": packed[:-20]}
            contents |= {"damaged": damaged, "other": PACK[".gz"](CSV.encode())}
            for name, content in contents.items():
                paths.append(tmp_path / f"{name}.csv{suffix}")
                paths[-1].write_bytes(content)
        paths.append(tmp_path / "cut.parquet.gz")
        paths[-1].write_bytes(PACK[".gz"](parquet_bytes()[:-100]))
        return paths


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("kind", [".csv", ".ndjson", ".parquet"])
def test_each_format_is_read_through_each_compression(tmp_path: Path, kind: str, suffix: str) -> None:
    content = {".csv": CSV.encode(), ".ndjson": JSON_LINES.encode(), ".parquet": parquet_bytes()}[kind]
    path = tmp_path / f"t{kind}{suffix.upper()}"
    path.write_bytes(PACK[suffix](content))
    expected = EXPECTED if kind == ".csv" else [(int(number), name) for number, name in EXPECTED]
    assert read_rows(connector_of(path), path) == (["id", "name"], expected)


@pytest.mark.parametrize("suffix", PACK)
def test_all_streams_of_a_file_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.csv{suffix}"
    middle = len(CSV) // 2
    path.write_bytes(b"".join(PACK[suffix](part.encode()) for part in (CSV[:middle], CSV[middle:])))
    assert read_rows(connector_of(path), path)[1] == EXPECTED


REASONS = {
    "cut": (lambda packed: packed[:-20], "damaged {name}: "),
    "plain text": (lambda packed: CSV.encode(), "not {name}, although its name ends in {suffix}; name it without"),
    "empty": (lambda packed: b"", "empty file"),
}
NAMES = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "Zstandard"}


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("case", REASONS)
def test_the_reason_names_the_compression(tmp_path: Path, case: str, suffix: str) -> None:
    change, reason = REASONS[case]
    path = tmp_path / f"t.csv{suffix}"
    path.write_bytes(change(PACK[suffix](CSV.encode())))
    with pytest.raises(UnreadableTable, match=reason.format(name=NAMES[suffix], suffix=suffix)):
        read_rows(connector_of(path), path)


@pytest.mark.parametrize("suffix", PACK)
def test_content_under_another_name_is_named_with_the_way_out(tmp_path: Path, suffix: str) -> None:
    for name in ("t.csv", "t.json", "t.csv.gz" if suffix != ".gz" else "t.csv.xz"):
        path = tmp_path / name
        path.write_bytes(PACK[suffix](CSV.encode()))
        with pytest.raises(UnreadableTable, match=rf"{NAMES[suffix]}.*name it \{suffix}"):
            read_rows(connector_of(path), path)


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_a_bomb_stops_at_the_limit(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"t{kind}{suffix}"
    path.write_bytes(PACK[suffix](b"a,b\n" + b"1,2\n" * (4 << 20)))
    facts = path.stat()
    file = LakeFile(path, path.name, facts.st_size, 0, output_limit=10**7)
    connector = connector_of(path)
    with pytest.raises(OutputExceeded, match="more than 10 MB"):
        for table in connector.tables(file, ReadOptions()):
            list(connector.read(file, table, ReadOptions()).batches)


def test_duckdb_scans_no_file_that_it_can_not_unpack(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.zst"
    path.write_bytes(PACK[".zst"](CSV.encode()))
    (table,) = CompressedConnector().tables(lake_file(path), ReadOptions())
    rows = CompressedConnector().read(lake_file(path), table, ReadOptions())
    assert sum(batch.num_rows for batch in rows.batches) == 3000
    assert rows.scan is None


def test_notes_and_rejected_rows_are_those_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "t.ndjson.xz"
    path.write_bytes(PACK[".xz"](b'{"a": 1}\nbad\n{"a": 2}\n'))
    (table,) = CompressedConnector().tables(lake_file(path), ReadOptions())
    rows = CompressedConnector().read(lake_file(path), table, ReadOptions())
    assert [value for batch in rows.batches for value in batch.column("a").to_pylist()] == [1, 2]
    assert rows.rejected == 1
    assert rows.notes == ["1 lines or elements are no JSON object and were left out"]
