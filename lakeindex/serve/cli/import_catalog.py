"""The command that brings back what a data catalog, or dbt, says of joins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lakeindex.export.pull.pulling import Source
from lakeindex.serve.cli.naming_options import with_naming
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.export.naming import Naming


@click.command("import")
@click.argument("source", type=click.Choice([str(one) for one in Source]))
@click.option("--from", "place", required=True, metavar="URL|PATH", help="The catalog, or dbt's project.")
@click.option("--dry-run", is_flag=True, help="Keep nothing: only say what would be kept.")
@with_naming
@with_lake
@with_format
@with_quiet
def import_catalog(
    source: str, place: str, dry_run: bool, naming: Naming, output: str, quiet: bool, **opening: Any
) -> None:
    """Keep joins that are declared or confirmed in a data catalog, or in dbt, as verdicts."""
    from lakeindex.export.outcome import summary, to_arrow
    from lakeindex.export.pull.pulling import pull

    outcomes = pull(open_lake(**opening), Source(source), place, naming, dry_run)
    write_table(to_arrow(outcomes), Format(output))
    print_message(summary(outcomes), quiet)
