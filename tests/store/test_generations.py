from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lakeindex.errors import IndexDamaged, IndexMissing, LockHeld, StaleArtifact
from lakeindex.store.generations import Generation, current_number, open_current
from lakeindex.store.manifest import FORMAT, Manifest
from lakeindex.store.publishing import publish, writing

CONTENT = {"catalog.duckdb": b"all columns", "terms/values/terms.npy": b"\x00" * 100, "empty": b""}
HOLDER = """
import sys, time
from pathlib import Path
from lakeindex.store.publishing import writing
with writing(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half an artifact")
    print("holding", flush=True)
    time.sleep(600)
"""


class PowerCut(BaseException):
    """Stands for the moment at which a machine stops: nothing of the program runs after it."""


def manifest(logical_hash: str = "0") -> Manifest:
    return Manifest(
        lake="/data/lake",
        tables=1,
        columns=2,
        failed=0,
        logical_hash=logical_hash,
        models={"encoder": "hashing-256"},
        settings={"header": "auto"},
    )


def publish_content(index: Path, logical_hash: str = "0", keep: int = 1) -> Generation:
    with writing(index) as folder:
        for name, content in CONTENT.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content + logical_hash.encode())
        return publish(index, folder, manifest(logical_hash), keep)


def content_of(generation: Generation) -> dict[str, bytes]:
    return {name: (generation.folder / name).read_bytes() for name in generation.manifest.artifacts}


def numbers(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "generations").iterdir())


def test_what_was_published_is_what_is_opened(tmp_path: Path) -> None:
    published = publish_content(tmp_path, "a")
    opened = open_current(tmp_path)
    assert opened == published
    assert (opened.number, current_number(tmp_path)) == (1, 1)
    assert content_of(opened) == {name: content + b"a" for name, content in CONTENT.items()}
    assert (opened.manifest.logical_hash, opened.manifest.models) == ("a", {"encoder": "hashing-256"})
    assert opened.manifest.bytes == sum(len(content) + 1 for content in CONTENT.values())


def test_the_manifest_holds_the_checksum_of_every_artifact(tmp_path: Path) -> None:
    published = publish_content(tmp_path)
    assert {name: artifact.checksum for name, artifact in published.manifest.artifacts.items()} == {
        name: hashlib.blake2b(content + b"0", digest_size=16).hexdigest() for name, content in CONTENT.items()
    }


def test_a_reader_keeps_its_generation_while_another_is_published(tmp_path: Path) -> None:
    before = publish_content(tmp_path, "a")
    publish_content(tmp_path, "b", keep=1)
    assert content_of(before) == {name: content + b"a" for name, content in CONTENT.items()}
    assert open_current(tmp_path).manifest.logical_hash == "b"


@pytest.mark.parametrize(("keep", "left"), [(0, ["5"]), (1, ["4", "5"]), (3, ["2", "3", "4", "5"])])
def test_of_older_generations_as_many_stay_as_asked_for(tmp_path: Path, keep: int, left: list[str]) -> None:
    for _ in range(5):
        publish_content(tmp_path, keep=keep)
    assert numbers(tmp_path) == left


def test_an_abandoned_build_leaves_nothing_and_the_old_generation_answers(tmp_path: Path) -> None:
    publish_content(tmp_path, "a")
    with pytest.raises(ValueError, match="a bug"), writing(tmp_path) as folder:
        (folder / "half").write_text("half an artifact")
        raise ValueError("a bug")
    assert numbers(tmp_path) == ["1"]
    assert open_current(tmp_path).manifest.logical_hash == "a"


def _cut_power_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Stop at the given call of those that make a publication durable; return a count of them."""
    done = 0

    def step(real: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **options: object) -> object:
            nonlocal done
            if done == steps:
                # From here on nothing is cleared up either.
                monkeypatch.setattr(shutil, "rmtree", lambda *arguments, **options: None)
                raise PowerCut
            done += 1
            return real(*arguments, **options)

        return called

    for name in ("fsync", "rename", "replace"):
        monkeypatch.setattr(os, name, step(getattr(os, name)))
    return lambda: done


def test_a_crash_at_any_step_leaves_the_old_or_the_new_generation_whole(tmp_path: Path) -> None:
    outcomes = []
    for steps in range(100):
        index = tmp_path / str(steps)
        publish_content(index, "old")
        with pytest.MonkeyPatch.context() as patch:
            done = _cut_power_after(steps, patch)
            try:
                publish_content(index, "new")
            except PowerCut:
                pass
            else:
                break
            assert done() == steps
        survivor = open_current(index)
        assert content_of(survivor) == {
            name: content + survivor.manifest.logical_hash.encode() for name, content in CONTENT.items()
        }
        outcomes.append(survivor.manifest.logical_hash)
        again = publish_content(index, "again")
        assert open_current(index) == again
        assert numbers(index) == [str(survivor.number), str(again.number)]
    # Every file and folder is synced, then the folder renamed, CURRENT synced and replaced: only the last step is late.
    assert len(outcomes) > len(CONTENT) + 5
    assert outcomes == ["old"] * (len(outcomes) - 1) + ["new"]


def test_a_crash_at_the_first_publication_leaves_nothing_that_answers_and_the_next_one_works(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        _cut_power_after(8, patch)
        with pytest.raises(PowerCut):
            publish_content(tmp_path)
    # Its folder is complete, but nothing tells that from an index that lost its CURRENT, which must not be removed.
    with pytest.raises(IndexMissing, match="has generation 1 but no CURRENT"):
        open_current(tmp_path)
    publish_content(tmp_path, "a")
    assert open_current(tmp_path).manifest.logical_hash == "a"
    assert numbers(tmp_path) == ["1", "2"]


def test_a_second_writer_gets_the_name_of_the_first_and_takes_over_when_that_is_killed(tmp_path: Path) -> None:
    publish_content(tmp_path, "a")
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "holding\n"
            with pytest.raises(LockHeld, match=f"is being written by process {holder.pid} on .*; wait"):
                publish_content(tmp_path)
            assert open_current(tmp_path).manifest.logical_hash == "a"
            assert f"building-{holder.pid}" in numbers(tmp_path)
        finally:
            os.kill(holder.pid, signal.SIGKILL)
    publish_content(tmp_path, "b")
    assert open_current(tmp_path).manifest.logical_hash == "b"
    assert numbers(tmp_path) == ["1", "2"]


def test_the_lock_is_held_within_one_process_too_and_let_go_of_afterwards(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(LockHeld), writing(tmp_path):
        pass
    with writing(tmp_path) as folder:
        assert folder.is_dir()


def test_where_nothing_was_published_the_command_to_run_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    with pytest.raises(IndexMissing) as caught:
        open_current(missing)
    assert str(caught.value) == f"no index in {missing}; build one: lakeindex index LAKE --index {missing}"
    assert not missing.exists()


def test_another_format_is_stale_and_the_command_that_renews_it_is_named(tmp_path: Path) -> None:
    path = publish_content(tmp_path).folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": FORMAT + 1, "unheard_of": 1}))
    with pytest.raises(StaleArtifact) as caught:
        open_current(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} has format {FORMAT + 1}, this lakeindex reads format {FORMAT}; "
        f"build it again: lakeindex index /data/lake --index {tmp_path}"
    )


def _drop_artifact(index: Path) -> None:
    (index / "generations/1/catalog.duckdb").unlink()


def _cut_artifact(index: Path) -> None:
    (index / "generations/1/catalog.duckdb").write_bytes(b"all")


def _swap_for_folder(index: Path) -> None:
    _drop_artifact(index)
    (index / "generations/1/catalog.duckdb").mkdir()


def _overwrite(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda index: (index / name).write_bytes(content)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "an artifact is gone": (_drop_artifact, "catalog.duckdb is missing"),
    "an artifact is cut short": (_cut_artifact, "catalog.duckdb has another size than when it was written"),
    "an artifact is a folder": (_swap_for_folder, "catalog.duckdb is missing"),
    "the manifest is gone": (lambda index: (index / "generations/1/manifest.json").unlink(), "can't be read"),
    "the manifest is garbage": (_overwrite("generations/1/manifest.json", b"\xff\x00"), "can't be read"),
    "the manifest is a list": (_overwrite("generations/1/manifest.json", b"[1]"), "can't be read"),
    "the manifest lacks a field": (
        _overwrite("generations/1/manifest.json", json.dumps({"format": FORMAT}).encode()),
        "can't be read",
    ),
    "CURRENT is garbage": (_overwrite("CURRENT", b"\xff\xfe"), "CURRENT can't be read"),
    "CURRENT is no number": (_overwrite("CURRENT", b"../secret"), "should hold the number of a generation"),
    "CURRENT is empty": (_overwrite("CURRENT", b""), "should hold the number of a generation and its checksum, not ''"),
    "CURRENT names what is gone": (_overwrite("CURRENT", b"7\n"), "CURRENT names generation 7"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_reported_and_a_new_build_repairs_it(tmp_path: Path, damage: str) -> None:
    publish_content(tmp_path, "a")
    inflict, message = DAMAGE[damage]
    inflict(tmp_path)
    with pytest.raises(IndexDamaged, match=f"{message}.*build the index again"):
        open_current(tmp_path)
    publish_content(tmp_path, "b")
    assert open_current(tmp_path).manifest.logical_hash == "b"
