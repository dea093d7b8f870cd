"""Print results: data on stdout in the chosen format, everything else on stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from io import IOBase
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pyarrow as pa

_WIDTH = 150  # of a table that goes to no terminal


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"
    ARROW = "arrow"


def write_table(table: pa.Table, form: Format, title: str = "") -> None:
    """Write the rows of an Arrow table."""
    write_batches(iter(table.to_batches()), table.schema, form, title)


def write_batches(batches: Iterator[pa.RecordBatch], schema: pa.Schema, form: Format, title: str = "") -> None:
    """Write rows as they come, batch by batch where the format allows it."""
    if form is Format.ARROW:
        _write_arrow(batches, schema)
        return
    rows = (row for batch in batches for row in batch.to_pylist())
    if form is Format.CSV:
        write_csv(schema.names, (row.values() for row in rows))
    elif form is Format.JSONL:
        for row in rows:
            print_line(as_json(row))
    elif form is Format.JSON:
        print_line(as_json(list(rows), indent=1))
    elif form is Format.MD:
        write_markdown(schema.names, (row.values() for row in rows))
    else:
        write_grid(schema.names, (row.values() for row in rows), title)


def write_csv(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows as CSV; null is an empty cell."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    out.writerows(["" if value is None else _flat(value) for value in row] for row in rows)


def write_markdown(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows as a Markdown table."""
    print_line("| " + " | ".join(names) + " |")
    print_line("|" + " --- |" * len(names))
    for row in rows:
        cells = (shown(value).replace("|", "\\|").replace("\n", " ") for value in row)
        print_line("| " + " | ".join(cells) + " |")


def write_grid(names: Sequence[str], rows: Iterable[Iterable[Any]], title: str = "") -> None:
    """Write rows as a table for people."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    grid = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        grid.add_column(name, overflow="fold")
    for row in rows:
        # Text, so that a value is never taken for markup.
        grid.add_row(*[Text(shown(value)) for value in row])
    console.print(grid)


def print_message(message: str, quiet: bool = False) -> None:
    """Print a message for people on stderr."""
    if not quiet:
        sys.stderr.write(message + "\n")


def print_line(text: str) -> None:
    """Print a line of data on stdout."""
    sys.stdout.write(text + "\n")


def as_json(value: object, indent: int | None = None) -> str:
    """Return JSON; what JSON can't express (dates, bytes, nan) becomes text or null."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=indent, default=str)


def shown(value: object) -> str:
    """Return a value as text for people."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    return str(value)


def _flat(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return as_json(value) if isinstance(value, list | dict) else value


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _write_arrow(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
    import pyarrow as pa

    with pa.ipc.new_stream(pa.PythonFile(cast(IOBase, sys.stdout.buffer)), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
