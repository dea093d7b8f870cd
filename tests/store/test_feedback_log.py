"""Verdicts are kept whole or not at all, whoever writes at the same time."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex.errors import IndexDamaged, LakeIndexError, LockHeld, NotFound
from lakeindex.store import waiting_lock
from lakeindex.store.feedback_log import FeedbackFile, LabelledPair, feedback_hash
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import ColumnId, TableId

WRITERS, VERDICTS_EACH = 4, 8
WRITE = """
import sys
from pathlib import Path
from lakeindex.store.feedback_log import FeedbackFile, LabelledPair
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import ColumnId
for number in range(int(sys.argv[3])):
    left, right = ColumnId("a.csv", f"{sys.argv[2]}-{number}"), ColumnId("b.csv", "x")
    FeedbackFile(Path(sys.argv[1])).give([LabelledPair(left, right, Verdict.ACCEPTED)])
"""


def column(table: str, name: str) -> ColumnId:
    return ColumnId(TableId(table), name)


LEFT, RIGHT, OTHER = column("a.csv", "größe"), column("b/c.csv", 'say "x"\nand, more'), column("d.csv", "")
ACCEPTED = LabelledPair(LEFT, RIGHT, Verdict.ACCEPTED, "seen in\nthe manual", "2026-01-02T03:04:05+00:00")
REJECTED = LabelledPair(OTHER, LEFT, Verdict.REJECTED)


def given(index: Path) -> FeedbackFile:
    file = FeedbackFile(index)
    file.give([REJECTED, ACCEPTED])
    return file


def test_what_was_given_is_read(tmp_path: Path) -> None:
    assert FeedbackFile(tmp_path).read() == ()
    assert given(tmp_path).read() == (ACCEPTED, REJECTED)


def test_a_later_verdict_replaces_the_earlier_one_in_either_direction(tmp_path: Path) -> None:
    file = given(tmp_path)
    later = LabelledPair(RIGHT, LEFT, Verdict.REJECTED, "looked again")
    file.give([later])
    assert file.read() == (later, REJECTED)


def test_a_verdict_is_taken_back_in_either_direction_and_only_once(tmp_path: Path) -> None:
    file = given(tmp_path)
    file.withdraw(RIGHT, LEFT)
    assert file.read() == (REJECTED,)
    with pytest.raises(NotFound, match=r"there is no verdict on a\.csv"):
        file.withdraw(LEFT, RIGHT)


def test_the_stamp_changes_with_every_verdict(tmp_path: Path) -> None:
    assert FeedbackFile(tmp_path).stamp() is None
    file = given(tmp_path)
    before = file.stamp()
    assert file.stamp() == before
    file.give([replace(REJECTED, verdict=Verdict.ACCEPTED)])
    assert file.stamp() != before


def test_writers_at_one_time_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE, str(tmp_path)]
    running = [subprocess.Popen([*command, str(writer), str(VERDICTS_EACH)]) for writer in range(WRITERS)]
    assert [one.wait(120) for one in running] == [0] * WRITERS
    names = {one.left.name for one in FeedbackFile(tmp_path).read()}
    assert names == {f"{writer}-{number}" for writer in range(WRITERS) for number in range(VERDICTS_EACH)}


def test_a_writer_that_never_ends_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = given(tmp_path)
    monkeypatch.setattr(waiting_lock, "_LOCK_TIMEOUT_SECONDS", 0.05)
    with (tmp_path / "feedback.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LockHeld, match=r"feedback.jsonl is being written by process \d+; wait"):
            file.give([ACCEPTED])
    file.withdraw(LEFT, RIGHT)
    assert file.read() == (REJECTED,)


def test_any_other_byte_is_damage_and_the_file_is_left_alone(tmp_path: Path) -> None:
    file = given(tmp_path)
    content = file.path.read_bytes()
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1
        file.path.write_bytes(damaged)
        with pytest.raises(IndexDamaged, match=r"feedback\.jsonl"):
            file.read()
    for write in (lambda: file.give([ACCEPTED]), lambda: file.withdraw(LEFT, RIGHT)):
        with pytest.raises(IndexDamaged, match="was left as it is"):
            write()
    assert file.path.read_bytes() == bytes(damaged)


def test_a_file_that_was_cut_off_is_damage(tmp_path: Path) -> None:
    file = given(tmp_path)
    content = file.path.read_bytes()
    for length in range(len(content)):
        file.path.write_bytes(content[:length])
        with pytest.raises(IndexDamaged, match=r"feedback\.jsonl"):
            file.read()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    file = given(tmp_path)
    file.path.rename(tmp_path / "elsewhere")
    file.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IndexDamaged, match="a link"):
        file.read()


def test_what_a_killed_writer_left_is_written_over(tmp_path: Path) -> None:
    file = given(tmp_path)
    (tmp_path / "feedback.jsonl.new").write_text('{"format": 1, "verd')
    file.withdraw(LEFT, RIGHT)
    assert file.read() == (REJECTED,)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feedback.jsonl", "feedback.lock"]


def test_a_disk_that_is_full_costs_nothing_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = given(tmp_path)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(LakeIndexError, match=r"feedback\.jsonl can't be written \(No space left on device\)"):
        file.withdraw(LEFT, RIGHT)
    assert file.read() == (ACCEPTED, REJECTED)


def test_the_hash_is_of_the_verdicts_and_not_of_their_time_or_order() -> None:
    assert feedback_hash("index", []) == "index"
    hashed = feedback_hash("index", [ACCEPTED, REJECTED])
    turned = LabelledPair(RIGHT, LEFT, Verdict.ACCEPTED, ACCEPTED.note, "another day")
    assert feedback_hash("index", [REJECTED, turned]) == hashed
    others = [
        ("other index", [ACCEPTED, REJECTED]),
        ("index", [ACCEPTED]),
        ("index", [ACCEPTED, replace(REJECTED, verdict=Verdict.ACCEPTED)]),
        ("index", [replace(ACCEPTED, note="another"), REJECTED]),
    ]
    assert len({hashed, *(feedback_hash(index_hash, verdicts) for index_hash, verdicts in others)}) == 5
