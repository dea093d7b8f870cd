"""The command that shows how the tables of a lake hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import SHARE
from lakeindex.lake_map.likely import LIKELY
from lakeindex.serve.cli.layouts import RELATIONSHIPS
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_line, print_message, write_table

if TYPE_CHECKING:
    import pyarrow as pa

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
    elif output == Format.TABLE:
        write_table(_with_whole_names(found.to_arrow()), Format.TABLE, RELATIONSHIPS)
    else:
        write_table(found.to_arrow(), Format(output))
    for remark in found.remarks:
        print_message(remark, quiet)


def _with_whole_names(found: pa.Table) -> pa.Table:
    """Put each table and column together for people, as `table · column`."""
    import pyarrow.compute as pc

    for side in ("parent", "child"):
        parts: Any = (found[f"{side}_table"], found[f"{side}_column"], " · ")
        named: Any = pc.binary_join_element_wise(*parts)
        found = found.drop_columns([f"{side}_table", f"{side}_column"]).add_column(0, side, named)
    return found
