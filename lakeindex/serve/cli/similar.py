"""The command that finds tables similar to a table, and what they are to it."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.config.ranges import NO_OR_SOME_ANSWERS
from lakeindex.serve.cli.layouts import SIMILAR
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table


@click.command()
@click.argument("table")
@with_lake
@click.option("-k", type=InRange(NO_OR_SOME_ANSWERS), default=10, show_default=True, help="Tables, at most.")
@with_format
@with_quiet
def similar(table: str, k: int, output: str, quiet: bool, **opening: Any) -> None:
    """Find tables similar to a table: its copies, parts and versions, and what differs."""
    found = open_lake(**opening).similar(table, k)
    if not found.tables:
        print_message(f"no table is similar to {table}", quiet)
    for note in found.notes():
        print_message(note, quiet)
    write_table(found.to_arrow(), Format(output), SIMILAR)
