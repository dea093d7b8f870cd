"""An index that follows a changing lake equals one that is built from nothing, whatever changed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.types.reports import FileStatus, Report
from tests.small_lake import write_lake

WORDS = ["paris", "rome", "berlin", "lagos", "lima", "quito", "oslo", "cairo"]


def statuses(report: Report | None) -> dict[str, FileStatus]:
    assert report is not None
    return {file.path: file.status for file in report.files}


def logical_hash(lake: Lake) -> str:
    return lake.generation.manifest.logical_hash


def answers(lake: Lake) -> dict[str, list[tuple[str, float]]]:
    """Query every column's top 10, with estimates."""
    directory = lake.opened.searcher.directory
    columns = [directory.id_of(key) for key in range(len(directory))]
    return {
        str(one): [
            (str(match.column), round(match.score, 4)) for match in lake.query(one.table, one.name, probe=0).matches
        ]
        for one in columns
    }


def assert_equals_a_rebuild(updated: Lake, root: Path, index: Path) -> None:
    shutil.rmtree(index, ignore_errors=True)
    rebuilt = Lake.index(root, index, updated.settings and replace(updated.settings, index=str(index)))
    assert logical_hash(updated) == logical_hash(rebuilt)
    assert answers(updated) == answers(rebuilt)
    ones, others = updated.opened.searcher, rebuilt.opened.searcher
    keys = np.arange(len(ones.directory))
    np.testing.assert_allclose(ones.vectors.vectors(keys), others.vectors.vectors(keys), atol=1e-3)
    for path in sorted((updated.generation.folder / "terms").rglob("*.npy")):
        other = rebuilt.generation.folder / path.relative_to(updated.generation.folder)
        assert path.read_bytes() == other.read_bytes(), path


def test_nothing_new_publishes_nothing(tmp_path: Path, settings: Settings) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    first = Lake.index(root, index, settings)
    second = Lake.index(root, index, settings)
    assert second.generation == first.generation
    expected = {
        path: FileStatus.UNCHANGED if status is FileStatus.INDEXED else status
        for path, status in statuses(first.report).items()
    }
    assert statuses(second.report) == expected
    assert second.report is not None
    assert second.report.logical_hash == logical_hash(first)
    assert sorted(path.name for path in index.iterdir()) == ["CURRENT", "generations", "writer.lock"]


def test_only_what_changed_is_read(tmp_path: Path, settings: Settings) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(root, index, settings)
    (root / "sales" / "orders.csv").write_text("order_id;country\n1;fr\n2;de\n")
    (root / "geo" / "countries.csv").rename(root / "geo" / "nations.csv")
    (root / "events.jsonl").unlink()
    (root / "new.csv").write_text("code,city\nfr,Paris\nde,Berlin\n")
    updated = Lake.index(root, index, settings)
    assert statuses(updated.report) == {
        "empty.csv": FileStatus.FAILED,
        "geo/hauptstädte.csv.gz": FileStatus.UNCHANGED,
        "geo/nations.csv": FileStatus.INDEXED,
        "new.csv": FileStatus.INDEXED,
        "notes.md": FileStatus.SKIPPED,
        "picture.csv": FileStatus.FAILED,
        "sales/customers.parquet": FileStatus.UNCHANGED,
        "sales/orders.csv": FileStatus.INDEXED,
    }
    assert_equals_a_rebuild(updated, root, tmp_path / "rebuilt")


def test_tables_that_only_the_index_can_read_stay_readable(tmp_path: Path, settings: Settings) -> None:
    root, index = tmp_path / "lake", tmp_path / "index"
    root.mkdir()
    (root / "ragged.csv").write_text("a,b\n1\n2,3\n")
    Lake.index(root, index, settings)
    (root / "other.csv").write_text("c\n1\n")
    updated = Lake.index(root, index, replace(settings, keep=0))
    rows = updated.sql('SELECT a, b FROM "ragged.csv" ORDER BY a').to_pylist()
    assert rows == [{"a": 1, "b": None}, {"a": 2, "b": 3}]


def test_another_content_of_the_same_size_and_time_is_found_on_request(tmp_path: Path, settings: Settings) -> None:
    import os

    root, index = tmp_path / "lake", tmp_path / "index"
    root.mkdir()
    path = root / "a.csv"
    path.write_text("a\n1\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    before = Lake.index(root, index, settings)
    path.write_text("a\n2\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert logical_hash(Lake.index(root, index, settings)) == logical_hash(before)
    compared = Lake.index(root, index, replace(settings, check_content=True))
    assert logical_hash(compared) != logical_hash(before)
    assert compared.read("a.csv").batches is not None
    assert statuses(compared.report) == {"a.csv": FileStatus.INDEXED}


def test_a_file_that_was_only_touched_is_not_read_again(tmp_path: Path, settings: Settings) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(root, index, settings)
    (root / "geo" / "countries.csv").touch()
    assert statuses(Lake.index(root, index, settings).report)["geo/countries.csv"] is FileStatus.UNCHANGED


def test_other_settings_are_a_new_index(tmp_path: Path, settings: Settings) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(root, index, settings)
    other = Lake.index(root, index, replace(settings, text_values=2))
    assert FileStatus.UNCHANGED not in statuses(other.report).values()
    assert_equals_a_rebuild(other, root, tmp_path / "rebuilt")


class Interrupted(BaseException):
    """Stands for a kill: nothing of the build runs after it."""


@pytest.mark.parametrize("stage", ["profile", "encode"])
def test_a_build_that_was_killed_goes_on(
    tmp_path: Path, settings: Settings, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"

    def interrupt(at: str, done: int, total: int) -> None:
        if at == stage and done == total:
            raise Interrupted

    with pytest.raises(Interrupted):
        Lake.index(root, index, settings, interrupt)
    read: list[str] = []
    monkeypatch.setattr("lakeindex.build.profiling.profile_in_workers", watched(read))
    resumed = Lake.index(root, index, settings)
    assert read == ["empty.csv", "notes.md", "picture.csv"]  # what could not be read is tried again
    assert statuses(resumed.report)["sales/orders.csv"] is FileStatus.INDEXED
    assert_equals_a_rebuild(resumed, root, tmp_path / "rebuilt")


def watched(read: list[str]) -> Callable[..., object]:
    from lakeindex.profile.workers.pool import profile_in_workers

    def profile(files, *others):  # type: ignore[no-untyped-def]
        read.extend(sorted(file.name for file in files))
        return profile_in_workers(files, *others)

    return profile


def test_what_an_interrupted_build_left_for_other_settings_is_not_used(tmp_path: Path, settings: Settings) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "encode":
            raise Interrupted

    with pytest.raises(Interrupted):
        Lake.index(root, index, settings, interrupt)
    for staged in (index / "staging" / "shares").iterdir():
        staged.write_bytes(staged.read_bytes()[:-1])
    damaged = Lake.index(root, index, settings)
    assert_equals_a_rebuild(damaged, root, tmp_path / "rebuilt")


def change_at_random(root: Path, choose: random.Random, step: int) -> None:
    there = sorted(path for path in root.rglob("*.csv"))
    action = choose.choice(["add", "change", "delete", "rename"]) if there else "add"
    if action == "add":
        write_table(root / choose.choice(["", "sub", "sub/deeper"]) / f"t{step}.csv", choose)
    elif action == "change":
        write_table(choose.choice(there), choose)
    elif action == "delete":
        choose.choice(there).unlink()
    else:
        path = choose.choice(there)
        path.rename(path.with_name(f"r{step}-{path.name}"))


def write_table(path: Path, choose: random.Random) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = choose.sample(["id", "city", "amount", "when", "note"], choose.randint(1, 5))
    makers = {
        "id": lambda row: row,
        "city": lambda row: choose.choice(WORDS),
        "amount": lambda row: round(choose.uniform(-5, 500), 2),
        "when": lambda row: f"2024-0{choose.randint(1, 9)}-1{choose.randint(0, 9)}",
        "note": lambda row: " ".join(choose.sample(WORDS, 3)),
    }
    rows = [[str(makers[name](row)) for name in names] for row in range(choose.randint(0, 30))]
    if rows and choose.random() < 0.2:
        rows[-1] = rows[-1][:-1]  # ragged: the index keeps a copy
    path.write_text("\n".join(",".join(row) for row in [names, *rows]) + "\n")


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 200))])
def test_any_sequence_of_changes_ends_in_what_a_rebuild_gives(tmp_path: Path, settings: Settings, seed: int) -> None:
    choose = random.Random(seed)
    root, index = tmp_path / "lake", tmp_path / "index"
    root.mkdir()
    for round_ in range(3):
        for step in range(choose.randint(1, 6)):
            change_at_random(root, choose, 10 * round_ + step)
        updated = Lake.index(root, index, settings)
    assert_equals_a_rebuild(updated, root, tmp_path / "rebuilt")
