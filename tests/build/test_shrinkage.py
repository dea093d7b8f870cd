"""A build that would take much out of the index publishes nothing, unless it is told to."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, Refused, ShrinkRefused
from lakeindex.store.current_pointer import Pointer, point_at
from tests.hostile import command

TABLES = 15


@pytest.fixture
def guarded(settings: Settings) -> Settings:
    return replace(settings, shrink_limit=0.2)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "lake"
    (root / "sub").mkdir(parents=True)
    for number in range(TABLES):
        write_table(root / ("sub" if number % 3 == 0 else "") / f"t{number:02d}.csv", ["id", f"n{number}", "c", "d"])
    return root


def write_table(path: Path, names: list[str]) -> None:
    path.write_text(",".join(names) + "\n" + "".join(",".join(f"{row}{one}" for one in names) + "\n" for row in "abc"))


def remove_tables(root: Path, number: int) -> None:
    for path in sorted(root.glob("*.csv"))[:number]:
        path.unlink()


def test_an_empty_mount_is_refused_with_what_would_go(root: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    command.index(root, index)
    shutil.rmtree(root)
    root.mkdir()
    done = command.run("index", root, "--index", index)
    assert done.returncode == 8
    (line,) = done.stderr.splitlines()
    assert line.startswith("lakeindex: 15 of the 15 tables and 60 of the 60 columns of the index would go")
    assert line.count(".csv") == 10
    assert "--allow-shrink" in line
    assert Lake.open(index).tables().num_rows == TABLES
    done = command.run("index", root, "--index", index, "--allow-shrink")
    assert (done.returncode, Lake.open(index).tables().num_rows) == (0, 0)


@pytest.mark.parametrize(("removed", "limit", "is_refused"), [(3, 0.2, False), (4, 0.2, True), (4, 0.3, False)])
def test_more_than_the_share_is_too_much(
    root: Path, tmp_path: Path, guarded: Settings, removed: int, limit: float, is_refused: bool
) -> None:
    before = Lake.index(root, tmp_path / "index", guarded)
    remove_tables(root, removed)
    settings = replace(guarded, shrink_limit=limit)
    if is_refused:
        with pytest.raises(ShrinkRefused, match="4 of the 15 tables and 16 of the 60 columns") as refusal:
            Lake.index(root, tmp_path / "index", settings)
        assert isinstance(refusal.value, Refused)
        assert refusal.value.exit_code == 8
        assert Lake.open(tmp_path / "index").generation == before.generation
    else:
        assert Lake.index(root, tmp_path / "index", settings).tables().num_rows == TABLES - removed


def test_columns_count_too(root: Path, tmp_path: Path, guarded: Settings) -> None:
    Lake.index(root, tmp_path / "index", guarded)
    for path in sorted(root.rglob("*.csv"))[:7]:
        write_table(path, ["id", "c"])
    with pytest.raises(ShrinkRefused, match=r"0 of the 15 tables and 14 of the 60 columns .*: sub/t00.csv · d, sub"):
        Lake.index(root, tmp_path / "index", guarded)


def test_columns_under_new_names_are_no_loss(root: Path, tmp_path: Path, guarded: Settings) -> None:
    Lake.index(root, tmp_path / "index", guarded)
    for path in root.rglob("*.csv"):
        write_table(path, ["w", "x", "y", "z"])
    assert Lake.index(root, tmp_path / "index", guarded).profile("t01.csv")["column"].to_pylist() == list("wxyz")


def test_a_renamed_folder_is_no_loss(root: Path, tmp_path: Path, guarded: Settings) -> None:
    Lake.index(root, tmp_path / "index", guarded)
    (root / "sub").rename(root / "other")
    tables = Lake.index(root, tmp_path / "index", guarded).tables()["table"].to_pylist()
    assert [str(name) for name in tables if str(name).startswith("other/")] == [
        f"other/t{number:02d}.csv" for number in range(0, TABLES, 3)
    ]


def test_one_copy_that_is_new_stands_for_one_that_is_gone(tmp_path: Path, guarded: Settings) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    for number in range(5):
        write_table(root / f"t{number}.csv", ["a", "b"])
    Lake.index(root, tmp_path / "index", guarded)
    for number in range(3):
        (root / f"t{number}.csv").unlink()
    write_table(root / "new.csv", ["a", "b"])
    with pytest.raises(ShrinkRefused, match=r"2 of the 5 tables and 4 of the 10 columns .*: t1.csv, t2.csv; "):
        Lake.index(root, tmp_path / "index", guarded)


def test_other_settings_don_t_turn_it_off(root: Path, tmp_path: Path, guarded: Settings) -> None:
    Lake.index(root, tmp_path / "index", guarded)
    other = replace(guarded, text_values=3, header="no")
    remove_tables(root, 8)
    with pytest.raises(ShrinkRefused, match="8 of the 15 tables"):
        Lake.index(root, tmp_path / "index", other)
    assert Lake.index(root, tmp_path / "index", replace(other, shrink_limit=1.0)).tables().num_rows == TABLES - 8


def test_another_lake_is_refused_and_named(root: Path, tmp_path: Path, guarded: Settings) -> None:
    Lake.index(root, tmp_path / "index", guarded)
    (tmp_path / "other").mkdir()
    write_table(tmp_path / "other" / "x.csv", ["a"])
    with pytest.raises(ShrinkRefused, match=f"the index is of another lake, {root}; nothing was published"):
        Lake.index(tmp_path / "other", tmp_path / "index", guarded)


def test_what_was_read_is_kept_for_the_build_that_may_shrink(
    root: Path, tmp_path: Path, guarded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lake.index(root, tmp_path / "index", guarded)
    remove_tables(root, 9)
    write_table(root / "new.csv", ["a"])
    with pytest.raises(ShrinkRefused):
        Lake.index(root, tmp_path / "index", guarded)
    read: list[str] = []

    def nothing(files, *others):  # type: ignore[no-untyped-def]
        read.extend(file.name for file in files)
        return iter(())

    monkeypatch.setattr("lakeindex.build.profiling.profile_in_workers", nothing)
    lake = Lake.index(root, tmp_path / "index", replace(guarded, shrink_limit=1.0))
    assert (read, lake.tables().num_rows) == ([], TABLES - 9 + 1)


def test_an_empty_lake_may_be_indexed_first(tmp_path: Path, guarded: Settings) -> None:
    (tmp_path / "lake").mkdir()
    assert Lake.index(tmp_path / "lake", tmp_path / "index", guarded).tables().num_rows == 0


def damage(index: Path) -> None:
    (path,) = (index / "generations" / "1").glob("catalog.duckdb")
    path.write_bytes(b"nothing")


def make_old_format(index: Path) -> None:
    path = index / "generations" / "1" / "manifest.json"
    fields = json.loads(path.read_text()) | {"format": 1}
    del fields["checksum"]
    digest = blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()
    path.write_text(json.dumps(fields | {"checksum": digest}))
    point_at(index, Pointer(1, digest))


@pytest.mark.parametrize("spoil", [damage, make_old_format])
def test_numbers_count_where_the_index_can_t_be_read(
    root: Path, tmp_path: Path, guarded: Settings, spoil: object
) -> None:
    assert callable(spoil)
    Lake.index(root, tmp_path / "index", guarded)
    spoil(tmp_path / "index")
    remove_tables(root, 5)
    with pytest.raises(ShrinkRefused, match="5 of the 15 tables and 20 of the 60 columns"):
        Lake.index(root, tmp_path / "index", guarded)
    assert Lake.index(root, tmp_path / "index", replace(guarded, shrink_limit=0.5)).tables().num_rows == TABLES - 5


@pytest.mark.parametrize("limit", [-0.1, 1.1, float("nan")])
def test_a_limit_is_a_share(limit: float) -> None:
    with pytest.raises(InvalidSetting, match="shrink_limit"):
        Settings(shrink_limit=limit)


def test_a_lost_manifest_doesn_t_let_an_empty_lake_through(root: Path, tmp_path: Path, guarded: Settings) -> None:
    index = Path(Lake.index(root, tmp_path / "index", guarded).settings.index)
    write_table(root / "new.csv", ["a", "b"])
    Lake.index(root, index, guarded)
    shutil.rmtree(root)
    root.mkdir()
    for lost, told in (
        ("generations/2/manifest.json", "15 of the 15 tables and 60 of the 60 columns"),
        ("CURRENT", "15 of the 15 tables and 60 of the 60 columns"),
        ("generations/1/manifest.json", "has no tables, and what the index has can't be read"),
    ):
        (index / lost).unlink()
        with pytest.raises(ShrinkRefused, match=told):
            Lake.index(root, index, guarded)
    shutil.copytree(index, tmp_path / "meant")
    assert Lake.index(root, tmp_path / "meant", replace(guarded, shrink_limit=1.0)).tables().num_rows == 0
    write_table(root / "new.csv", ["a", "b"])
    assert Lake.index(root, index, guarded).tables().num_rows == 1
