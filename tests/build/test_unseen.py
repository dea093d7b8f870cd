"""What can't be listed or read tonight stays in the index as it was, and the report says so."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.build.unseen import keep_unseen, unseen_in
from lakeindex.types.lake import TableId
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable, Report

_DROP_CAPABILITY = 24  # PR_CAPBSET_DROP
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: root reads whatever the mode says
FORBIDDEN = "can't list the folder: Permission denied"


def give_up_privileges() -> None:
    """Run what is started as a user for whom modes count, even where that is root."""
    if os.geteuid() == 0:
        for capability in _OVERRIDES:
            ctypes.CDLL(None).prctl(_DROP_CAPABILITY, capability, 0, 0, 0)


def index_as_anyone(lake: Path, index: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lakeindex.serve.cli.main", "index", str(lake), "--index", str(index), *flags]
    environment = os.environ | {"LAKEINDEX_MODEL": "hashing"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, preexec_fn=give_up_privileges
    )


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "lake"
    (root / "sub" / "deep").mkdir(parents=True)
    for number, folder in enumerate(("", "", "sub", "sub", "sub/deep")):
        (root / folder / f"t{number}.csv").write_text("id,name\n" + "".join(f"{row},n{row}\n" for row in range(9)))
    (root / "sub" / "empty.csv").touch()
    yield root
    if (root / "sub").exists():
        (root / "sub").chmod(0o755)


def outcomes(report: Report | None) -> dict[str, tuple[str, str]]:
    assert report is not None
    return {file.path: (str(file.status), file.reason) for file in report.files}


def tables(lake: Lake) -> list[object]:
    return lake.tables()["table"].to_pylist()


def in_catalog(lake: Lake) -> dict[object, object]:
    rows = lake.opened.catalog.fetch("SELECT path, status FROM files").to_pylist()
    return {row["path"]: row["status"] for row in rows}


UNSEEN = ("sub/deep/t4.csv", "sub/t2.csv", "sub/t3.csv")
ALL = ["sub/deep/t4.csv", "sub/t2.csv", "sub/t3.csv", "t0.csv", "t1.csv"]


@pytest.fixture
def broken_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Folders that can't be listed, by their names, and the error."""
    broken: dict[str, int] = {}
    scan = os.scandir

    def scan_or_fail(folder: Path | int) -> object:
        if isinstance(folder, Path) and (code := broken.get(folder.name)):
            raise OSError(code, os.strerror(code))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scan_or_fail)
    return broken


def test_a_forbidden_folder_is_failed_and_its_tables_stay(root: Path, tmp_path: Path, settings: Settings) -> None:
    index = tmp_path / "index"
    before = Lake.index(root, index, settings)
    (root / "sub").chmod(0)
    done = index_as_anyone(root, index, "--strict")
    assert done.returncode == 5
    assert f"failed: sub: {FORBIDDEN}" in done.stderr
    assert "3 unseen and left as they were" in done.stderr
    after = Lake.open(index, settings)
    assert (tables(after), after.logical_hash) == (ALL, before.logical_hash)
    assert in_catalog(after) == dict.fromkeys(UNSEEN, "unseen") | {
        "sub": "failed",
        "sub/empty.csv": "failed",
        "t0.csv": "indexed",
        "t1.csv": "indexed",
    }
    assert index_as_anyone(root, index).returncode == 0
    (root / "sub").chmod(0o755)
    again = index_as_anyone(root, index)
    assert (again.returncode, "unseen" in again.stderr) == (0, False)
    assert in_catalog(Lake.open(index, settings)) == dict.fromkeys(ALL, "indexed") | {"sub/empty.csv": "failed"}
    assert Lake.open(index, settings).logical_hash == before.logical_hash


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_below_a_folder_that_cant_be_listed_all_stays_while_the_rest_is_read(
    root: Path, tmp_path: Path, settings: Settings, broken_folder: dict[str, int], code: int
) -> None:
    before = Lake.index(root, tmp_path / "index", settings)
    (root / "sub" / "t2.csv").write_text("id,name,more\n1,a,b\n")
    (root / "t0.csv").write_text("id,name,more\n1,a,b\n")
    broken_folder["sub"] = code
    bad_night = Lake.index(root, tmp_path / "index", settings)
    reason = f"can't list the folder: {os.strerror(code)}"
    assert outcomes(bad_night.report) == dict.fromkeys(UNSEEN, ("unseen", f"it is in sub: {reason}")) | {
        "sub": ("failed", reason),
        "sub/empty.csv": outcomes(before.report)["sub/empty.csv"],
        "t0.csv": ("indexed", ""),
        "t1.csv": ("unchanged", ""),
    }
    assert tables(bad_night) == ALL
    assert bad_night.profile("t0.csv")["column"].to_pylist() == ["id", "name", "more"]
    assert bad_night.profile("sub/t2.csv")["column"].to_pylist() == ["id", "name"]
    assert bad_night.query("t1.csv", "name", probe=0).matches[0].probability > 0
    second = Lake.index(root, tmp_path / "index", settings)
    assert second.generation.number == bad_night.generation.number, "nothing new to say"
    assert outcomes(second.report)["sub/t2.csv"][0] == "unseen"
    broken_folder.clear()
    mended = Lake.index(root, tmp_path / "index", settings)
    assert mended.profile("sub/t2.csv")["column"].to_pylist() == ["id", "name", "more"]
    assert mended.logical_hash == Lake.index(root, tmp_path / "anew", settings).logical_hash


def test_a_folder_that_was_never_listed_is_failed(
    root: Path, tmp_path: Path, settings: Settings, broken_folder: dict[str, int]
) -> None:
    broken_folder["deep"] = errno.EIO
    lake = Lake.index(root, tmp_path / "index", settings)
    assert outcomes(lake.report)["sub/deep"] == ("failed", "can't list the folder: Input/output error")
    assert lake.generation.manifest.failed == 2


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_file_that_may_not_be_read_any_more_keeps_its_tables(root: Path, tmp_path: Path, is_changed: bool) -> None:
    index, settings = tmp_path / "index", Settings(model="hashing")
    assert index_as_anyone(root, index).returncode == 0
    if is_changed:
        (root / "t0.csv").write_text("id,name,more\n1,a,b\n")
    (root / "t0.csv").chmod(0)
    done = index_as_anyone(root, index, "--strict")
    assert done.returncode == 5
    assert "unseen: t0.csv: " in done.stderr
    assert "Permission denied" in done.stderr
    lake = Lake.open(index, settings)
    assert (tables(lake), in_catalog(lake)["t0.csv"]) == (ALL, "unseen")
    assert lake.profile("t0.csv")["column"].to_pylist() == ["id", "name"]
    (root / "t0.csv").chmod(0o644)
    assert index_as_anyone(root, index).returncode == 0
    lake = Lake.open(index, settings)
    assert in_catalog(lake)["t0.csv"] == "indexed"
    assert lake.profile("t0.csv")["column"].to_pylist() == ["id", "name", *(["more"] if is_changed else [])]


def test_a_file_that_is_there_and_no_table_any_more_is_failed(root: Path, tmp_path: Path, settings: Settings) -> None:
    Lake.index(root, tmp_path / "index", settings)
    (root / "t0.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    lake = Lake.index(root, tmp_path / "index", settings)
    assert outcomes(lake.report)["t0.csv"][0] == "failed"
    assert tables(lake) == [*ALL[:3], "t1.csv"]


def test_copies_of_unseen_tables_stay(
    root: Path, tmp_path: Path, settings: Settings, broken_folder: dict[str, int]
) -> None:
    (root / "sub" / "ragged.csv").write_text("a,b\n1\n2,3\n")
    Lake.index(root, tmp_path / "index", settings)
    broken_folder["sub"] = errno.EIO
    lake = Lake.index(root, tmp_path / "index", replace(settings, keep=0))
    rows = lake.sql('SELECT a, b FROM "sub/ragged.csv" ORDER BY a').to_pylist()
    assert rows == [{"a": 1, "b": None}, {"a": 2, "b": 3}]


def outcome(path: str, status: FileStatus, reason: str = "", table: str = "") -> FileOutcome:
    read = (ReadTable(TableId(table), "csv", "", 1, 0, None, (), ()),) if table else ()
    return FileOutcome(path, status, reason, read, "hash" if table else "", "token" if table else "")


def test_what_is_kept_is_what_the_generation_before_had_and_nobody_listed() -> None:
    known: Mapping[str, FileOutcome] = {
        one.path: one
        for one in (
            outcome("a/b/c.csv", FileStatus.INDEXED, table="a/b/c.csv"),
            outcome("a/bad.csv", FileStatus.FAILED, "no table"),
            outcome("ab.csv", FileStatus.INDEXED, table="ab.csv"),
            outcome("gone.csv", FileStatus.INDEXED, table="gone.csv"),
            outcome("x.csv", FileStatus.UNSEEN, "then", table="x.csv"),
            outcome("y.csv", FileStatus.SKIPPED, "a FIFO"),
        )
    }
    now = [outcome(path, FileStatus.UNSEEN, "now") for path in ("a", "x.csv", "y.csv", "z.csv")]
    kept = keep_unseen(now, {"ab.csv"}, known)
    assert kept == [
        outcome("a", FileStatus.FAILED, "now"),
        outcome("x.csv", FileStatus.UNSEEN, "now", table="x.csv"),
        outcome("y.csv", FileStatus.FAILED, "now"),
        outcome("z.csv", FileStatus.FAILED, "now"),
        outcome("a/b/c.csv", FileStatus.UNSEEN, "it is in a: now", table="a/b/c.csv"),
        outcome("a/bad.csv", FileStatus.FAILED, "no table"),
    ]
    assert unseen_in(kept) == ("x.csv", "a/b/c.csv")


def test_a_removed_folder_is_gone_and_not_unseen(root: Path, tmp_path: Path, settings: Settings) -> None:
    Lake.index(root, tmp_path / "index", settings)
    shutil.rmtree(root / "sub")
    lake = Lake.index(root, tmp_path / "index", settings)
    assert outcomes(lake.report) == {"t0.csv": ("unchanged", ""), "t1.csv": ("unchanged", "")}


def test_where_names_are_hidden_all_that_is_missing_stays_below_an_unseen_folder() -> None:
    table = ReadTable(TableId("t_1"), "csv", "", 1, 0, None, (), ())
    known = {name: FileOutcome(name, FileStatus.INDEXED, tables=(table,)) for name in ("f_1", "f_2", "f_3")}
    folder = FileOutcome("f_9", FileStatus.UNSEEN, FORBIDDEN)
    kept = keep_unseen([folder], {"f_1"}, known, are_hidden=True)
    assert [(one.path, one.status) for one in kept] == [
        ("f_9", FileStatus.FAILED),
        ("f_2", FileStatus.UNSEEN),
        ("f_3", FileStatus.UNSEEN),
    ]
    file = FileOutcome("f_1", FileStatus.UNSEEN, "Permission denied")
    kept = keep_unseen([file], {"f_1"}, known, are_hidden=True)
    assert [(one.path, one.status) for one in kept] == [("f_1", FileStatus.UNSEEN)]


def test_materialised_rows_of_what_can_t_be_seen_stay(root: Path, tmp_path: Path, settings: Settings) -> None:
    index = tmp_path / "index"
    Lake.index(root, index, replace(settings, materialize=True))
    (root / "new.csv").write_text("id,name\n1,x\n")
    (root / "sub").chmod(0)
    done = index_as_anyone(root, index, "--strict", "--materialize")
    assert (done.returncode, "3 unseen and left as they were" in done.stderr) == (5, True)
    counted = 'SELECT (SELECT count(*) FROM "sub/t2.csv") AS kept, (SELECT count(*) FROM "new.csv") AS new'
    with Lake.open(index, settings) as lake:
        assert lake.sql(counted).to_pylist() == [{"kept": 9, "new": 1}]
    (root / "sub").chmod(0o755)
    (root / "sub" / "t2.csv").write_text("id,name\n1,x\n2,y\n")
    assert index_as_anyone(root, index, "--materialize").returncode == 0
    with Lake.open(index, settings) as lake:
        assert lake.sql(counted).to_pylist() == [{"kept": 2, "new": 1}]
