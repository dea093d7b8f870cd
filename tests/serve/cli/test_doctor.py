"""The doctor: what is amiss, and what to do about it."""

from __future__ import annotations

import json
import shutil
import sys
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from lakeindex import Settings
from lakeindex.errors import LakeIndexError
from lakeindex.index import vector_index
from lakeindex.serve.cli.main import cli
from lakeindex.serve.doctor import installation, machine
from lakeindex.serve.doctor.examine import CHECKS, examine
from lakeindex.serve.doctor.finding import State


def findings(*words: str, code: int) -> dict[str, dict[str, str]]:
    done = CliRunner().invoke(cli, ["doctor", "-o", "json", *words])
    assert done.exit_code == code, done.output
    return {one["check"]: one for one in json.loads(done.stdout)}


def test_a_sound_installation_and_index_have_nothing_amiss(index_folder: Path) -> None:
    found = findings("--index", str(index_folder), code=0)
    assert set(CHECKS) <= set(found)
    assert {one["state"] for name, one in found.items() if name not in ("sandbox of sql", "memory")} == {"ok"}
    assert found["index"]["found"].endswith("generation 1 is whole, 5 tables, 13 columns")
    assert found["index"]["advice"].startswith("2 files could not be read: lakeindex index LAKE --report")
    assert f"duckdb {metadata.version('duckdb')}" in found["packages"]["found"]
    assert found["faiss"]["found"].startswith(metadata.version("faiss-cpu"))
    assert ".parquet" in found["connectors"]["found"]


def test_the_table_for_people_ends_with_what_it_comes_to(index_folder: Path) -> None:
    done = CliRunner().invoke(cli, ["doctor", "--index", str(index_folder)], env={"LAKEINDEX_MEMORY": "900TB"})
    assert done.exit_code == 1
    assert "1 thing doesn't work" in done.stderr
    assert "LAKEINDEX_MEMORY=" in done.stdout.replace("\n", "")


def test_a_damaged_index_is_an_error_that_says_how_to_mend_it(index_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(index_folder, tmp_path / "index")
    (tmp_path / "index" / "generations" / "1" / "vectors.faiss").write_bytes(b"")
    found = findings("--index", str(tmp_path / "index"), code=1)["index"]
    assert found["state"] == "error"
    assert found["found"].endswith("vectors.faiss has another size than when it was written")
    assert "lakeindex repair --index" in found["advice"]


def test_without_an_index_it_says_how_to_build_one(tmp_path: Path) -> None:
    found = findings("--index", str(tmp_path / "none"), code=0)["index"]
    assert (found["state"], found["advice"]) == ("warning", f"lakeindex index LAKE --index {tmp_path / 'none'}")


def test_a_lake_that_is_gone_is_a_warning(index_folder: Path, tmp_path: Path) -> None:
    found = findings("--index", str(index_folder), "--lake", str(tmp_path / "gone"), code=0)["lake"]
    assert found["state"] == "warning"
    assert "--lake FOLDER" in found["advice"]


def test_a_package_that_can_t_be_imported_or_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    monkeypatch.setattr(installation, "_version_of", lambda name: "0.1" if name == "duckdb" else "999")
    lowest = dict(installation._required())["duckdb"]
    broken = {one.check: one for one in installation.check_packages(Settings()) if one.state is State.ERROR}
    assert set(broken) == {"package rapidfuzz", "package duckdb"}
    assert broken["package duckdb"].found == f"0.1, expected {lowest} or newer"
    assert broken["package duckdb"].advice == f"pip install --upgrade 'duckdb>={lowest}'"
    assert broken["package rapidfuzz"].advice.startswith("pip install --force-reinstall 'rapidfuzz>=")


def test_a_file_that_changed_since_it_was_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lakeindex-9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: lakeindex\nVersion: 9\n")
    digest = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"  # of "abc"
    for name, content in (("whole.npz", "abc"), ("weights.npz", "abd")):
        (tmp_path / name).write_text(content)
    (folder / "RECORD").write_text(f"whole.npz,sha256={digest},3\nweights.npz,sha256={digest},3\n")
    monkeypatch.setattr(metadata, "distribution", lambda _: metadata.Distribution.at(folder))
    (found,) = installation.check_lakeindex(Settings())
    assert (found.state, found.found) == (State.ERROR, "9; changed since it was installed: weights.npz")
    assert found.advice == "pip install --force-reinstall --no-deps lakeindex"


def test_two_builds_of_faiss_are_an_error_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "_installed_builds", lambda: ("faiss-cpu", "faiss-gpu"))
    found = next(one for one in examine(Settings()) if one.check == "faiss")
    assert (found.state, found.advice) == (
        State.ERROR,
        "keep one: pip uninstall -y faiss-cpu faiss-gpu && pip install faiss-cpu",
    )


def test_a_model_that_is_not_whole_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> str:
        raise LakeIndexError("the model is not what it was; install it again")

    monkeypatch.setattr("lakeindex.encode.encoders.fingerprint", refuse)
    found = next(one for one in examine(Settings(model="static")) if one.check == "encoder")
    assert (found.state, found.found, found.advice) == (
        State.ERROR, "the model is not what it was", "install it again",
    )  # fmt: skip


def test_a_gpu_that_is_wanted_and_missing_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "_DEVICES", tmp_path)
    (wanted,) = machine.check_gpu(Settings(device="cuda"))
    (not_wanted,) = machine.check_gpu(Settings())
    assert (wanted.state, not_wanted.state) == (State.ERROR, State.OK)
    assert wanted.advice.startswith("LAKEINDEX_DEVICE=cpu")


def test_more_processes_than_processors_and_little_room_are_warnings(tmp_path: Path) -> None:
    (processors,) = machine.check_processors(Settings(jobs=4_096))
    assert processors.state is State.WARNING
    assert processors.advice.startswith("more processes than that only wait: LAKEINDEX_JOBS=")
    room = machine.room_in("space", tmp_path / "not" / "there", 10**18, "make some")
    assert (room.state, room.advice) == (State.WARNING, "make some")
    assert machine.room_in("space", tmp_path, 1, "make some").state is State.OK
