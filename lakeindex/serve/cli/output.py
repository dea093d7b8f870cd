"""Print results: data on stdout in the chosen format, everything else on stderr.

What is for people (table, md, messages) never holds a character that a terminal obeys or hides. Data (csv, json, jsonl,
arrow) is written as it is, but to a terminal: what is shown there is for people, too.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from io import IOBase
from typing import TYPE_CHECKING, Any, cast

import click

from lakeindex.escaping.markup import markdown_cells
from lakeindex.escaping.visible import visible, visible_json
from lakeindex.serve.cli.cells import as_json, json_cells, shown
from lakeindex.serve.cli.chunks import Chunk, chunks_of_batches, chunks_of_rows
from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.csv_out import write_chunks_as_csv
from lakeindex.serve.cli.grid import for_no_room, write_chunks_as_grid
from lakeindex.serve.cli.grid_layout import Layout
from lakeindex.serve.cli.logs import is_quiet, write_message

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Format", "Layout", "as_json", "print_error", "print_line", "print_message", "print_text", "shown", "write_batches",
    "write_csv", "write_grid", "write_markdown", "write_table",
]  # fmt: skip


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"
    ARROW = "arrow"


def write_table(table: pa.Table, form: Format, layout: Layout | None = None, spreadsheet: bool | None = None) -> None:
    """Write the rows of an Arrow table, as `write_batches` does."""
    write_batches(iter(table.to_batches()), table.schema, form, layout, spreadsheet)


def write_batches(
    batches: Iterator[pa.RecordBatch],
    schema: pa.Schema,
    form: Format,
    layout: Layout | None = None,
    spreadsheet: bool | None = None,
) -> None:
    """Write rows as they come, in memory that doesn't grow with their number; `layout` is that of a table for people.

    CSV is written for a spreadsheet where `spreadsheet` says so; unless given, where the command has `--spreadsheet`.
    Raises UsageError for `arrow` on a terminal, BrokenPipeError where nobody reads stdout any more.
    """
    if form is Format.ARROW:
        _write_arrow(batches, schema)
        return
    names, chunks = list(schema.names), chunks_of_batches(batches)
    with ending_with_reader():
        if form is Format.CSV:
            write_chunks_as_csv(names, chunks, spreadsheet)
        elif form is Format.JSONL:
            _write_jsonl(names, chunks)
        elif form is Format.JSON:
            _write_json(names, chunks)
        elif form is Format.MD:
            _write_chunks_as_markdown(names, chunks)
        else:
            _write_grid(names, chunks, layout)


def write_csv(names: Sequence[str], rows: Iterable[Iterable[Any]], spreadsheet: bool | None = None) -> None:
    """Write rows as CSV; null is an empty cell."""
    with ending_with_reader():
        write_chunks_as_csv(names, chunks_of_rows(rows), spreadsheet)


def write_markdown(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows as a Markdown table."""
    _write_chunks_as_markdown(names, chunks_of_rows(rows))


def write_grid(names: Sequence[str], rows: Iterable[Iterable[Any]], layout: Layout | None = None) -> None:
    """Write rows as a table for people."""
    _write_grid(names, chunks_of_rows(rows), layout)


def print_message(message: str, quiet: bool = False) -> None:
    """Print a message for people on stderr."""
    if not (quiet or is_quiet()):
        write_message(message)


def print_error(message: str) -> None:
    """Print on stderr what went wrong, however quiet the command is to be."""
    write_message(message, logging.ERROR)


def print_text(text: str) -> None:
    """Print a line for people on stdout."""
    sys.stdout.write(visible(text) + "\n")


def print_line(text: str) -> None:
    """Print a line of data on stdout; on a terminal with JSON's escapes, which leave JSON the same data."""
    sys.stdout.write((visible_json(text) if sys.stdout.isatty() else text) + "\n")


def _write_grid(names: Sequence[str], chunks: Iterator[Chunk], layout: Layout | None) -> None:
    if left_out := write_chunks_as_grid(names, chunks, layout):
        print_message(for_no_room(left_out))


def _write_jsonl(names: list[str], chunks: Iterator[Chunk]) -> None:
    row = "{" + ", ".join(f"{_json_name(name)}: %s" for name in dict.fromkeys(names)) + "}"
    for chunk in chunks:
        print_line("\n".join(_json_rows(row, names, chunk, None)))
        sys.stdout.flush()


def _write_json(names: list[str], chunks: Iterator[Chunk]) -> None:
    """Write an array as `as_json` with an indent of 1 writes it, as rows come."""
    row = " {\n" + ",\n".join(f"  {_json_name(name)}: %s" for name in dict.fromkeys(names)) + "\n }"
    has_begun = False
    for chunk in chunks:
        sys.stdout.write(",\n" if has_begun else "[\n")
        text = ",\n".join(_json_rows(row, names, chunk, 1))
        sys.stdout.write(visible_json(text) if sys.stdout.isatty() else text)
        sys.stdout.flush()
        has_begun = True
    print_line("\n]" if has_begun else "[]")


def _json_name(name: str) -> str:
    return as_json(name).replace("%", "%%")


def _json_rows(row: str, names: list[str], chunk: Chunk, indent: int | None) -> Iterator[str]:
    # Of two columns with one name, an object has the last.
    columns = dict(zip(names, chunk, strict=True))
    return (row % values for values in zip(*(json_cells(column, indent) for column in columns.values()), strict=True))


def _write_chunks_as_markdown(names: Sequence[str], chunks: Iterator[Chunk]) -> None:
    sys.stdout.write("| " + " | ".join(markdown_cells(names)) + " |\n")
    sys.stdout.write("|" + " --- |" * len(names) + "\n")
    for chunk in chunks:
        columns = [markdown_cells(list(map(shown, values))) for values in chunk]
        sys.stdout.write("".join(f"| {' | '.join(row)} |\n" for row in zip(*columns, strict=True)))
        sys.stdout.flush()


def _write_arrow(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
    import pyarrow as pa

    if sys.stdout.isatty():
        raise click.UsageError("arrow is for programs, not for a terminal: redirect it, as in -o arrow > rows.arrow")
    stream = pa.PythonFile(cast(IOBase, sys.stdout.buffer))
    with ending_with_reader(), pa.ipc.new_stream(stream, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
