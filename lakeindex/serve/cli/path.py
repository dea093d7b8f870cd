"""The command that finds how to get from one table to another."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.config.ranges import HOPS, NO_OR_SOME_ANSWERS, SHARE
from lakeindex.serve.cli.layouts import PATHS
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_line, print_message, write_table


@click.command()
@click.argument("first_table")
@click.argument("last_table")
@with_lake
@click.option("--hops", type=InRange(HOPS), default=3, show_default=True, help="Joins of a path, at most.")
@click.option("-k", type=InRange(NO_OR_SOME_ANSWERS), default=5, show_default=True, help="Paths, at most.")
@click.option(
    "--min-probability", type=InRange(SHARE), default=0.3, show_default=True, help="Of each join of a path, at least."
)
@click.option("--sql", "rank", type=InRange(NO_OR_SOME_ANSWERS), metavar="RANK", help="Print the statement of a path.")
@with_format
@with_quiet
def path(
    first_table: str,
    last_table: str,
    hops: int,
    k: int,
    min_probability: float,
    rank: int | None,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """Find how two tables join through others, and what each join does to the rows."""
    from lakeindex.lake.paths import PathRequest

    found = open_lake(**opening).paths(first_table, last_table, PathRequest(hops, k, min_probability))
    if rank is not None:
        print_line(found.join(rank).sql())
        return
    print_message(found.describe(), quiet)
    for note in found.notes():
        print_message(f"rows are not counted: {note}", quiet)
    for place, one in enumerate(found.found.paths, 1):
        if one.trap:
            print_message(f"path {place}: {one.trap}", quiet)
    form = Format(output)
    write_table(found.for_people() if form in (Format.TABLE, Format.MD) else found.to_arrow(), form, PATHS)
