"""Verdicts as a CSV file, to be copied from one index to another or written by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from lakeindex.errors import InvalidSetting, NotFound, Refused
from lakeindex.store.feedback_log import LabelledPair
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import ColumnId, TableId

_NEEDED = ("left_table", "left_column", "right_table", "right_column", "verdict")
_HEADER = (*_NEEDED, "note", "given_at")


def write_verdicts(verdicts: Iterable[LabelledPair], path: Path, force: bool) -> None:
    """Write verdicts, one a line. Raises Refused where the file exists, unless `force` is set."""
    try:
        with path.open("w" if force else "x", newline="", encoding="utf-8") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(_HEADER)
            for one in verdicts:
                columns = (one.left.table, one.left.name, one.right.table, one.right.name)
                out.writerow([*columns, one.verdict, one.note, one.given_at])
    except FileExistsError as error:
        raise Refused(f"{path} is there already; give another name, or --force to write over it") from error


def read_verdicts(path: Path, now: str) -> list[LabelledPair]:
    """Read verdicts: `left_table,left_column,right_table,right_column,verdict` and, optionally, `note,given_at`.

    Those without `given_at` were given `now`. Raises NotFound where there is no such file, InvalidSetting, with the
    line, where its content is invalid.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="", strict=True)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                found = ",".join(reader.fieldnames or ()) or "an empty file"
                raise InvalidSetting(
                    f"{path} has no column {missing[0]!r}: expected the header {','.join(_NEEDED)} "
                    f"(and note,given_at if you like), found {found}"
                )
            verdicts = [_verdict(row, f"{path}, line {reader.line_num}", now) for row in reader]
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from error
    _require_one_a_pair(verdicts, path)
    return verdicts


def _verdict(row: dict[str, str], place: str, now: str) -> LabelledPair:
    if row["verdict"] not in list(Verdict):
        raise InvalidSetting(f"{place}: the verdict is {row['verdict']!r}, expected {' or '.join(Verdict)}")
    left, right = (ColumnId(TableId(row[f"{side}_table"]), row[f"{side}_column"]) for side in ("left", "right"))
    if left.table == right.table:
        raise InvalidSetting(f"{place}: {left} and {right} are columns of one table, expected columns of two")
    return LabelledPair(left, right, Verdict(row["verdict"]), row.get("note") or "", row.get("given_at") or now)


def _require_one_a_pair(verdicts: Iterable[LabelledPair], path: Path) -> None:
    known: dict[object, Verdict] = {}
    for one in verdicts:
        if known.setdefault(one.pair, one.verdict) is not one.verdict:
            raise InvalidSetting(f"{path} both accepts and rejects {one.left} and {one.right}: keep one of the lines")
