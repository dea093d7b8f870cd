"""Claim: of the pairs of rows that a join promises to be right in nine of ten, about nine of ten are.

Joins whose pairs are labelled, value by value, are planned with the defaults, and so are those of folders of small
cases, where there are any (`--cases`, or LAKEINDEX_CASES): what each promises, and how probable it takes each pair to
be, stands beside what is right. Identifiers that stand in parallel on both sides are taken out of the tables.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import record

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.errors import InvalidSetting
from lakeindex.lake import Lake

LABELLED = ("autofj_dbpedia", "autojoin_webtables", "flashfill_transform")
PARALLEL = ("id",)
"""Columns of autofj_dbpedia that would give its pairs away."""
HIGH = 0.9
BINS = 10

Sides = tuple[str, str, str, str]
"""Left table and column, right table and column."""
Pairs = set[tuple[str, str]]
"""Of values, or of the numbers of rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A join: what was promised, and which of its pairs are right."""

    source: str
    sides: Sides
    promised: float | None
    """None where nothing is promised."""
    probabilities: Floats
    """(pairs,)."""
    is_right: Flags
    f1: float
    """Of distinct pairs of values, as they are labelled."""

    @property
    def precision(self) -> float:
        return float(self.is_right.mean()) if len(self.is_right) else 1.0


def labelled_joins(folder: Path) -> dict[Sides, Pairs]:
    """Return the pairs of values of each join of a benchmark."""
    joins: defaultdict[Sides, Pairs] = defaultdict(set)
    for row in _read(folder / "row_pairs.csv"):
        if "left_title" in row:
            sides = (row["left_table"], "title", row["right_table"], "title")
            joins[sides].add((row["left_title"], row["right_title"]))
        else:
            names = [_column(folder, row, side) for side in ("source", "target")]
            sides = (row["source_table"], names[0], row["target_table"], names[1])
            joins[sides].add((row["source_value"], row["target_value"]))
    return dict(joins)


def _column(folder: Path, row: dict[str, str], side: str) -> str:
    return row.get(f"{side}_column") or next(iter(_read(folder / "tables" / row[f"{side}_table"])[0]))


def check_benchmark(folder: Path, work: Path) -> Iterator[Joined]:
    """Join what a benchmark labels, by values."""
    joins = labelled_joins(folder)
    tables = {
        name: _read(folder / "tables" / name) for name in sorted({sides[place] for sides in joins for place in (0, 2)})
    }
    lake = work / "lake"
    lake.mkdir(parents=True)
    for name, rows in tables.items():
        kept = [column for column in rows[0] if column not in PARALLEL]
        with (lake / name).open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, kept, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    opened = Lake.index(lake, work / "index")
    for sides, right in joins.items():
        left_values, right_values = ([row[sides[at + 1]] for row in tables[sides[at]]] for at in (0, 2))
        yield _joined(opened, folder.name, sides, right, left_values, right_values)


def check_case(folder: Path, work: Path) -> Iterator[Joined]:
    """Join what a case labels, by the numbers of rows."""
    opened = Lake.index(folder / "lake", work / "index")
    for row in _read(folder / "joins.csv"):
        sides = (row["left_table"], row["left_column"], row["right_table"], row["right_column"])
        right = {(one["left_row"], one["right_row"]) for one in _read(folder / "pairs" / row["pairs"])}
        yield _joined(opened, "cases", sides, right)


def _joined(
    lake: Lake, source: str, sides: Sides, right: Pairs, lefts: Sequence[str] = (), rights: Sequence[str] = ()
) -> Joined:
    """Join two columns; pairs are right by the values of the rows, where these are given, else by their numbers."""
    try:
        plan = lake.join(*sides)
    except InvalidSetting:  # refused: nothing is joined, and nothing promised
        return Joined(source, sides, None, np.zeros(0), np.zeros(0, bool), _f1(set(), right))
    rows = plan.rows()
    numbers = zip(rows["left_row"].to_pylist(), rows["right_row"].to_pylist(), strict=True)
    pairs = [(lefts[one], rights[other]) if lefts else (str(one), str(other)) for one, other in numbers]
    is_right = np.array([pair in right for pair in pairs], bool)
    return Joined(
        source, sides, plan.promised_precision, rows["probability"].to_numpy(), is_right, _f1(set(pairs), right)
    )


def _f1(found: Pairs, right: Pairs) -> float:
    return 2 * len(found & right) / (len(found) + len(right)) if found or right else 1.0


def summary(joins: Sequence[Joined]) -> dict[str, float]:
    """Compare promises with what is right: of joins, and of their pairs."""
    high = [one for one in joins if one.promised is not None and one.promised >= HIGH and len(one.is_right)]
    probabilities = np.concatenate([np.zeros(0), *(one.probabilities for one in joins)])
    is_right = np.concatenate([np.zeros(0, bool), *(one.is_right for one in joins)])
    of_high = np.concatenate([np.zeros(0, bool), *(one.is_right for one in high)])
    return {
        "joins": len(joins),
        f"promise {HIGH}": len(high),
        "their pairs right": float(of_high.mean()) if len(of_high) else float("nan"),
        "mean over them": float(np.mean([one.precision for one in high])) if high else float("nan"),
        "least of them": min((one.precision for one in high), default=float("nan")),
        "mean F1": float(np.mean([one.f1 for one in joins])),
        "mean probability": float(probabilities.mean()) if len(probabilities) else float("nan"),
        "right": float(is_right.mean()) if len(is_right) else float("nan"),
        "calibration error": calibration_error(probabilities, is_right),
    }


def calibration_error(probabilities: Floats, is_right: Flags) -> float:
    """Return the mean gap between what is probable and what is right, over bins of equal width."""
    places = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    gaps = np.abs(np.bincount(places, probabilities, BINS) - np.bincount(places, is_right, BINS))
    return float(gaps.sum() / max(len(probabilities), 1))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--cases", type=Path, default=os.environ.get("LAKEINDEX_CASES"), help="[LAKEINDEX_CASES]")
    parser.add_argument("--only", action="append", default=[], choices=[*LABELLED, "cases"], help="may be repeated")
    parser.add_argument("--each", action="store_true", help="list every join")
    given = parser.parse_args()
    if not given.data.is_dir():
        sys.exit(f"no labelled lakes at {given.data}; name another folder with --data or LAKEINDEX_BENCH_DATA")
    joins = list(_all(given))
    for one in joins if given.each else ():
        print(one.source, *one.sides, one.promised, len(one.is_right), f"{one.precision:.3f} {one.f1:.3f}", sep="  ")
    sources = list(dict.fromkeys(one.source for one in joins))
    figures = {name: summary([one for one in joins if one.source == name]) for name in sources}
    figures["all"] = summary(joins)
    record.print_table(["joins of", *figures["all"]], [[name, *found.values()] for name, found in figures.items()])
    if not given.only:
        written = record.write("promised_precision", None, {"promise": HIGH, "bins": BINS}, figures)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


def _all(given: argparse.Namespace) -> Iterator[Joined]:
    with tempfile.TemporaryDirectory() as work:
        for name in LABELLED:
            if not given.only or name in given.only:
                yield from check_benchmark(given.data / name, Path(work) / name)
        cases = sorted(given.cases.glob("*/joins.csv")) if given.cases else []
        for listed in cases if not given.only or "cases" in given.only else []:
            yield from check_case(listed.parent, Path(work) / listed.parent.name)


if __name__ == "__main__":
    main()
