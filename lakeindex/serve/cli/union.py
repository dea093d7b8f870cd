"""The command that finds tables whose rows can stand below those of a table."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.config.ranges import NO_OR_SOME_ANSWERS
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_line, print_message, write_table


@click.command()
@click.argument("table")
@with_lake
@click.option("-k", type=InRange(NO_OR_SOME_ANSWERS), default=10, show_default=True, help="Tables, at most.")
@click.option("--align", is_flag=True, help="List which columns are the same attribute.")
@click.option("--sql", "other", metavar="TABLE", help="Print the statement of the union with this table.")
@with_format
@with_quiet
def union(table: str, k: int, align: bool, other: str | None, output: str, quiet: bool, **opening: Any) -> None:
    """Find the tables that can be put below a table."""
    found = open_lake(**opening).union(table, k)
    if other is not None:
        print_line(found.sql(other))
        return
    if not found.tables:
        print_message(f"no table has an attribute of {table}", quiet)
    write_table(found.alignment() if align else found.to_arrow(), Format(output))
