from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lakeindex.errors import UnreadableTable
from lakeindex.protocols import RangedConnector
from lakeindex.types.lake import ReadOptions, RowRange
from lakeindex_connectors import opening
from lakeindex_connectors.csv_files import connector as csv_files
from lakeindex_connectors.csv_files.connector import CsvConnector
from tests.connectors.connector_contract import Row, lake_file, rows_of

CELLS = st.text(alphabet="ab01 ,;\"'\n\r.é中\ufeff", max_size=6)
ALL = ReadOptions()


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "CHUNK_BYTES", 50)
    monkeypatch.setattr(csv_files, "_TINY_BYTES", 0)


def read_whole(path: Path) -> tuple[list[Row], list[str], int]:
    (table,) = CsvConnector().tables(lake_file(path), ALL)
    rows = CsvConnector().read(lake_file(path), table, ALL)
    found = [row for batch in rows.batches for row in rows_of(batch)]
    return found, rows.notes, rows.rejected


def read_ranges(path: Path, size: int = 40) -> tuple[list[list[Row]], list[list[str]]]:
    """Read a file by ranges: the rows and the notes of each; nothing where it can't be split."""
    file, connector = lake_file(path), CsvConnector()
    (table,) = connector.tables(file, ALL)
    spans = connector.ranges(file, table, ALL, size)
    assert [span.start for span in spans[1:]] == [span.stop for span in spans[:-1]]
    assert not spans or (spans[0].start, spans[-1].stop) == (0, file.size)
    each = [connector.read_range(file, table, span, ALL) for span in spans]
    batches = [list(one.batches) for one in each]
    assert all(batch.schema == table.schema for some in batches for batch in some)
    assert not any(one.rejected for one in each)
    return [[row for batch in some for row in rows_of(batch)] for some in batches], [one.notes for one in each]


@st.composite
def texts(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=40))
    written = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer = csv.writer(written, lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])), quoting=quoting)
    if draw(st.booleans()):
        writer.writerow([f"name {place}" for place in range(width)])
    writer.writerows(rows)
    if draw(st.integers(0, 9)) == 0:
        writer.writerow(["more"] * (width + 1))  # a row that fits no column
    titles = draw(st.sampled_from(["", "", "A title above the table\n\n", "\ufeff", "sep=,\n"]))
    text = titles + written.getvalue()
    return text.rstrip("\r\n") if draw(st.booleans()) else text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts(), size=st.sampled_from([1, 40, 200]))
@example(text='a,b\n1,"x\n' + '""",y"\n' * 9 + 'z"\n2,y\n' + "3,z\n" * 30, size=1)
@example(text="a\n" + "\n".join(["", "x", "", '""'] * 30), size=1)
@example(text='\ufeff"","","\r","\r"\n"more","more","more","more","more"\n', size=1)
@example(text="\ufeff\n\ufeff\n", size=1)
def test_the_rows_of_all_ranges_are_those_of_the_table(text: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        try:
            rows, notes, rejected = read_whole(path)
        except UnreadableTable:
            return
        ranges, noted = read_ranges(path, size)
        if ranges:
            assert [row for some in ranges for row in some] == rows
            assert rejected == 0
            assert all(one == notes for one in noted)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n" + "1,x\n" * 100,
        "a,b\r\n" + "1,x\r\n" * 100 + "2,y",
        "a,b\r" + "1,x\r" * 100,
        'a,b\n' + '"1\n2","x ""y"" z"\n' * 100,
        "Report of May\n\na,b\n" + "1,x\n" * 100,
        "\ufeffa;b\n" + "é;中\n" * 100,
    ],
)  # fmt: skip
def test_a_regular_text_is_split(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    ranges, _ = read_ranges(path, 100)
    assert len(ranges) >= 4
    assert [row for some in ranges for row in some] == read_whole(path)[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("short.csv", b"a,b\n1,x\n"),
        ("ragged.csv", b"a,b\n" + b"1,x\n" * 50 + b"1,x,y\n" + b"1,x\n" * 50),
        ("escaped.csv", b"a,b\n" + b'1,"x\\"y"\n' * 100),
        ("two ends.csv", b"a,b\n" + b"1,x\n" * 50 + b"1,x\r\n" * 50),
        ("latin.csv", "a,b\n1,é\n".encode("latin-1") * 50),
        ("wide.csv", ("a,b\n" + "1,é\n" * 50).encode("utf-16")),
        ("late latin.csv", b"a,b\n" + b"1,x\n" * 20_000 + "1,é\n".encode("latin-1")),
        ("long.csv", b"a~|~b\n" + b"1~|~x\n" * 100),
        ("again.csv", b"name,b\n" + b"1,x\n" * 50 + b"name,b\n" + b"1,x\n" * 50),
        ("nul.csv", b"a,b\n" + b"1,x\n" * 20_000 + b"1,\0\n"),
    ],
)
def test_what_only_a_whole_file_tells_is_not_split(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert read_ranges(path, 60) == ([], [])


def test_a_compressed_file_is_not_split(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"".join(b"%d,x%d\n" % (one, one * 7919) for one in range(9999))))
    assert read_ranges(path, 60) == ([], [])


def test_a_record_as_long_as_a_survey_lets_pass_is_read_wherever_its_range_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CHUNK_BYTES", 1 << 18)
    path = tmp_path / "t.csv"
    long = "x" * 1_100_000
    path.write_text("a,b\n" + "1,y\n" * 100_000 + f"2,{long}\n" + "3,z\n" * 100_000)
    ranges, _ = read_ranges(path, 300_000)
    assert len(ranges) > 2
    assert [row for some in ranges for row in some] == read_whole(path)[0]


def test_a_file_that_changed_since_it_was_split_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1,x\n" * 100)
    (table,) = CsvConnector().tables(lake_file(path), ALL)
    span = CsvConnector().ranges(lake_file(path), table, ALL, 100)[1]
    path.write_bytes(b"a,b,c,d\n" + b"1,x,y,z\n" * 100)
    with pytest.raises(UnreadableTable, match="changed while it was read"):
        list(CsvConnector().read_range(lake_file(path), table, span, ALL).batches)


def test_a_range_is_read_with_the_scan_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1,x\n" * 100)
    file = lake_file(path)
    (table,) = CsvConnector().tables(file, ALL)
    whole = CsvConnector().read(file, table, ALL)
    assert sum(batch.num_rows for batch in whole.batches) == 100
    assert isinstance(CsvConnector(), RangedConnector)
    assert CsvConnector().read_range(file, table, RowRange(4, 8), ALL).scan == whole.scan is not None
