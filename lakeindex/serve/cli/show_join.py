"""Show the rows of a join, and how many there are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.escaping.counted import counted
from lakeindex.serve.cli.chunks import chunks_of_batches
from lakeindex.serve.cli.csv_out import write_for_spreadsheet
from lakeindex.serve.cli.output import Format, Layout, print_message, write_batches, write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from lakeindex.join.plan import JoinPlan

_ON_TERMINAL = 20
"""Rows that a terminal shows unless another number is asked for."""


def show_join(plan: JoinPlan, form: Format, as_pairs: bool, limit: int | None, quiet: bool) -> None:
    """Print the joined rows, or the numbers of their rows, up to a limit, and say how many there are."""
    if limit is None and form is Format.TABLE and sys.stdout.isatty():
        limit = _ON_TERMINAL
    if as_pairs:
        pairs = plan.rows()
        shown = pairs if limit is None else pairs.slice(0, limit)
        write_table(shown, form)
        _tell(plan, shown.num_rows, counted(pairs.num_rows, "row"), quiet)
        return
    schema, batches = plan.batches(limit)
    counts: list[int] = []
    write_batches(_counting(batches, counts), schema, form, Layout(least=_giving_way(plan, schema.names)))
    rows = sum(counts)
    is_all = limit is None or rows < limit
    _tell(plan, rows, counted(rows, "row") if is_all else plan.describe_rows(), quiet)


def _giving_way(plan: JoinPlan, names: list[str]) -> list[str]:
    """Return the columns in the order in which a narrow terminal loses them: of both sides alike, their keys last."""
    count = len(plan.left.columns)  # an anti join has these alone
    keys = {*plan.left.places, *(count + place for place in plan.right.places)}
    sides = range(count), range(count, len(names))
    others = [[place for place in reversed(side) if place not in keys] for side in sides]
    return [names[place] for pair in zip_longest(*others) for place in pair if place is not None]


def write_join_for_spreadsheet(plan: JoinPlan, out: Path, force: bool, rows: bool) -> int:
    """Write a join into a CSV file that a spreadsheet opens as it is; return the number of rows."""
    from lakeindex.join.write_file import unfinished_beside

    pairs = plan.rows() if rows else None
    schema, batches = (pairs.schema, iter(pairs.to_batches())) if pairs is not None else plan.batches()
    counts: list[int] = []
    path = out.absolute()
    with unfinished_beside(path, force) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        write_for_spreadsheet(file, schema.names, chunks_of_batches(_counting(batches, counts)))
        file.flush()
    return sum(counts)


def print_remarks(plan: JoinPlan, rows: int, quiet: bool) -> None:
    """Say what a person should know of a join that gave so many rows."""
    for remark in plan.remarks(rows):
        print_message(remark, quiet)


def _tell(plan: JoinPlan, shown: int, there_are: str, quiet: bool) -> None:
    """Say how many rows there are, where they are not all shown; else all that there is to say of them."""
    if there_are == counted(shown, "row"):
        print_remarks(plan, shown, quiet)
        return
    whole = there_are or "more"
    print_message(f"{shown:,} of {whole} shown; --limit N shows others, -o csv or --out FILE gives all", quiet)


def _counting(batches: Iterator[pa.RecordBatch], counts: list[int]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        counts.append(batch.num_rows)
        yield batch
