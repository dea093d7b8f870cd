"""A table in many files, or a large one, is read once: what changed of it later, or was not read yet, is read alone."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.config.index_settings import LIMITS
from lakeindex.plugins import find_connectors
from lakeindex.profile.parts import parted_pieces
from lakeindex.profile.parts.find_parts import find_parts
from lakeindex.profile.pieces import ranged_pieces
from lakeindex.profile.pieces.piece_store import scans_name
from lakeindex.profile.walk import walk
from lakeindex.profile.workers import tables_in_pieces
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.types.lake import LakeFile, ReadOptions, TableId
from lakeindex.types.layouts import SCANS, Parts
from lakeindex.types.reports import IN_PIECES, FileOutcome, FileStatus
from lakeindex.types.share import Share

FEW = replace(LIMITS, looks=300, values=200, texts=50)
ROWS = 400
LONG_AGO = time.time() - 1000


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_in_pieces, "_LEAST_PARTED", 0)
    monkeypatch.setattr(tables_in_pieces, "_LEAST_RANGED", 0)
    monkeypatch.setattr(parted_pieces, "PIECE_BYTES", 30_000)
    monkeypatch.setattr(ranged_pieces, "RANGE_BYTES", 20_000)
    monkeypatch.setattr(ranged_pieces, "_LARGE_RANGE_BYTES", 20_000)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that are opened, as long as the test runs."""
    names: list[str] = []
    actual = LakeFile.open

    def noted(file: LakeFile) -> Any:
        names.append(file.name)
        return actual(file)

    monkeypatch.setattr(LakeFile, "open", noted)
    return names


def rows_of(number: int) -> pa.Table:
    chosen = np.random.default_rng(number)
    return pa.table(
        {
            "id": np.arange(ROWS) + number * ROWS,
            "shop": chosen.integers(0, 900, ROWS),
            "price": [f"{cents / 100:.2f}".replace(".", ",") for cents in chosen.integers(0, 10**6, ROWS)],
            "day": [
                f"{day:02d}/{month:02d}/2024" for day, month in zip(*chosen.integers(1, 12, (2, ROWS)), strict=True)
            ],
        }
    )


def write_part(root: Path, number: int, table: pa.Table | None = None, suffix: str = "parquet") -> Path:
    path = root / f"sales/day={number:03d}/part.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    (pq.write_table if suffix == "parquet" else csv.write_csv)(table or rows_of(number), path)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def files_of(root: Path) -> list[LakeFile]:
    files = [one for one in walk(root, root / "index") if isinstance(one, LakeFile)]
    return find_parts(files, root, Parts.AUTO, find_connectors)[0]


def profiled(
    root: Path, options: ReadOptions | None = None, share: Share | None = None
) -> tuple[FileOutcome, dict[str, Any]]:
    """Profile a lake of one table; return what became of it, and what is known of its columns."""
    files = [replace(file, share=share) for file in files_of(root)]
    outcome, records = profile_files(files, find_connectors(), options or ReadOptions(), FEW)
    assert isinstance(outcome, FileOutcome) and isinstance(records, pa.Table)
    return outcome, records.to_pydict()


class Builds:
    """One build after the other, each with what the one before has kept."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder, self.number = root, folder, 0

    def next(self) -> tuple[FileOutcome, dict[str, Any]]:
        self.number += 1
        copies, pieces = self.folder / f"copies-{self.number}", self.folder / f"pieces-{self.number}"
        copies.mkdir(parents=True)
        pieces.mkdir()
        earlier = self.folder / f"copies-{self.number - 1}" if self.number > 1 else None
        return profiled(self.root, ReadOptions(copies=copies, pieces=pieces, earlier=earlier))


def as_rebuilt(root: Path, made: tuple[FileOutcome, dict[str, Any]]) -> bool:
    """Return whether a build gave what one gives that knows of nothing, and of no pieces."""
    outcome, records = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables_in_pieces, "_LEAST_PARTED", 1 << 40)
        patch.setattr(tables_in_pieces, "_LEAST_RANGED", 1 << 40)
        anew, known = profiled(root)
    without = replace(outcome, tables=tuple(replace(one, scans="") for one in outcome.tables))
    assert without == anew
    assert repr(records) == repr(known)
    return True


@pytest.fixture(params=["parquet", "csv"])
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_only_parts_that_changed_are_opened(tmp_path: Path, suffix: str, opened: list[str]) -> None:
    root = tmp_path / "lake"
    for number in range(20):
        write_part(root, number, suffix=suffix)
    builds = Builds(root, tmp_path / "builds")
    assert as_rebuilt(root, builds.next())
    added, rewritten = write_part(root, 20, suffix=suffix), write_part(root, 7, rows_of(99)[:50], suffix)
    shutil.rmtree(root / "sales/day=003")
    opened.clear()
    made = builds.next()
    alone = {str(path.relative_to(root)) for path in (added, rewritten)}
    beside = 2 * (30_000 // added.stat().st_size)
    assert alone <= set(opened) and len(set(opened)) <= 2 + beside
    assert as_rebuilt(root, made)
    opened.clear()
    assert as_rebuilt(root, builds.next())


def test_a_column_that_turns_out_to_be_read_otherwise_is_read_again(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    undecided = rows_of(1).set_column(3, "day", [["01/02/2024"] * ROWS])
    for number in range(5):
        write_part(root, number, undecided)
    builds = Builds(root, tmp_path / "builds")
    assert as_rebuilt(root, builds.next())
    write_part(root, 9, undecided.set_column(3, "day", [["25/02/2024"] * ROWS]))
    made = builds.next()
    assert as_rebuilt(root, made)
    write_part(root, 10, undecided)
    assert as_rebuilt(root, builds.next())


def test_parts_with_other_columns_cost_themselves_and_those_with_other_types_the_whole(
    tmp_path: Path, opened: list[str]
) -> None:
    root = tmp_path / "lake"
    for number in range(5):
        write_part(root, number)
    builds = Builds(root, tmp_path / "builds")
    builds.next()
    new = write_part(root, 2, rows_of(8).append_column("new", pa.array(["25/02/2024"] * ROWS)).drop(["price"]))
    opened.clear()
    made = builds.next()
    beside = 30_000 // new.stat().st_size
    assert len(set(opened)) <= 1 + beside
    assert as_rebuilt(root, made)
    new.unlink()
    opened.clear()
    made = builds.next()
    assert len(set(opened)) <= beside
    assert as_rebuilt(root, made)
    write_part(root, 9, rows_of(9).set_column(1, "shop", pa.array(np.linspace(0, 1, ROWS))))
    assert as_rebuilt(root, builds.next())
    (root / "sales/day=009/part.parquet").write_text("no parquet")
    assert as_rebuilt(root, builds.next())


def test_when_most_parts_go_the_others_are_read_again(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    for number in range(20):
        write_part(root, number)
    builds = Builds(root, tmp_path / "builds")
    builds.next()
    for number in range(2, 20):
        shutil.rmtree(root / f"sales/day={number:03d}")
    assert as_rebuilt(root, builds.next())


def test_what_is_kept_is_damaged_or_of_nothing_known(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    for number in range(6):
        write_part(root, number)
    builds = Builds(root, tmp_path / "builds")
    builds.next()
    kept = tmp_path / "builds/copies-1" / scans_name(TableId("sales"))
    whole = kept.read_bytes()
    for damaged in (whole[:-100], whole[:200], b"", bytes(len(whole))):
        kept.write_bytes(damaged)
        builds.number = 1
        shutil.rmtree(tmp_path / "builds/copies-2", ignore_errors=True)
        shutil.rmtree(tmp_path / "builds/pieces-2", ignore_errors=True)
        assert as_rebuilt(root, builds.next())


def test_a_file_that_was_just_written_is_read_again(tmp_path: Path, opened: list[str]) -> None:
    root = tmp_path / "lake"
    for number in range(5):
        write_part(root, number)
    path = write_part(root, 5)
    os.utime(path)
    stamp = path.stat()
    builds = Builds(root, tmp_path / "builds")
    builds.next()
    path.write_bytes(write_part(root, 6).read_bytes())
    shutil.rmtree(root / "sales/day=006")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    opened.clear()
    made = builds.next()
    assert "sales/day=005/part.parquet" in opened
    assert as_rebuilt(root, made)


@pytest.fixture(params=["parquet", "csv"])
def one_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    root = tmp_path / "lake"
    root.mkdir()
    table = pa.concat_tables([rows_of(number) for number in range(12)])
    if request.param == "parquet":
        pq.write_table(table, root / "sales.parquet", row_group_size=300)
    else:
        csv.write_csv(pa.concat_tables([table] * 30), root / "sales.csv")
    for path in root.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    return root


def test_a_read_that_is_cut_short_goes_on(one_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    options = ReadOptions(pieces=pieces)
    read: list[Any] = []
    dies_at = 2
    actual = ranged_pieces.RangedPieces.read

    def dying(self: ranged_pieces.RangedPieces, piece: Any) -> Iterator[pa.RecordBatch]:
        if len(read) == dies_at:
            raise MemoryError("killed")
        read.append(piece)
        return actual(self, piece)

    monkeypatch.setattr(ranged_pieces.RangedPieces, "read", dying)
    with pytest.raises(MemoryError):
        profiled(one_file, options)
    assert len(list(pieces.glob(f"*{SCANS}"))) == dies_at
    dies_at = 1000
    assert as_rebuilt(one_file, profiled(one_file, options))
    assert len(set(read)) == len(read) == len(list(pieces.glob(f"*{SCANS}"))) > 2


def test_shares_that_were_staged_are_put_together_without_reading_rows(
    one_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    options = ReadOptions(pieces=pieces)
    for number in (3, 1, 2, 1):
        outcome, records = profiled(one_file, options, Share(number, 3))
        assert (outcome.status, outcome.reason, outcome.tables) == (FileStatus.SKIPPED, IN_PIECES, ())
        assert records["table_id"] == []
    monkeypatch.setattr(ranged_pieces.RangedPieces, "read", None)
    made = profiled(one_file, options)
    monkeypatch.undo()
    assert as_rebuilt(one_file, made)


def test_a_file_that_has_no_pieces_is_left_to_be_read_as_a_whole(tmp_path: Path) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    (root / "some.csv").write_text("a,b\n1,2\n3\n" + "4,5\n" * 30_000)
    outcome, _ = profiled(root, ReadOptions(pieces=tmp_path), Share(1, 2))
    assert (outcome.status, outcome.reason) == (FileStatus.SKIPPED, "")
    assert not list(tmp_path.glob(f"*{SCANS}"))


def test_a_disk_that_is_full_fails_the_build_and_not_the_file(
    one_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = profiled(one_file, ReadOptions(pieces=tmp_path / "isn't there"))
    assert outcome.status is FileStatus.FAILED and outcome.reason.startswith("its copy in the index can't be written")


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["add", "rewrite", "remove"]), st.integers(0, 11)), min_size=2, max_size=4))
def test_after_any_changes_a_build_gives_what_a_first_one_gives(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int]]
) -> None:
    root = tmp_path_factory.mktemp("lake")
    for number in range(8):
        write_part(root, number)
    builds = Builds(root, tmp_path_factory.mktemp("builds"))
    builds.next()
    for what, number in changes:
        if what == "remove":
            shutil.rmtree(root / f"sales/day={number:03d}", ignore_errors=True)
        else:
            table = rows_of(number + 50) if what == "rewrite" else rows_of(number)
            write_part(root, number, table[: 17 * (number + 1)])
        if files_of(root):
            assert as_rebuilt(root, builds.next())
