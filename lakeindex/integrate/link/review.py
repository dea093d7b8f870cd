"""The review file: unsure pairs with their values side by side, for a person to accept or reject."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from lakeindex.errors import InvalidSetting, NotFound, Refused
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.link.verdicts import RowVerdicts, row_hashes
from lakeindex.integrate.records import Records

_UNSURE = 0.05, 0.95
_MOST = 500
"""Pairs that a review file has at most: those nearest to a half."""
_KEYS = ("left_hash", "right_hash", "verdict")
_WORDS = {"accept": True, "accepted": True, "reject": False, "rejected": False}
_NOTHING = ""


def unsure_pairs(pairs: pa.Table) -> pa.Table:
    """Return the pairs whose probability is near a half, the nearest first; LINK_SCHEMA."""
    likely = pairs["probability"].to_numpy()
    order = np.lexsort((pairs["right_row"].to_numpy(), pairs["left_row"].to_numpy(), np.abs(likely - 0.5)))
    kept = order[(likely[order] >= _UNSURE[0]) & (likely[order] <= _UNSURE[1])][:_MOST]
    return pairs.take(kept)


def review_table(left: Records, right: Records, aligned: Sequence[AlignedPair], pairs: pa.Table) -> pa.Table:
    """Return pairs with an empty verdict, the values of both rows side by side, and what identifies the rows."""
    rows = {"left": (left, pairs["left_row"]), "right": (right, pairs["right_row"])}
    table = pairs.append_column("verdict", pa.array([_NOTHING] * pairs.num_rows))
    for one in aligned:
        for (side, (records, at)), name in zip(rows.items(), (one.left, one.right), strict=True):
            table = table.append_column(f"{side} {name}", records.values[name].take(at))
    for side, (records, at) in rows.items():
        hashes = np.char.mod("%016x", row_hashes(records)[at.to_numpy()]) if len(at) else np.zeros(0, "U16")
        table = table.append_column(f"{side}_hash", pa.array(hashes, pa.string()))
    return table


def write_review(table: pa.Table, path: Path, force: bool = False) -> None:
    """Write a review table as CSV. Raises Refused where the file exists, unless `force` is set."""
    try:
        with path.open("w" if force else "x", newline="", encoding="utf-8") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(table.column_names)
            out.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    except FileExistsError as error:
        raise Refused(f"{path} is there already; give another name, or --force to write over it") from error
    except OSError as error:
        raise InvalidSetting(f"{path} can't be written: {error.strerror or error}") from error


def read_verdicts(path: Path) -> RowVerdicts:
    """Read the verdicts of a review file: `accept` or `reject`; lines without one are passed over.

    Raises NotFound where there is no such file, InvalidSetting, with the line, where its content is invalid.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="", strict=True)
            missing = [name for name in _KEYS if name not in (reader.fieldnames or ())]
            if missing:
                raise InvalidSetting(f"{path} has no column {missing[0]!r}: it is no review file of lakeindex link")
            given = [_verdict(row, f"{path}, line {reader.line_num}") for row in reader if row["verdict"].strip()]
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from error
    left, right, accepted = zip(*given, strict=True) if given else ((), (), ())
    return RowVerdicts(np.array(left, np.uint64), np.array(right, np.uint64), np.array(accepted, bool))


def _verdict(row: dict[str, str], place: str) -> tuple[int, int, bool]:
    word = row["verdict"].strip().lower()
    if word not in _WORDS:
        raise InvalidSetting(f"{place}: the verdict is {row['verdict']!r}, expected accept or reject")
    try:
        left, right = (int(row[name], 16) for name in ("left_hash", "right_hash"))
    except ValueError as error:
        raise InvalidSetting(f"{place}: left_hash and right_hash must stay as lakeindex link wrote them") from error
    if not 0 <= min(left, right) <= max(left, right) < 2**64:
        raise InvalidSetting(f"{place}: left_hash and right_hash must stay as lakeindex link wrote them")
    return left, right, _WORDS[word]
