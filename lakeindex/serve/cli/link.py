"""The commands that link the tuples of two tables, and those of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.lake.integration import LinkedTables


@click.command()
@click.argument("left_table")
@click.argument("right_table")
@with_lake
@click.option("--rows", is_flag=True, help="List the numbers of the rows: left_row,right_row,probability.")
@with_format
@with_quiet
def link(left_table: str, right_table: str, rows: bool, output: str, quiet: bool, **opening: Any) -> None:
    """Find the rows of two tables that describe the same thing."""
    _print(open_lake(**opening).link(left_table, right_table), rows, Format(output), quiet)


@click.command()
@click.argument("table")
@with_lake
@click.option("--rows", is_flag=True, help="List the numbers of the rows: left_row,right_row,probability.")
@with_format
@with_quiet
def dedupe(table: str, rows: bool, output: str, quiet: bool, **opening: Any) -> None:
    """Find the rows of a table that describe the same thing."""
    _print(open_lake(**opening).dedupe(table), rows, Format(output), quiet)


def _print(linked: LinkedTables, rows: bool, form: Format, quiet: bool) -> None:
    print_message(linked.describe(), quiet)
    write_table(linked.pairs if rows else linked.side_by_side(), form)
