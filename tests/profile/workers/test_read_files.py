from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.errors import OutputExceeded, UnreadableTable
from lakeindex.profile import batching
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.workers import large_tables, table_reader
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.types.lake import LakeFile, PartialTables, ReadOptions, Rows, Scan, SourceTable, TableId
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable, Report, reason_of_parts
from tests.profile.profile_cases import profile

LIMITS = ProfileLimits()
SCHEMA = pa.schema([("a", pa.string()), ("b", pa.int64())])
SCAN = Scan("read_csv")
BROKEN = pa.Array.from_buffers(pa.string(), 1, [None, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff")])


@dataclass
class Given:
    """A connector whose file `x.given` holds these tables: batches, or an error to raise where one would stand."""

    tables_of_file: dict[str, Sequence[pa.RecordBatch | Exception]]
    schema: pa.Schema = SCHEMA
    scan: Scan | None = SCAN
    suffixes: frozenset[str] = frozenset({".given"})
    left_out: Sequence[str] | None = None
    """Of a file whose tables don't depend on one another."""

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        names = self.tables_of_file if file.name == "x.given" else {"ok": []}
        ids = [TableId(f"{file.name}#{name}") for name in names]
        found = [SourceTable(one, self.schema, file.token, (("k", "v"),)) for one in ids]
        return found if self.left_out is None else PartialTables(found, ["x: cut off"], self.left_out)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        rows = Rows(iter(()), self.scan)
        rows.batches = self._batches(table, rows)
        return rows

    def _batches(self, table: SourceTable, rows: Rows) -> Iterator[pa.RecordBatch]:
        for batch in self.tables_of_file[table.id.partition("#")[2]]:
            if isinstance(batch, Exception):
                raise batch
            yield batch
        rows.rejected, rows.notes = 2, ["odd"]


def batch(*rows: tuple[str | None, int | None]) -> pa.RecordBatch:
    return pa.record_batch([pa.array([row[0] for row in rows]), pa.array([row[1] for row in rows])], schema=SCHEMA)


def lake_file(folder: Path, name: str = "x.given") -> LakeFile:
    (folder / name).write_bytes(name.encode())
    return LakeFile(folder / name, name, len(name), 7)


def read(
    files: list[LakeFile], connector: Given, options: ReadOptions | None = None
) -> tuple[list[FileOutcome], pa.Table]:
    *outcomes, records = profile_files(files, {"given": connector}, options or ReadOptions(), LIMITS)
    assert isinstance(records, pa.Table)
    return [outcome for outcome in outcomes if isinstance(outcome, FileOutcome)], records


def report_of(outcome: FileOutcome) -> Report:
    return Report((outcome,), 0, 0, 0.0, {}, 0, "", 1)


def test_an_outcome_says_what_was_read_and_how(tmp_path: Path) -> None:
    (outcome,), records = read([lake_file(tmp_path)], Given({"t": [batch(("x", 1)), batch(("y", 2), ("z", 3))]}))
    table = ReadTable(TableId("x.given#t"), "given", "7-7", 3, 2, SCAN, (("k", "v"),), ("odd",))
    content_hash = hashlib.blake2b(b"x.given", digest_size=16).hexdigest()
    assert outcome == FileOutcome("x.given", FileStatus.INDEXED, "", (table,), content_hash)
    assert records.select(["table_id", "position", "name"]).to_pylist() == [
        {"table_id": "x.given#t", "position": 0, "name": "a"},
        {"table_id": "x.given#t", "position": 1, "name": "b"},
    ]


@pytest.mark.parametrize("cuts", [[], [1], [2, 4], [1, 2, 3, 4]], ids=str)
def test_a_table_in_several_batches_is_profiled_like_one(tmp_path: Path, cuts: list[int]) -> None:
    rows = [("x", 1), ("X", 2), (None, 2), ("7.0", None), ("7", -1)]
    parts = [rows[start:end] for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    _, records = read([lake_file(tmp_path)], Given({"t": [batch(*part) for part in parts]}))
    expected = [
        profile([text for text, _ in rows], LIMITS),
        profile([None if n is None else str(n) for _, n in rows], LIMITS),
    ]
    places = enumerate(zip("ab", expected, strict=True))
    columns = [ProfiledColumn(TableId("x.given#t"), place, name, made) for place, (name, made) in places]
    # As text, in which nan equals itself.
    assert str(records.to_pylist()) == str(to_records(columns, LIMITS).to_pylist())


@pytest.mark.parametrize("batches", [[], [batch()]], ids=["no batch", "an empty batch"])
def test_a_table_without_rows_keeps_its_columns(tmp_path: Path, batches: list[pa.RecordBatch]) -> None:
    (outcome,), records = read([lake_file(tmp_path)], Given({"t": batches}))
    assert outcome.tables[0].rows == 0
    assert records.select(["name", "kind", "rows"]).to_pylist() == [
        {"name": "a", "kind": "empty", "rows": 0},
        {"name": "b", "kind": "empty", "rows": 0},
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnreadableTable("line 7 is odd\nand more"), "line 7 is odd"),
        (OSError(5, "Input/output error"), "[Errno 5] Input/output error"),
        (pa.ArrowInvalid("bad data"), "bad data"),
        (ValueError("name \udcff"), "name \\udcff"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_nothing_of_a_file_that_fails_is_indexed_and_all_of_the_others(
    tmp_path: Path, error: Exception, reason: str
) -> None:
    one = batch(("x", 1))
    connector = Given({"ok": [one], "many": [one, one], "bad": [one, one, error]})
    files = [lake_file(tmp_path, "before.given"), lake_file(tmp_path), lake_file(tmp_path, "then.given")]
    outcomes, records = read(files, connector)
    assert [(outcome.status, outcome.reason) for outcome in outcomes] == [
        (FileStatus.INDEXED, ""),
        (FileStatus.UNSEEN if isinstance(error, OSError) else FileStatus.FAILED, reason),
        (FileStatus.INDEXED, ""),
    ]
    assert outcomes[1].tables == ()
    assert set(records["table_id"].to_pylist()) == {"before.given#ok", "then.given#ok"}


@pytest.mark.parametrize(
    "error",
    [MemoryError(), pa.ArrowMemoryError("malloc of size 7 failed"), OSError(12, "Cannot allocate memory"), None],
    ids=lambda error: type(error).__name__,
)
def test_want_of_memory_is_no_fault_of_the_file_but_raised(tmp_path: Path, error: Exception | None) -> None:
    if error is None:
        error = UnreadableTable("told by a connector")
        error.__cause__ = MemoryError()
    with pytest.raises(MemoryError):
        read([lake_file(tmp_path)], Given({"t": [batch(("x", 1)), error]}))


def test_a_file_that_unpacks_to_more_than_it_may_has_failed(tmp_path: Path) -> None:
    batches = [batch(*[("x" * 100, 1)] * 10)] * 3
    size = batches[0].nbytes
    allowed = replace(lake_file(tmp_path), output_limit=3 * size)
    refused = replace(lake_file(tmp_path, "x.given"), output_limit=3 * size - 1)
    (outcome,), _ = read([allowed], Given({"t": batches}))
    assert (outcome.status, outcome.tables[0].rows) == (FileStatus.INDEXED, 30)
    (outcome,), records = read([refused], Given({"t": batches}))
    assert (outcome.status, outcome.reason) == (FileStatus.FAILED, str(OutputExceeded(3 * size - 1)))
    assert len(records) == 0


def test_many_tables_are_profiled_before_they_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [lake_file(tmp_path, f"{name}.given") for name in "abcde"]
    together: list[int] = []
    profile_columns = batching.profile_columns

    def counting(columns: list[Any], *others: Any) -> Any:
        together.append(len(columns))
        return profile_columns(columns, *others)

    monkeypatch.setattr(batching, "profile_columns", counting)
    _, at_once = read(files, Given({"ok": [batch(("x", 1), ("y", 2))]}))
    monkeypatch.setattr(batching, "_MOST_WAITING_BYTES", 40)
    _, in_parts = read(files, Given({"ok": [batch(("x", 1), ("y", 2))]}))
    assert together == [10, 4, 4, 2]
    assert str(in_parts.to_pylist()) == str(at_once.to_pylist())


@pytest.mark.parametrize("rows_a_part", [1, 2, 5])
def test_a_wide_table_is_profiled_in_parts_as_it_is_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_a_part: int
) -> None:
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(11)])
    rows = [{f"c{place}": f"{place * row % 7}" for place in range(11)} for row in range(10)]
    whole = pa.RecordBatch.from_pylist(rows, schema)
    parts = [whole.slice(start, rows_a_part) for start in range(0, 10, rows_a_part)]
    narrow = [batch(("before", 1))] * 2
    monkeypatch.setattr(table_reader, "_SCAN_BYTES", 1)
    _, expected = read([lake_file(tmp_path)], Given({"t": [whole]}, schema))
    monkeypatch.setattr(batching, "MOST_PROFILES", 4)
    monkeypatch.setattr(large_tables, "MOST_SCANS", 4)
    monkeypatch.setattr(batching, "BATCH_COLUMNS", 3)
    monkeypatch.setattr(table_reader, "BATCH_COLUMNS", 3)
    (outcome,), records = read([lake_file(tmp_path)], Given({"t": parts}, schema))
    assert outcome.tables[0].rows == 10
    assert str(records.to_pylist()) == str(expected.to_pylist())
    # And nothing of it stays when it fails at last, nor is anything lost of what came before.
    broken = Given({"t": [*narrow], "ok": narrow, "bad": [*narrow, UnreadableTable("at last")]})
    outcomes, left = read([lake_file(tmp_path, "before.given"), lake_file(tmp_path)], broken)
    assert [one.status for one in outcomes] == [FileStatus.INDEXED, FileStatus.FAILED]
    assert left["table_id"].to_pylist() == ["before.given#ok"] * 2


@pytest.mark.parametrize("times", [1, 2], ids=["a small table", "a large one"])
def test_values_that_cant_be_rendered_cost_their_file_and_no_other(tmp_path: Path, times: int) -> None:
    broken = pa.record_batch([BROKEN, pa.array([1])], schema=SCHEMA)
    files = [lake_file(tmp_path, "before.given"), lake_file(tmp_path)]
    outcomes, records = read(files, Given({"ok": [batch(("x", 1))], "bad": [broken] * times}))
    assert [outcome.status for outcome in outcomes] == [FileStatus.INDEXED, FileStatus.FAILED]
    assert outcomes[1].reason == "Invalid UTF8 sequence at string index 0"
    assert set(records["table_id"].to_pylist()) == {"before.given#ok"}


@pytest.mark.parametrize("times", [1, 2], ids=["a small table", "a large one"])
def test_of_tables_that_do_not_depend_on_one_another_each_fails_alone(tmp_path: Path, times: int) -> None:
    one, broken = batch(("x", 1)), pa.record_batch([BROKEN, pa.array([1])], schema=SCHEMA)
    contents = {"a": [one], "bad": [broken] * times, "b": [one] * times, "odd": [one, UnreadableTable("line 7 is odd")]}
    connector = Given(contents, left_out=["y: encrypted", "z: a link"])
    (outcome,), records = read([lake_file(tmp_path)], connector)
    assert outcome.status is FileStatus.INDEXED
    assert [table.id for table in outcome.tables] == ["x.given#a", "x.given#b"]
    assert outcome.reason == (
        "could not be read: x: cut off; x.given#bad: Invalid UTF8 sequence at string index 0; "
        "x.given#odd: line 7 is odd; left out: y: encrypted; z: a link"
    )
    assert records["table_id"].to_pylist() == ["x.given#a"] * 2 + ["x.given#b"] * 2
    assert report_of(outcome).read_in_part() == [outcome]


def test_a_file_none_of_whose_tables_can_be_read_has_failed(tmp_path: Path) -> None:
    errors = {"a": [UnreadableTable("line 7 is odd")], "b": [UnreadableTable("line 8 is")]}
    (outcome,), records = read([lake_file(tmp_path)], Given(errors, left_out=[]))
    expected = FileOutcome("x.given", FileStatus.FAILED, "x.given#a: line 7 is odd; x.given#b: line 8 is")
    assert (outcome, len(records)) == (expected, 0)
    assert report_of(outcome).read_in_part() == []


def test_what_was_left_out_on_purpose_is_no_failure(tmp_path: Path) -> None:
    assert reason_of_parts([], ["y: encrypted"]) == "left out: y: encrypted"
    listed = reason_of_parts([f"{place}: cut off" for place in range(102)], [])
    assert listed.endswith("; 99: cut off and 2 more")
    table = ReadTable(TableId("x#a"), "given", "7-7", 3, 0, None, (), ())
    outcome = FileOutcome("x", FileStatus.INDEXED, reason_of_parts([], ["y: encrypted"]), (table,))
    assert report_of(outcome).read_in_part() == []


def test_memory_that_lacks_for_one_of_several_tables_is_not_its_fault(tmp_path: Path) -> None:
    contents = {"a": [batch(("x", 1))], "big": [pa.ArrowMemoryError("realloc of size 7 failed")]}
    with pytest.raises(MemoryError):
        read([lake_file(tmp_path)], Given(contents, left_out=[]))


def test_a_file_that_no_connector_reads_is_skipped_and_the_known_suffixes_named(tmp_path: Path) -> None:
    (outcome,), records = read([lake_file(tmp_path, "notes.md")], Given({}))
    assert (outcome.status, outcome.reason) == (
        FileStatus.SKIPPED,
        "no connector reads this kind of file (known: .given)",
    )
    assert len(records) == 0


def test_a_table_that_duckdb_cant_scan_leaves_a_copy_of_its_rows(tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    batches = [batch(("x", 1)), batch(("y", None))]
    (outcome,), _ = read([lake_file(tmp_path)], Given({"t": batches}, scan=None), ReadOptions(copies=copies))
    assert [path.name for path in copies.iterdir()] == [outcome.tables[0].copy]
    assert pq.read_table(copies / outcome.tables[0].copy).equals(pa.Table.from_batches(batches))


def test_no_copy_is_left_where_duckdb_can_scan_or_none_is_wanted(tmp_path: Path) -> None:
    one = [batch(("x", 1))]
    (scanned,), _ = read([lake_file(tmp_path)], Given({"t": one}), ReadOptions(copies=tmp_path))
    (unwanted,), _ = read([lake_file(tmp_path)], Given({"t": one}, scan=None))
    assert (scanned.tables[0].copy, unwanted.tables[0].copy) == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["x.given"]


def test_short_values_are_scanned_no_more_at_once_than_their_texts_allow() -> None:
    schema = pa.schema([("at", pa.int64()), ("price", pa.float64()), ("is_sold", pa.bool_())])
    rows = 65_536
    columns = [pa.nulls(rows, field.type) for field in schema]
    batches = [pa.record_batch(columns, schema=schema)] * 20
    parts = list(table_reader.to_parts(iter(batches), schema))
    assert sum(part.num_rows for part in parts) == 20 * rows
    assert max(part.num_rows * 3 for part in parts) <= 2**19 + 3 * rows
