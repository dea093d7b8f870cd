"""The command that makes one table of many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import JOINED_ROWS
from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.lineage import datasets_of_integrate, with_openlineage
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, as_json, print_line, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.integrate.plan import IntegrationPlan

_RULES = ("auto", "majority", "truth discovery", "recency")
_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("tables", nargs=-1, metavar="TABLE...")
@click.option("--all", "is_all", is_flag=True, help="Integrate all tables of the lake.")
@click.option(
    "--key",
    multiple=True,
    metavar="COLUMN",
    help="Rows with the same value here are of one entity; more than once, with the same values of all. Without, rows "
    "are linked by how likely they describe the same thing.",
)
@with_lake
@click.option("--plan", "is_plan", is_flag=True, help="Show the alignment, and how many rows meet; make nothing.")
@click.option("--alignment", type=_FILE, help="Which columns are the same attribute: a CSV as --plan -o csv writes it.")
@click.option("--rule", type=click.Choice(_RULES), default="auto", show_default=True, help="Which value is taken.")
@click.option("--newest-by", metavar="COLUMN", help="Says when a row was written: of ties, the newer value is taken.")
@click.option(
    "--ask-model",
    is_flag=True,
    help="Let the language model at LAKEINDEX_CHAT_URL choose among the values of ties, which are sent to it.",
)
@click.option("--out", type=_FILE, help="Write the lines to a .parquet, .csv or .json file, the provenance beside it.")
@click.option("--provenance", type=_FILE, help="Write where each cell came from, for `why` [default: beside --out].")
@click.option(
    "--most-lines",
    type=InRange(JOINED_ROWS),
    default=1_000_000,
    show_default=True,
    help="Of more lines than this, only joins that multiply nothing are made.",
)
@click.option("--force", is_flag=True, help="Write over files that exist.")
@with_openlineage("integrate", datasets_of_integrate)
@with_format
@with_quiet
def integrate(
    tables: tuple[str, ...],
    is_all: bool,
    key: tuple[str, ...],
    is_plan: bool,
    alignment: Path | None,
    rule: str,
    newest_by: str | None,
    ask_model: bool,
    out: Path | None,
    provenance: Path | None,
    most_lines: int,
    force: bool,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """Integrate tables into one: a line an entity, every attribute under its own name."""
    if is_all == bool(tables):
        raise click.UsageError("name the tables to integrate, or give --all, not both")
    from lakeindex.integrate.write_integration import provenance_path, require_both_writable, write_integration

    if out is not None and provenance is None:
        provenance = provenance_path(out)
    out, provenance = (path and path.absolute() for path in (out, provenance))
    require_both_writable(out, provenance, force)
    named = None if is_all else tables
    with ending_with_reader():
        lake = open_lake(**opening)
        if is_plan:
            _print_plan(lake.plan_integration(named, key, alignment), Format(output), quiet)
            return
        made = lake.integrate(named, key, alignment, rule, newest_by, ask_model, most_lines)
        write_integration(made, lake.opened.tables, out, provenance, force)
        if out is None:
            write_table(made.to_arrow(), Format(output))
    print_message(made.describe(), quiet)
    for remark in made.remarks:
        print_message(remark, quiet)


def _print_plan(plan: IntegrationPlan, form: Format, quiet: bool) -> None:
    if form is Format.JSON:
        print_line(as_json(plan.to_json(), indent=1))
    else:
        write_table(plan.to_arrow(), form)
    for line in (*(plan.describe() if form is not Format.JSON else ()), *plan.remarks):
        print_message(line, quiet)
