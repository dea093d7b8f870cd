"""A disk without room: what the message says of need, of what is free, and of what still answers."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.build.room import Room, explaining_failures
from lakeindex.errors import WriteFailed
from lakeindex.store.staging import Staging
from tests.small_lake import write_lake

MEGABYTE = 10**6


def room(tmp_path: Path, staged: int, built: int, before: int, files: int, read: int) -> Room:
    for name, size in (("folder", built), ("staging", staged)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(size))
    published = tmp_path / "CURRENT"
    current = published.read_bytes() if published.exists() else b""
    return Room(tmp_path, tmp_path / "folder", tmp_path / "staging", before, files, current, read)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        # a quarter is read: three more to stage, and four to publish
        ({"staged": 1, "built": 0, "before": 0, "files": 40, "read": 10}, 3 + 4),
        # all is staged, a part of the generation is written
        ({"staged": 4, "built": 3, "before": 0, "files": 40, "read": 40}, 1),
        # most comes from the generation before
        ({"staged": 1, "built": 2, "before": 20, "files": 10, "read": 10}, 19),
        # nothing was read yet: as much as the lake
        ({"staged": 0, "built": 0, "before": 0, "files": 5, "read": 0}, 5 + 5),
        # there is hardly anything to read, but a generation takes something, too
        ({"staged": 0, "built": 0, "before": 0, "files": 0, "read": 0}, 1),
        # more was written than anybody thought
        ({"staged": 1, "built": 9, "before": 0, "files": 1, "read": 1}, 0),
    ],
)
def test_what_is_still_needed_grows_with_what_is_left_to_read(
    tmp_path: Path, sizes: dict[str, int], expected: int
) -> None:
    megabytes = {name: size * MEGABYTE for name, size in sizes.items()}
    assert room(tmp_path, **megabytes).still_needed() == expected * MEGABYTE


def test_a_full_disk_on_a_first_build(tmp_path: Path) -> None:
    first = room(tmp_path, 2 * MEGABYTE, MEGABYTE, 0, 40, 20)
    with pytest.raises(WriteFailed) as failure, explaining_failures(first):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    facts = os.statvfs(tmp_path)
    sentence, needed, answers, kept = str(failure.value).split("; ")
    assert sentence == f"the index in {tmp_path} can't be built: No space left on device"
    assert needed.startswith("it needs about 5.0 MB more, ")
    assert needed.endswith(" MB are free there")
    free = float(needed.removeprefix("it needs about 5.0 MB more, ").removesuffix(" MB are free there"))
    assert free == pytest.approx(facts.f_bavail * facts.f_frsize / 1e6, rel=0.2)
    assert answers == "nothing was published there yet"
    assert kept.startswith(f"2.0 MB that were read so far are kept in {tmp_path / 'staging'}")


def test_other_failures_say_nothing_of_room(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("1 " + "0" * 32 + "\n")
    again = room(tmp_path, 0, 0, 0, 0, 0)
    (tmp_path / "staging" / "file").unlink()
    expected = r"Input/output error; what was there before still answers$"
    with pytest.raises(WriteFailed, match=expected), explaining_failures(again):
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_staging_stays_whatever_ends_a_build(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, index = write_lake(tmp_path / "lake"), tmp_path / "index"

    def fail(staging: Staging, *arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Staging, "add_vectors", fail)
    with pytest.raises(WriteFailed, match=r"nothing was published there yet; .* read so far are kept in"):
        Lake.index(lake, index, settings)
    monkeypatch.undo()
    read: list[str] = []

    def nothing(files, *others):  # type: ignore[no-untyped-def]
        read.extend(sorted(file.name for file in files))
        return iter(())

    monkeypatch.setattr("lakeindex.build.profiling.profile_in_workers", nothing)
    Lake.index(lake, index, settings)
    assert read == ["empty.csv", "notes.md", "picture.csv"], "what could not be read"
    assert not (index / "staging").exists()
