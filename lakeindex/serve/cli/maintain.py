"""The commands that maintain an index: verify its files, roll back to an earlier generation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import GENERATION
from lakeindex.errors import IndexUnusable
from lakeindex.escaping.counted import counted
from lakeindex.serve.cli.layouts import DAMAGE
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import read_settings, with_format, with_index, with_quiet
from lakeindex.serve.cli.output import Format, as_json, print_line, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.store.generations import Checked


@click.command()
@with_index
@with_format
@with_quiet
def verify(index: str | None, output: str, quiet: bool) -> None:
    """Check every file of the index; name what is damaged."""
    import pyarrow as pa

    from lakeindex.lake import Lake

    settings = read_settings(index=index)
    checked = Lake.verify(settings.index, settings)
    rows = [_row(one, damage.file, damage.what) for one in checked for damage in one.damages]
    verdicts = _damages_of_verdicts(Path(settings.index))
    rows += verdicts
    if output == Format.JSON:
        print_line(as_json({"generations": [_generation_row(one) for one in checked], "damaged": rows}, indent=1))
    elif rows or output != Format.TABLE:
        kinds = {"generation": pa.int64(), "current": pa.bool_(), "file": pa.string(), "damage": pa.string()}
        schema = pa.schema([pa.field(name, kind) for name, kind in kinds.items()])
        write_table(pa.Table.from_pylist(rows, schema), Format(output), DAMAGE)
    for one in checked:
        print_message(_sentence(one), quiet)
    for row in verdicts:
        print_message(row["damage"], quiet)
    if rows:
        sys.exit(IndexUnusable.exit_code)


@click.command()
@with_index
@click.option(
    "--to",
    type=InRange(GENERATION),
    metavar="NUMBER",
    help="The generation that is to answer [default: the one before].",
)
@with_quiet
def rollback(index: str | None, to: int | None, quiet: bool) -> None:
    """Return to the generation before."""
    from lakeindex.lake import Lake

    settings = read_settings(index=index)
    generation = Lake.rollback(settings.index, to, settings)
    print_message(
        f"generation {generation.number} answers now; a newer one stays until the next build: "
        "lakeindex rollback --to NUMBER returns to it",
        quiet,
    )


def _row(checked: Checked, file: str, what: str) -> dict[str, Any]:
    return {"generation": checked.number, "current": checked.is_current, "file": file, "damage": what}


def _damages_of_verdicts(index: Path) -> list[dict[str, Any]]:
    from lakeindex.store.verdict_files import damages_of_verdicts

    found = damages_of_verdicts(index)
    return [{"generation": None, "current": None, "file": file, "damage": what} for file, what in found.items()]


def _generation_row(checked: Checked) -> dict[str, Any]:
    return {"generation": checked.number, "current": checked.is_current, "damaged": len(checked.damages)}


def _sentence(checked: Checked) -> str:
    which = f"generation {checked.number}" + (", which answers," if checked.is_current else "")
    if not checked.damages:
        return f"{which} is whole"
    advice = "return to the one before (lakeindex rollback) or build the index again" if checked.is_current else ""
    return f"{which} is damaged in {counted(len(checked.damages), 'place')}" + (f"; {advice}" if advice else "")
