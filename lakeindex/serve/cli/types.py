"""The command that finds the semantic types of a lake's columns."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.serve.cli.layouts import TYPES
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table


@click.command()
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@with_lake
@with_format
@with_quiet
def types(tables: tuple[str, ...], output: str, quiet: bool, **opening: Any) -> None:
    """Find the semantic types of columns, those that nobody named included, and personal data.

    Of all tables, or of those that are named.
    """
    found = open_lake(**opening).types(tables)
    print_message(found.summary, quiet)
    write_table(found.to_arrow(), Format(output), TYPES)
