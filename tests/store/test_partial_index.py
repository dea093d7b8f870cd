"""What is said of an index of which a part is gone, and that every sentence names a way out that exists."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lakeindex.errors import IndexDamaged, IndexMissing, IndexUnusable
from lakeindex.store.generations import open_current, verify
from lakeindex.store.publishing import rollback
from tests.durability.builds import run_command
from tests.store.test_generations import publish_content


def _unlink(name: str) -> Callable[[Path], object]:
    return lambda index: (index / name).unlink()


def _remove(name: str) -> Callable[[Path], object]:
    return lambda index: shutil.rmtree(index / name)


def _file_in_its_place(index: Path) -> None:
    shutil.rmtree(index)
    index.write_text("no index")


def _empty(index: Path) -> None:
    shutil.rmtree(index)
    index.mkdir()


def _begun(index: Path) -> None:
    _empty(index)
    (index / "generations").mkdir()


def _file_for_generations(index: Path) -> None:
    shutil.rmtree(index / "generations")
    (index / "generations").write_text("no folder")


STATES: dict[str, tuple[Callable[[Path], object], type[IndexUnusable], str]] = {
    "CURRENT is missing": (
        _unlink("CURRENT"),
        IndexMissing,
        "{0} has generations 1, 2 but no CURRENT, the file that names the one that answers; lakeindex repair "
        "--index {0} lets the newest whole one answer, lakeindex rollback --to 2 --index {0} that one",
    ),
    "generations are missing": (
        _remove("generations"),
        IndexDamaged,
        "{0}/CURRENT names generation 2, which isn't there, nor any other; build the index again: "
        "lakeindex index LAKE --index {0}",
    ),
    "generations is a file": (
        _file_for_generations,
        IndexDamaged,
        "{0}/CURRENT names generation 2, which isn't there, nor any other; build the index again: "
        "lakeindex index LAKE --index {0}",
    ),
    "the number is missing": (
        _remove("generations/2"),
        IndexDamaged,
        "{0}/CURRENT names generation 2, which isn't there, but generation 1; lakeindex repair --index {0} mends what "
        "can be mended, lakeindex rollback --index {0} returns to the generation before; or build the index again",
    ),
    "the manifest is missing": (
        _unlink("generations/2/manifest.json"),
        IndexDamaged,
        "{0}/generations/2/manifest.json can't be read (No such file or directory); lakeindex repair --index {0} mends "
        "what can be mended, lakeindex rollback --index {0} returns to the generation before; or build the index again",
    ),
    "an empty folder": (
        _empty,
        IndexMissing,
        "no index in {0}, which is an empty folder; build one: lakeindex index LAKE --index {0}",
    ),
    "a build that was begun": (
        _begun,
        IndexMissing,
        "no index in {0}: a build was begun there, but none was published; build one: lakeindex index LAKE --index {0}",
    ),
    "a file in its place": (
        _file_in_its_place,
        IndexMissing,
        "{0} is no folder, and so no index; name the index's folder with --index",
    ),
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    for logical_hash in "ab":
        publish_content(tmp_path / "index", logical_hash)
    return tmp_path / "index"


@pytest.mark.parametrize("state", STATES)
def test_a_sentence_says_what_is_missing_and_how_to_go_on(index: Path, state: str) -> None:
    bring_about, kind, sentence = STATES[state]
    bring_about(index)
    with pytest.raises(IndexUnusable) as caught:
        open_current(index)
    assert type(caught.value) is kind
    assert str(caught.value) == sentence.format(index)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("state", ["CURRENT is missing", "a file in its place", "generations are missing"])
@pytest.mark.parametrize("command", [("query", "t", "c"), ("status",), ("snapshot", "/dev/null"), ("forget", "t")])
def test_every_command_says_it_and_exits_with_4(index: Path, state: str, command: tuple[str, ...]) -> None:
    bring_about, _, sentence = STATES[state]
    bring_about(index)
    done = run_command(*command, index=index)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == f"lakeindex: {sentence.format(index)}\n"


def test_rolling_back_to_a_number_works_without_current(index: Path) -> None:
    (index / "CURRENT").unlink()
    assert rollback(index, 1).manifest.logical_hash == "a"
    assert open_current(index).number == 1
    assert [(one.number, one.damages) for one in verify(index)] == [(2, ()), (1, ())]


def test_a_build_removes_no_generation_of_an_index_that_lost_current(index: Path) -> None:
    (index / "CURRENT").unlink()
    publish_content(index, "c", keep=5)
    assert sorted(path.name for path in (index / "generations").iterdir()) == ["1", "2", "3"]
