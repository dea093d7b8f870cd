"""The command that shows what tells the rows of a table apart."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.serve.cli.layouts import KEYS, titled
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table


@click.command()
@click.argument("table")
@click.option("--dependencies", is_flag=True, help="List instead which columns decide which others.")
@with_lake
@with_format
@with_quiet
def keys(table: str, dependencies: bool, output: str, quiet: bool, **opening: Any) -> None:
    """Show the keys of a table: the columns that tell its rows apart, alone or together."""
    found = open_lake(**opening).keys(table)
    listed = found.dependencies() if dependencies else found.to_arrow()
    write_table(listed, Format(output), titled(KEYS, table))
    for remark in found.remarks:
        print_message(remark, quiet)
