"""The command that joins two columns of the lake."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lakeindex.config.ranges import JOINED_ROWS, SHARE
from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.csv_out import is_for_spreadsheet
from lakeindex.serve.cli.lineage import datasets_of_join, with_openlineage
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_line, print_message
from lakeindex.serve.cli.show_join import print_remarks, show_join, write_join_for_spreadsheet

_SUGGESTED = 3
_MATCHES = ("auto", "exact", "normalised", "fuzzy", "semantic", "transform", "temporal", "asof")
_HOWS = ("inner", "left", "full", "anti")
_DIRECTIONS = ("backward", "forward", "nearest")
_DIALECTS = ("duckdb", "postgres", "snowflake", "bigquery", "spark")


@click.command()
@click.argument("left_table")
@click.argument("left_column")
@click.argument("right_table")
@click.argument("right_column")
@with_lake
@click.option("--match", type=click.Choice(_MATCHES), default="auto", show_default=True, help="How values meet.")
@click.option(
    "--precision",
    type=InRange(SHARE),
    default=0.9,
    show_default=True,
    help="Of the ways for values to meet, take one of whose pairs this share is expected to be right.",
)
@click.option(
    "--also",
    nargs=2,
    multiple=True,
    metavar="LEFT_COLUMN RIGHT_COLUMN",
    help="Columns that have to meet together with the others; up to twice.",
)
@click.option(
    "--direction",
    type=click.Choice(_DIRECTIONS),
    help="Of --match asof: which right moment a left row is joined with [default: the latest at or before its own].",
)
@click.option("--tolerance", help="Of --match asof: how far apart moments may be: 1h, '2 days', 15min, or a number.")
@click.option("--how", type=click.Choice(_HOWS), default="inner", show_default=True, help="Which rows stay.")
@click.option("--rows", is_flag=True, help="List the numbers of the rows that meet: left_row,right_row,probability.")
@click.option("--sql", is_flag=True, help="Print the statement, which gives the same rows without lakeindex.")
@click.option("--dialect", type=click.Choice(_DIALECTS), default="duckdb", show_default=True, help="Of --sql.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the rows to a .parquet, .csv or .json file.")
@click.option("--guard", is_flag=True, help="Refuse a join of far more rows than either table has.")
@click.option(
    "--most-rows",
    type=InRange(JOINED_ROWS),
    metavar="N",
    help="Refuse to give more rows than this; by default 100000000, or ten times those of the larger table.",
)
@click.option(
    "--limit",
    type=InRange(JOINED_ROWS),
    metavar="N",
    help="Show so many rows at most [default: 20 of a table on a terminal, else all].",
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@with_openlineage("join", datasets_of_join)
@with_format
@with_quiet
def join(
    left_table: str,
    left_column: str,
    right_table: str,
    right_column: str,
    match: str,
    precision: float,
    direction: str | None,
    tolerance: str | None,
    also: tuple[tuple[str, str], ...],
    how: str,
    rows: bool,
    sql: bool,
    dialect: str,
    out: Path | None,
    guard: bool,
    most_rows: int | None,
    limit: int | None,
    force: bool,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """Join two tables where the values of two columns meet."""
    from lakeindex.join.kinds import AsOf, Direction
    from lakeindex.join.plan import JoinPlan
    from lakeindex.join.write_file import require_writable

    if rows and how == "anti":
        raise click.UsageError("an anti join has no pairs of rows to list: leave --rows away")
    if dialect != "duckdb" and (rows or not sql):
        raise click.UsageError("--dialect is for --sql without --rows: only DuckDB numbers the rows of files")
    if match != "asof" and (direction is not None or tolerance is not None):
        raise click.UsageError("--direction and --tolerance are for an as-of join: add --match asof")
    if limit is not None and (out is not None or sql):
        raise click.UsageError("--limit is for rows that are shown; for a file of some: -o csv --limit N > FILE")
    if out is not None:
        require_writable(out.absolute(), force)
    asof = AsOf(direction or Direction.BACKWARD, tolerance) if match == "asof" else None
    columns = left_table, left_column, right_table, right_column
    with ending_with_reader() if out is None else nullcontext():
        lake = open_lake(**opening)
        plan = replace(lake.join(*columns, match, precision, how, also, asof), most_rows=most_rows)
        print_message(plan.describe(), quiet)
        if not quiet:  # the estimate may have to count rows, where sketches don't suffice
            print_message(f"expected: {plan.promised.describe()}", quiet)
        if guard:
            plan.require_modest()
        if sql:
            print_line(plan.rows_sql(out, force) if rows else plan.sql(dialect, out, force))
        elif out is None:
            show_join(plan, Format(output), rows, limit, quiet)
        if out is not None:
            write = write_join_for_spreadsheet if is_for_spreadsheet() else JoinPlan.write
            print_remarks(plan, write(plan, out, force, rows), quiet)
        if not quiet and not also and plan.promised.multiplies:  # behind the rows, which it would keep waiting
            _suggest(lake.complements(*columns))


def _suggest(complements: list[tuple[tuple[str, str], ...]]) -> None:
    for pairs in complements[:_SUGGESTED]:
        flags = " ".join(f"--also {shlex.quote(left)} {shlex.quote(right)}" for left, right in pairs)
        print_message(f"rows multiply, as neither column is a key; one is together with others: {flags}")
