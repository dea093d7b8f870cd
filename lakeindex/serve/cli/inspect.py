"""The commands that show an index: its status, its tables, their columns and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.profile_limits import RawValues
from lakeindex.config.ranges import JOINED_ROWS, SQL_SECONDS
from lakeindex.config.settings import bytes_of
from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.layouts import PROFILE, TABLES, titled
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, read_settings, with_format, with_lake
from lakeindex.serve.cli.output import (
    Format,
    Layout,
    as_json,
    print_line,
    print_message,
    write_batches,
    write_grid,
    write_table,
)

if TYPE_CHECKING:
    from lakeindex.lake import Lake


@click.command()
@with_lake
@with_format
def status(output: str, **opening: Any) -> None:
    """Show what the index is and what it was made with; with --allow, nothing that tells of other tables."""
    import pyarrow as pa

    from lakeindex.store.generations import numbers_in

    lake = open_lake(**opening)
    generation = lake.generation
    manifest = generation.manifest
    is_whole = not lake.opened.is_restricted
    fields = {
        "generation": generation.number,
        "lake": manifest.lake,
        "tables": manifest.tables,
        "columns": manifest.columns,
        "failed": manifest.failed if is_whole else None,
        "logical_hash": lake.logical_hash if is_whole else None,
        "models": manifest.models,
        "format": manifest.format,
        "bytes": manifest.bytes if is_whole else None,
    }
    if sampled := lake.opened.searcher.directory.count_sampled():
        fields["sampled"] = sampled  # tables of which only a sample was read: `lakeindex tables` names them
    if is_whole:
        fields["generations"] = sorted(numbers_in(generation.folder.parent.parent))
    if output == Format.JSON:
        print_line(as_json(fields | {"calibration": _calibration(lake)}, indent=1))
        return
    if output == Format.TABLE:
        write_grid(["what", "is"], _facts(fields), Layout(wraps=("is",)))
    else:
        write_table(pa.Table.from_pylist([fields | {"models": as_json(manifest.models)}]), Format(output))


def _facts(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what people see of a status, one line each: what isn't told to whoever asks is left out."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from ((f"model: {role}", fingerprint) for role, fingerprint in value.items())
        elif name == "generations":
            yield name, ", ".join(map(_with_place(fields["generation"]), value))
        elif value is not None:
            yield name, f"{value / 1e6:,.1f} MB" if name == "bytes" else str(value)


def _with_place(current: int) -> Callable[[int], str]:
    places = {True: " (newer: lakeindex rollback --to returns to it)", False: ""}
    return lambda number: f"{number} (answers)" if number == current else f"{number}{places[number > current]}"


def _calibration(lake: Lake) -> dict[str, object]:
    """Describe how far probabilities hold, on which lakes that was measured, and what this lake's own joins change."""
    reranking = lake.opened.reranking
    shipped = reranking.measured_calibration
    # Of whoever may see some tables only, the joins of others are none of the business.
    own = None if lake.opened.is_restricted else asdict(reranking.lake_calibration)
    return {"threshold": shipped.calibration.threshold, **shipped.measured, "lake": own}


@click.command()
@with_lake
@click.option("--parts", is_flag=True, help="List the files of tables that lie in many.")
@with_format
def tables(parts: bool, output: str, **opening: Any) -> None:
    """List the lake's tables."""
    lake = open_lake(**opening)
    write_table(lake.parts() if parts else lake.tables(), Format(output), TABLES)


@click.command()
@click.argument("table")
@click.argument("column", required=False)
@with_lake
@with_format
def profile(table: str, column: str | None, output: str, **opening: Any) -> None:
    """Show the profiles of a table's columns, or of one."""
    lake = open_lake(**opening)
    write_table(lake.profile(table, column), Format(output), titled(PROFILE, table))
    kept = lake.opened.kept_values
    if kept is not RawValues.SAMPLE:
        print_message(f"minimum, maximum, quantiles and values are not kept: the index was built with values = {kept}")


@click.command()
@click.argument("table", metavar="TABLE|FILE")
@with_lake
@click.option("--header", type=click.Choice(["auto", "yes", "no"]), help="Whether the first row names the columns.")
@with_format
def read(table: str, header: str | None, output: str, **opening: Any) -> None:
    """Write a table, or without --allow a file from anywhere, as lakeindex understands it."""
    from lakeindex.build.read_table import member_of_archive, read_file

    settings = read_settings(header=header, allow=opening["allow"] or None)
    may_be_file = settings.allow is None  # of a file, nothing tells whose it is
    if may_be_file and Path(table).is_file():
        rows = read_file(Path(table), settings)
    elif may_be_file and (member := member_of_archive(Path(table))):
        rows = read_file(member[0], settings, table=member[1])
    else:
        rows = open_lake(**opening, header=header).read(table)
    write_batches(rows.batches, rows.schema, Format(output), Layout(table))
    for note in rows.notes:
        print_message(note)


@click.command()
@click.argument("statement")
@with_lake
@click.option("--seconds", type=InRange(SQL_SECONDS), default=60, show_default=True, help="How long it may take.")
@click.option("--most-rows", type=InRange(JOINED_ROWS), metavar="N", help="End after so many rows [default: none].")
@click.option("--most-bytes", default="10GB", show_default=True, help="End after so much data, as it is in memory.")
@with_format
def sql(statement: str, seconds: float, most_rows: int | None, most_bytes: str, output: str, **opening: Any) -> None:
    """Run a SELECT on the lake; every table goes by its path in double quotes.

    It runs in a process that can't write, and reads nothing but the lake.
    """
    size = bytes_of(most_bytes)
    if not size:
        raise click.BadParameter(f"{most_bytes!r} is no amount; write it as 10GB or 500MB", param_hint="--most-bytes")
    with ending_with_reader():
        schema, batches = open_lake(**opening).sql_batches(statement, seconds, most_rows, size)
        write_batches(batches, schema, Format(output))
