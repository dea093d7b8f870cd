"""Verdicts on pairs of rows are kept whole or not at all, as those on pairs of columns are."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex.errors import IndexDamaged, LakeIndexError
from lakeindex.store.feedback_log import FeedbackFile, LabelledPair
from lakeindex.store.link_verdicts import LabelledRows, LinkVerdictFile, RowId, link_verdicts_hash
from lakeindex.store.verdict_file import Verdict
from lakeindex.store.verdict_files import damages_of_verdicts, forget_verdicts, hash_with_verdicts, tables_with_verdicts
from lakeindex.types.lake import ColumnId, TableId

WRITE = """
import sys
from pathlib import Path
from lakeindex.store.link_verdicts import LabelledRows, LinkVerdictFile, RowId
from lakeindex.store.verdict_file import Verdict
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    rows = RowId("a.csv", 1_000_000 + int(sys.argv[2])), RowId("b.csv", number)
    LinkVerdictFile(Path(sys.argv[1])).change([LabelledRows(*rows, Verdict.ACCEPTED)])
"""


def row(table: str, content: int) -> RowId:
    return RowId(TableId(table), content)


LEFT, RIGHT, OTHER = row("größe.csv", 2**64 - 1), row('b/"c", d.csv', 0), row("d.csv", 17)
ACCEPTED = LabelledRows(LEFT, RIGHT, Verdict.ACCEPTED, "same\nphone", "2026-01-02T03:04:05.000006+00:00")
REJECTED = LabelledRows(OTHER, OTHER, Verdict.REJECTED)


def given(index: Path) -> LinkVerdictFile:
    file = LinkVerdictFile(index)
    file.change([REJECTED, ACCEPTED])
    return file


def test_what_was_given_is_read_and_what_was_withdrawn_is_not(tmp_path: Path) -> None:
    assert LinkVerdictFile(tmp_path).read() == ()
    file = given(tmp_path)
    assert set(file.read()) == {ACCEPTED, REJECTED}
    later = LabelledRows(RIGHT, LEFT, Verdict.REJECTED)
    assert file.change([later], [REJECTED.pair]) == {ACCEPTED.pair: ACCEPTED, REJECTED.pair: REJECTED}
    assert file.read() == (later,)
    mirrored = LabelledRows(row(LEFT.table, RIGHT.content), row(RIGHT.table, LEFT.content), Verdict.ACCEPTED)
    file.change([mirrored])
    assert file.read() == (mirrored,)


def test_what_changes_nothing_is_not_written(tmp_path: Path) -> None:
    file = given(tmp_path)
    before = file.stamp()
    file.change([ACCEPTED], [replace(ACCEPTED, left=OTHER).pair])
    assert file.stamp() == before


def test_any_other_byte_and_any_cut_is_damage_that_is_named(tmp_path: Path) -> None:
    file = given(tmp_path)
    content = file.path.read_bytes()
    for place in range(len(content)):
        file.path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert list(damages_of_verdicts(tmp_path)) == ["link_verdicts.jsonl"]
        file.path.write_bytes(content[:place])
        with pytest.raises(IndexDamaged, match=r"link_verdicts\.jsonl .* --verdicts FILE\.csv"):
            file.change([REJECTED])
    file.path.write_bytes(content)
    assert damages_of_verdicts(tmp_path) == {}


def test_writers_at_one_time_lose_nothing(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", WRITE, str(tmp_path), str(one), "8"]) for one in range(3)]
    assert [one.wait(120) for one in running] == [0] * 3
    assert len(LinkVerdictFile(tmp_path).read()) == 3 * 8


def test_a_writer_that_is_killed_leaves_whole_verdicts(tmp_path: Path) -> None:
    for moment in range(5):
        command = [sys.executable, "-c", WRITE, str(tmp_path), str(moment), "100000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.05 + 0.037 * moment)
            writer.send_signal(signal.SIGKILL)
        contents = sorted(
            one.right.content for one in LinkVerdictFile(tmp_path).read() if one.left.content == 1_000_000 + moment
        )
        assert contents == list(range(len(contents)))
    LinkVerdictFile(tmp_path).change([ACCEPTED])
    assert ACCEPTED in LinkVerdictFile(tmp_path).read()


def test_a_full_disk_costs_nothing_that_was_there(tmp_path: Path) -> None:
    file = given(tmp_path)
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    many = [replace(REJECTED, left=row("a.csv", number)) for number in range(200)]
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        with pytest.raises(LakeIndexError, match=r"link_verdicts\.jsonl can't be written \(File too large\)"):
            file.change(many)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert set(file.read()) == {ACCEPTED, REJECTED}
    file.change(many)
    assert len(file.read()) == 202


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "link_verdicts.lock").mkdir()
    with pytest.raises(LakeIndexError, match=r"link_verdicts\.jsonl can't be written \(Is a directory\)"):
        LinkVerdictFile(tmp_path).change([ACCEPTED])


def test_verdicts_of_forgotten_tables_are_removed_from_all_files(tmp_path: Path) -> None:
    file, columns = given(tmp_path), FeedbackFile(tmp_path)
    columns.give([LabelledPair(ColumnId(OTHER.table, "x"), ColumnId(LEFT.table, "y"), Verdict.ACCEPTED)])
    kept = file.put(file.content()) or file.put(None)
    assert kept == tmp_path / "link_verdicts.jsonl.bak"
    given(tmp_path)
    assert tables_with_verdicts(tmp_path) == {LEFT.table, RIGHT.table, OTHER.table}
    assert forget_verdicts(tmp_path, [OTHER.table]) == 3
    assert file.read() == (ACCEPTED,) and columns.read() == ()
    assert file.verdicts_in(kept.read_bytes(), kept) == (ACCEPTED,)


def test_the_hash_is_of_the_verdicts_and_not_of_their_time_or_order(tmp_path: Path) -> None:
    assert hash_with_verdicts("index", tmp_path) == "index"
    hashed = link_verdicts_hash("index", [ACCEPTED, REJECTED])
    turned = replace(ACCEPTED, left=RIGHT, right=LEFT, given_at="another day")
    assert link_verdicts_hash("index", [REJECTED, turned]) == hashed
    others = [
        ("other index", [ACCEPTED, REJECTED]),
        ("index", [ACCEPTED]),
        ("index", [ACCEPTED, replace(REJECTED, verdict=Verdict.ACCEPTED)]),
        ("index", [replace(ACCEPTED, left=OTHER), REJECTED]),
    ]
    assert len({hashed, *(link_verdicts_hash(index_hash, verdicts) for index_hash, verdicts in others)}) == 5
    given(tmp_path)
    assert hash_with_verdicts("index", tmp_path) == hashed
