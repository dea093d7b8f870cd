"""The commands that show an index: its status, its tables, their columns and rows."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lakeindex.config.profile_limits import RawValues
from lakeindex.serve.cli.options import open_lake, read_settings, with_format, with_index
from lakeindex.serve.cli.output import Format, as_json, print_line, print_message, write_batches, write_table

if TYPE_CHECKING:
    from lakeindex.lake import Lake


@click.command()
@with_index
@with_format
def status(index: str | None, output: str) -> None:
    """Show what the index is and what it was made with."""
    import pyarrow as pa

    lake = open_lake(index)
    generation = lake.generation
    manifest = generation.manifest
    fields = {
        "generation": generation.number,
        "lake": manifest.lake,
        "tables": manifest.tables,
        "columns": manifest.columns,
        "failed": manifest.failed,
        "logical_hash": lake.logical_hash,
        "models": manifest.models,
        "format": manifest.format,
        "bytes": manifest.bytes,
    }
    if output == Format.JSON:
        print_line(as_json(fields | {"calibration": _calibration(lake)}, indent=1))
        return
    write_table(pa.Table.from_pylist([fields | {"models": as_json(manifest.models)}]), Format(output))


def _calibration(lake: Lake) -> dict[str, object]:
    """Describe how far probabilities hold, on which lakes that was measured, and what this lake's own joins change."""
    reranking = lake.opened.reranking
    shipped, own = reranking.measured_calibration, asdict(reranking.lake_calibration)
    return {"threshold": shipped.calibration.threshold, **shipped.measured, "lake": own}


@click.command()
@with_index
@with_format
def tables(index: str | None, output: str) -> None:
    """List the lake's tables."""
    write_table(open_lake(index).tables(), Format(output))


@click.command()
@click.argument("table")
@click.argument("column", required=False)
@with_index
@with_format
def profile(table: str, column: str | None, index: str | None, output: str) -> None:
    """Show the profiles of a table's columns, or of one."""
    lake = open_lake(index)
    write_table(lake.profile(table, column), Format(output), table)
    kept = lake.opened.kept_values
    if kept is not RawValues.SAMPLE:
        print_message(f"minimum, maximum, quantiles and values are not kept: the index was built with values = {kept}")


@click.command()
@click.argument("table", metavar="TABLE|FILE")
@with_index
@click.option("--header", type=click.Choice(["auto", "yes", "no"]), help="Whether the first row names the columns.")
@with_format
def read(table: str, index: str | None, header: str | None, output: str) -> None:
    """Write a table, or a file from anywhere, as lakeindex understands it."""
    from lakeindex.build.read_table import member_of_archive, read_file

    if Path(table).is_file():
        rows = read_file(Path(table), read_settings(header=header))
    elif member := member_of_archive(Path(table)):
        rows = read_file(member[0], read_settings(header=header), table=member[1])
    else:
        rows = open_lake(index, header=header).read(table)
    write_batches(rows.batches, rows.schema, Format(output), table)
    for note in rows.notes:
        print_message(note)


@click.command()
@click.argument("statement")
@with_index
@click.option(
    "--seconds", type=click.FloatRange(0.001, 1e6), default=60.0, show_default=True, help="How long it may take."
)
@click.option(
    "--most-rows", type=click.IntRange(0, 10**15), metavar="N", help="End after so many rows [default: none]."
)
@click.option("--most-bytes", default="10GB", show_default=True, help="End after so much data, as it is in memory.")
@with_format
def sql(statement: str, index: str | None, seconds: float, most_rows: int | None, most_bytes: str, output: str) -> None:
    """Run a SELECT on the lake; every table goes by its path in double quotes.

    It runs in a process that can't write, and reads nothing but the lake.
    """
    from lakeindex.config.settings import bytes_of

    size = bytes_of(most_bytes)
    if not size:
        raise click.BadParameter(f"{most_bytes!r} is no amount; write it as 10GB or 500MB", param_hint="--most-bytes")
    lake = open_lake(index)
    lake.opened.tables.for_strangers.watch_output(sys.stdout)
    schema, batches = lake.sql_batches(statement, seconds, most_rows, size)
    write_batches(batches, schema, Format(output))
