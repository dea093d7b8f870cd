"""The command that finds joins which help to predict a column."""

from __future__ import annotations

from typing import Any

import click

from lakeindex.config.ranges import NO_OR_SOME_ANSWERS, SHARE
from lakeindex.serve.cli.layouts import ENRICHED
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table


@click.command()
@click.argument("table")
@click.option("--target", required=True, metavar="COLUMN", help="The column of the table to predict.")
@with_lake
@click.option("-k", type=InRange(NO_OR_SOME_ANSWERS), default=10, show_default=True, help="Joins to measure, at most.")
@click.option("--min-probability", type=InRange(SHARE), default=0.5, show_default=True, help="Of a join, at least.")
@with_format
@with_quiet
def enrich(
    table: str, target: str, k: int, min_probability: float, output: str, quiet: bool, **opening: Any
) -> None:  # fmt: skip
    """Find the joins that bring columns which help to predict a column."""
    from lakeindex.lake.enriching import EnrichRequest

    found = open_lake(**opening).enrich(table, target, EnrichRequest(k, min_probability))
    print_message(found.describe(), quiet)
    for note in found.notes:
        print_message(f"not measured: {note}", quiet)
    if not found.found:
        print_message("no join gives a row of the table one partner: there is nothing to add", quiet)
    write_table(found.to_arrow(), Format(output), ENRICHED)
