"""Whatever `csv.writer` writes is read back, and DuckDB reads the same wherever there is a scan."""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakeindex.types.lake import Header, ReadOptions
from lakeindex_connectors.csv_files import connector as csv_files
from lakeindex_connectors.csv_files.connector import CsvConnector
from tests.connectors.connector_contract import lake_file, rows_of
from tests.connectors.duckdb_rows import duckdb_rows

WORDS = st.text(alphabet="abcxyz019 é中😀", min_size=1, max_size=5).map(str.strip).filter(bool)
CELLS = st.text(alphabet="ab01 ,;|\t#\"'\n\r\\.é中", max_size=6)

Written = tuple[list[str], list[list[str]]]


@st.composite
def tables(draw: st.DrawFn) -> Written:
    width = draw(st.integers(2, 5))
    names = draw(st.lists(WORDS, min_size=width, max_size=width, unique=True))
    rows = draw(st.lists(st.lists(CELLS | WORDS, min_size=width, max_size=width), min_size=1, max_size=8))
    return names, rows


def write(path: Path, table: Written, delimiter: str, line_end: str, encoding: str) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
        writer.writerows([table[0], *table[1]])


def encodable(rows: Sequence[Sequence[str]], encoding: str) -> list[tuple[str, ...]]:
    return [tuple(cell.encode(encoding, errors="replace").decode(encoding) for cell in row) for row in rows]


@pytest.mark.parametrize("tiny_bytes", [0, 8192])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t|#"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    suffix=st.sampled_from(["", ".gz"]),
)
def test_a_written_table_is_read_back(
    monkeypatch: pytest.MonkeyPatch,
    tiny_bytes: int,
    table: Written,
    delimiter: str,
    line_end: str,
    encoding: str,
    suffix: str,
) -> None:
    monkeypatch.setattr(csv_files, "_TINY_BYTES", tiny_bytes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"t.csv{suffix}")
        write(path, table, delimiter, line_end, encoding)
        options = ReadOptions(header=Header.YES)
        (found,) = CsvConnector().tables(lake_file(path), options)
        rows = CsvConnector().read(lake_file(path), found, options)
        values = [row for batch in rows.batches for row in rows_of(batch)]
        assert found.schema.names == table[0]
        assert values == encodable(table[1], "utf-8")
        assert (rows.rejected, rows.notes) == (0, [])
        assert (rows.scan is None) == (encoding == "utf-16")
        if rows.scan is not None:
            assert duckdb_rows(path, found, rows.scan) == values


RAGGED = st.lists(st.text(alphabet='ab,"\n\r \\N1', max_size=12), max_size=8).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(text=RAGGED)
def test_both_parsers_and_duckdb_read_broken_text_alike(text: str) -> None:
    options = ReadOptions(header=Header.NO)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder, "t.csv")
        path.write_bytes(b"c,d\n1,2\n" * 10 + text.encode())
        (found,) = CsvConnector().tables(lake_file(path), options)
        results = []
        for tiny_bytes in (0, 8192):
            patch.setattr(csv_files, "_TINY_BYTES", tiny_bytes)
            rows = CsvConnector().read(lake_file(path), found, options)
            values = [row for batch in rows.batches for row in rows_of(batch)]
            results.append((values, rows.rejected, rows.notes, rows.scan))
            if rows.scan is not None:
                assert duckdb_rows(path, found, rows.scan) == values
        assert results[0] == results[1]
