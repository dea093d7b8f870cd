"""The command that shows how the tables of a lake hang together."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.config.ranges import SHARE
from lakeindex.lake_map.likely import LIKELY
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_line, print_message, write_table

_TEXTS = ("mermaid", "dbml", "dot", "dbt", "sql")


@click.command()
@click.option(
    "--min-probability",
    type=InRange(SHARE),
    default=LIKELY,
    show_default=True,
    help="Leave out inferred references that are less probable.",
)
@with_lake
@click.option(
    "-o",
    "--output",
    type=click.Choice([*map(str, Format), *_TEXTS]),
    default=str(Format.TABLE),
    show_default=True,
    help="How they are written: as rows, as a diagram, or in the words of another tool.",
)
@with_quiet
def relationships(min_probability: float, output: str, quiet: bool, **opening: Any) -> None:
    """Show which columns refer to which keys, over the whole lake."""
    found = open_lake(**opening).relationships(min_probability)
    if output in _TEXTS:
        print_line(found.text(output))
    else:
        write_table(found.to_arrow(), Format(output))
    for remark in found.remarks:
        print_message(remark, quiet)
