"""The review file: unsure pairs with their values side by side, for a person to accept or reject."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.errors import InvalidSetting, NotFound, Refused
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.link.verdicts import ACCEPTED, RowVerdicts, row_hashes
from lakeindex.integrate.records import Records
from lakeindex.store.verdict_file import Verdict

_UNSURE = 0.05, 0.95
_MOST = 500
"""Pairs that a review file has at most: those nearest to a half."""
_KEYS = ("left_hash", "right_hash", "verdict")
_WITHDRAWN = None
_WORDS = {
    "accept": Verdict.ACCEPTED,
    "accepted": Verdict.ACCEPTED,
    "reject": Verdict.REJECTED,
    "rejected": Verdict.REJECTED,
    "withdraw": _WITHDRAWN,
    "withdrawn": _WITHDRAWN,
}
_NOTHING = ""


@dataclass(frozen=True, slots=True)
class ReviewedPair:
    """A line of a review file with a verdict; the rows are known by the hashes of what they hold."""

    left: int
    right: int
    verdict: Verdict | None
    """None where an earlier verdict is withdrawn."""
    note: str = ""
    line: int = 0

    @property
    def pair(self) -> tuple[int, int]:
        """The hashes of both rows, the smaller one first."""
        return min(self.left, self.right), max(self.left, self.right)


def unsure_pairs(pairs: pa.Table) -> pa.Table:
    """Return the pairs whose probability is near a half, the nearest first; LINK_SCHEMA."""
    likely = pairs["probability"].to_numpy()
    order = np.lexsort((pairs["right_row"].to_numpy(), pairs["left_row"].to_numpy(), np.abs(likely - 0.5)))
    kept = order[(likely[order] >= _UNSURE[0]) & (likely[order] <= _UNSURE[1])][:_MOST]
    return pairs.take(kept)


def kept_pairs(left: Records, right: Records, verdicts: RowVerdicts) -> pa.Table:
    """Return the pairs of rows that verdicts are on: left_row, right_row, verdict."""
    is_within = left is right
    sides = [row_hashes(left)] if is_within else [row_hashes(left), row_hashes(right)]
    hashes, start = np.concatenate(sides), 0 if is_within else len(left)
    tables = (np.arange(len(hashes)) >= len(left)).astype(np.int64)
    pairs = verdicts.pairs(hashes, tables, is_within)
    words: Any = pc.if_else(pa.array(verdicts.on(pairs, hashes) == ACCEPTED), "accept", "reject")
    rows = [pa.array(pairs.left), pa.array(pairs.right - start), words]
    return pa.table(rows, names=["left_row", "right_row", "verdict"])


def review_table(left: Records, right: Records, aligned: Sequence[AlignedPair], pairs: pa.Table) -> pa.Table:
    """Return pairs with a verdict, empty unless they have one, both rows' values, and what identifies the rows."""
    rows = {"left": (left, pairs["left_row"]), "right": (right, pairs["right_row"])}
    table = pairs
    if "verdict" not in pairs.column_names:
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


def read_review(path: Path) -> list[ReviewedPair]:
    """Read the verdicts of a review file: `accept`, `reject` or `withdraw`; lines without one are passed over.

    Raises NotFound where there is no such file, InvalidSetting, with the line, where its content is invalid.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="", strict=True)
            missing = [name for name in _KEYS if name not in (reader.fieldnames or ())]
            if missing:
                raise InvalidSetting(f"{path} has no column {missing[0]!r}: it is no review file of lakeindex link")
            given = [_verdict(row, path, reader.line_num) for row in reader if row["verdict"].strip()]
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidSetting(f"{path} can't be read: {error}") from error
    _require_one_a_pair(given, path)
    return given


def _require_one_a_pair(given: Iterable[ReviewedPair], path: Path) -> None:
    known: dict[tuple[int, int], ReviewedPair] = {}
    for one in given:
        if (other := known.setdefault(one.pair, one)).verdict is not one.verdict:
            raise InvalidSetting(
                f"{path}, lines {other.line} and {one.line} are of rows that hold the same, with two verdicts: "
                "let both say the same, or one of them nothing"
            )


def _verdict(row: dict[str, str], path: Path, line: int) -> ReviewedPair:
    word, place = row["verdict"].strip().lower(), f"{path}, line {line}"
    if word not in _WORDS:
        raise InvalidSetting(f"{place}: the verdict is {row['verdict']!r}, expected accept, reject or withdraw")
    try:
        left, right = (int(row[name], 16) for name in ("left_hash", "right_hash"))
    except ValueError as error:
        raise InvalidSetting(f"{place}: left_hash and right_hash must stay as lakeindex link wrote them") from error
    if not 0 <= min(left, right) <= max(left, right) < 2**64:
        raise InvalidSetting(f"{place}: left_hash and right_hash must stay as lakeindex link wrote them")
    return ReviewedPair(left, right, _WORDS[word], row.get("note") or _NOTHING, line)
