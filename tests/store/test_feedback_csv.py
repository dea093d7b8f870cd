"""Verdicts come out of a CSV file as they went in, and what is wrong in one is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex.errors import InvalidSetting, NotFound, Refused
from lakeindex.store.feedback_csv import read_verdicts, write_verdicts
from lakeindex.store.feedback_log import LabelledPair
from lakeindex.store.verdict_file import Verdict
from tests.store.test_feedback_log import ACCEPTED, LEFT, REJECTED, RIGHT

HEADER = "left_table,left_column,right_table,right_column,verdict"
NOW = "2026-06-01T00:00:00+00:00"


def read(tmp_path: Path, text: str) -> list[LabelledPair]:
    path = tmp_path / "verdicts.csv"
    path.write_text(text, "utf-8")
    return read_verdicts(path, NOW)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    write_verdicts([ACCEPTED, REJECTED], path, force=False)
    later = LabelledPair(REJECTED.left, REJECTED.right, Verdict.REJECTED, "", NOW)
    assert read_verdicts(path, NOW) == [ACCEPTED, later]


def test_note_and_time_may_be_missing(tmp_path: Path) -> None:
    assert read(tmp_path, f"\ufeff{HEADER}\na.csv,x,b.csv,y,accepted\n") == [
        LabelledPair(LEFT.__class__(LEFT.table, "x"), RIGHT.__class__("b.csv", "y"), Verdict.ACCEPTED, "", NOW)  # type: ignore[arg-type]
    ]


def test_no_file_is_written_over_without_force(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text("mine")
    with pytest.raises(Refused, match="--force"):
        write_verdicts([ACCEPTED], path, force=False)
    assert path.read_text() == "mine"
    write_verdicts([ACCEPTED], path, force=True)
    assert read_verdicts(path, NOW) == [ACCEPTED]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found an empty file"),
        ("left_table,left_column\n", "no column 'right_table'"),
        (f"{HEADER}\na,b,c,d,maybe\n", "line 2: the verdict is 'maybe', expected accepted or rejected"),
        (f"{HEADER}\na,b,c,d,accepted\na,b,a,d,accepted\n", "line 3: .* columns of one table"),
        (f"{HEADER}\na,b,c,d,accepted\nc,d,a,b,rejected\n", "both accepts and rejects c · d and a · b"),
        (f'{HEADER}\n"a,b,c,d,accepted\n', "can't be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidSetting, match=message):
        read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        read_verdicts(tmp_path / "nothing.csv", NOW)
