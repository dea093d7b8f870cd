from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakeindex.errors import NotFound
from lakeindex.profile.walk import walk
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome, FileStatus

NOWHERE = "no such index"
"""Of the folder that the lake lies in, which the test owns."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "lake" / "folder").mkdir(parents=True)
    (tmp_path / "lake" / "folder" / "a.csv").write_text("id\n1\n")
    return tmp_path / "lake"


def entries(root: Path, exclude: Path | None = None) -> dict[str, str]:
    """The reason why each entry is refused, empty for one that can be read."""
    found = list(walk(root, exclude or root.parent / NOWHERE))
    assert all(entry.status is FileStatus.SKIPPED for entry in found if isinstance(entry, FileOutcome))
    return dict((e.name, "") if isinstance(e, LakeFile) else (e.path, e.reason) for e in found)


def test_a_file_has_its_size_its_time_and_a_resolved_path(root: Path) -> None:
    file = root / "folder" / "a.csv"
    os.utime(file, ns=(1, 1_600_000_000_123_456_789))
    (found,) = walk(root / ".." / "lake", root.parent / NOWHERE)
    assert found == LakeFile(file.resolve(), "folder/a.csv", 5, 1_600_000_000_123_456_789)
    assert isinstance(found, LakeFile)
    assert found.token == "5-1600000000123456789"


def test_entries_come_in_the_order_of_their_paths(root: Path) -> None:
    for name in ("b/z.csv", "b.csv", "b-c.csv", "B.csv", "a", "folder/b/c.csv", "é.csv", "folder.csv"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
    names = list(entries(root))
    assert len(names) == 9
    assert names == sorted(names, key=lambda name: Path(name).parts)


@pytest.mark.parametrize(
    "name", ["a b.csv", "*[x]?.csv", 'it\'s "q".csv', "a\nb.csv", "#1%20.csv", "北京.csv", ".h.csv"]
)
def test_a_name_may_hold_any_character(root: Path, name: str) -> None:
    (root / "folder" / name).touch()
    assert entries(root) == {"folder/a.csv": "", f"folder/{name}": ""}


def test_a_name_that_is_no_utf8_is_refused_and_can_be_printed(root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9.csv")).touch()
    (root / os.fsdecode(b"dir\xff")).mkdir()
    (root / os.fsdecode(b"dir\xff") / "b.csv").touch()
    (root / os.fsdecode(b"link\xff")).symlink_to(root.parent / "no such file")
    found = entries(root)
    assert {name.encode().decode(): reason for name, reason in found.items()} == {
        "caf\\xe9.csv": "its name is not valid UTF-8; rename it",
        "dir\\xff/b.csv": "its name is not valid UTF-8; rename it",
        "folder/a.csv": "",
        "link\\xff": "link that leads nowhere: No such file or directory",
    }


def test_what_is_no_regular_file_is_refused_without_opening_it(root: Path) -> None:
    os.mkfifo(root / "pipe.csv")
    (root / "null.csv").symlink_to(root / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(root / "socket.csv"))
        found = entries(root)
    assert found == {
        "folder/a.csv": "",
        "null.csv": "a FIFO, not a regular file",
        "pipe.csv": "a FIFO, not a regular file",
        "socket.csv": "a socket, not a regular file",
    }


def test_a_link_is_followed_to_a_file_of_the_lake_and_nowhere_else(root: Path, tmp_path: Path) -> None:
    (tmp_path / "lake2").mkdir()
    (tmp_path / "lake2" / "secret.csv").touch()
    for link, target in {
        "inside.csv": root / "folder" / "a.csv",
        "relative.csv": Path("folder/a.csv"),
        "outside.csv": tmp_path / "lake2" / "secret.csv",
        "outside": tmp_path / "lake2",
        "device.csv": Path("/dev/null"),
        "dangling.csv": root / "gone.csv",
        "self.csv": root / "self.csv",
        "up": root,
        "sibling": root / "folder",
    }.items():
        (root / link).symlink_to(target)
    found = entries(root)
    loop = found.pop("self.csv")
    assert loop.startswith("link that leads nowhere: ")
    assert found == {
        "dangling.csv": "link that leads nowhere: No such file or directory",
        "device.csv": "a link that leaves the lake",
        "folder/a.csv": "",
        "inside.csv": "",
        "outside": "a link that leaves the lake",
        "outside.csv": "a link that leaves the lake",
        "relative.csv": "",
        "sibling": "a link to a folder of the lake, which is read in its own place",
        "up": "a link to a folder of the lake, which is read in its own place",
    }
    found = [entry for entry in walk(root, root.parent / NOWHERE) if isinstance(entry, LakeFile)]
    (linked,) = [entry for entry in found if entry.name == "inside.csv"]
    assert linked.path == (root / "folder" / "a.csv").resolve()


def test_the_folder_of_the_index_is_passed_over(root: Path) -> None:
    (root / "folder" / "index").mkdir()
    (root / "folder" / "index" / "catalog.csv").touch()
    (root / "folder" / "index2.csv").touch()
    exclude = root / "folder" / ".." / "folder" / "index"
    assert list(entries(root, exclude)) == ["folder/a.csv", "folder/index2.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list any folder")
def test_a_folder_without_permission_is_refused_and_the_rest_read(root: Path) -> None:
    closed = root / "closed"
    closed.mkdir(mode=0o000)
    assert entries(root) == {"closed": "can't list the folder: Permission denied", "folder/a.csv": ""}


def test_a_folder_that_vanishes_is_refused_and_the_rest_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "gone").mkdir()
    scan = os.scandir

    def scan_all_but_one(folder: Path) -> object:
        if folder.name == "gone":
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scan_all_but_one)
    assert entries(root) == {"folder/a.csv": "", "gone": "can't list the folder: Permission denied"}


@pytest.fixture
def deepest(root: Path) -> Iterator[Path]:
    """A folder nested deeper than Python's calls, taken down again: `shutil.rmtree` couldn't."""
    folder = root
    while len(str(folder)) < 4_000:
        folder = folder / "d"
        folder.mkdir()
    yield folder
    while folder != root:
        folder.rmdir()
        folder = folder.parent


def test_folders_may_be_nested_deeper_than_pythons_calls(root: Path, deepest: Path) -> None:
    file = deepest / "e.csv"
    file.touch()
    assert entries(root) == {file.relative_to(root).as_posix(): "", "folder/a.csv": ""}
    file.unlink()


def test_an_empty_lake_has_no_entries(tmp_path: Path) -> None:
    assert entries(tmp_path) == {}


@pytest.mark.parametrize(("name", "what"), [("missing", "doesn't exist"), ("folder/a.csv", "is no folder")])
def test_a_lake_that_is_no_folder_is_not_found(root: Path, name: str, what: str) -> None:
    with pytest.raises(NotFound, match=what):
        list(walk(root / name, root.parent / NOWHERE))
