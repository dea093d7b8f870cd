"""The command that tells where a cell of an integrated table came from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lakeindex.serve.cli.options import with_format
from lakeindex.serve.cli.output import Format, as_json, print_line, print_message, write_table


@click.command()
@click.argument("provenance", type=click.Path(path_type=Path))
@click.argument("row", type=int)
@click.argument("column")
@with_format
def why(provenance: Path, row: int, column: str, output: str) -> None:
    """Show where the cell of a result came from: who says so, what lost, and what decided.

    PROVENANCE is the file that `integrate --provenance` wrote; rows count from 0.
    """
    import pyarrow as pa

    from lakeindex.integrate.provenance.why import why as origin_of

    cell = origin_of(provenance, row, column)
    if output == Format.JSON:
        print_line(as_json(asdict(cell), indent=1))
        return
    if output == Format.TABLE:
        print_message(cell.text.split("\n", 1)[0])
    claims = [("won", one) for one in cell.sources] + [("lost", one) for one in cell.lost]
    fields: list[tuple[str, pa.DataType]] = [
        ("verdict", pa.string()),
        ("table", pa.string()),
        ("row", pa.int64()),
        ("value", pa.string()),
    ]
    rows = [{"verdict": verdict, **asdict(one)} for verdict, one in claims]
    write_table(pa.Table.from_pylist(rows, pa.schema(fields)), Format(output))
