"""The commands for feedback: accept and reject pairs of columns, list and move the verdicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    import pyarrow as pa

_PAIR = ("left_table", "left_column", "right_table", "right_column")


def _with_pair(command: Callable[..., Any]) -> Callable[..., Any]:
    for name in reversed(_PAIR):
        command = click.argument(name)(command)
    return command


def _with_note(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--note", default="", help="Why, for whoever reads the list.")(command)


@click.command()
@_with_pair
@_with_note
@with_lake
@with_quiet
def accept(note: str, quiet: bool, **given: Any) -> None:
    """Accept that two columns join: they do from now on, and pairs like them are more probable."""
    left, right = _columns(*(given.pop(name) for name in _PAIR))
    open_lake(**given).accept(left, right, note=note)
    print_message(f"accepted: {left} and {right}", quiet)


@click.command()
@_with_pair
@_with_note
@with_lake
@with_quiet
def reject(note: str, quiet: bool, **given: Any) -> None:
    """Reject that two columns join: they don't from now on, and pairs like them are less probable."""
    left, right = _columns(*(given.pop(name) for name in _PAIR))
    open_lake(**given).reject(left, right, note=note)
    print_message(f"rejected: {left} and {right}", quiet)


@click.command()
@click.option("--remove", nargs=4, metavar=" ".join(_PAIR).upper(), help="Take a verdict back.")
@click.option("--import", "imported", type=click.Path(path_type=Path), help="Take over the verdicts of a CSV file.")
@click.option("--export", "exported", type=click.Path(path_type=Path), help="Write all verdicts to a CSV file.")
@click.option("--force", is_flag=True, help="Let --export write over a file.")
@with_lake
@with_format
@with_quiet
def feedback(
    remove: tuple[str, str, str, str] | None,
    imported: Path | None,
    exported: Path | None,
    force: bool,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """List which pairs were accepted and rejected."""
    if sum(one is not None for one in (remove, imported, exported)) > 1:
        raise click.UsageError("give one of --remove, --import and --export")
    lake = open_lake(**opening)
    if remove is not None:
        left, right = _columns(*remove)
        lake.withdraw(left, right)
        print_message(f"there is no verdict any more on {left} and {right}", quiet)
    elif imported is not None:
        given = lake.opened.verdicts.import_csv(imported)
        print_message(f"took over {_counted(given.num_rows)} of {imported}{_unknown(given)}", quiet)
    elif exported is not None:
        print_message(f"wrote {_counted(lake.opened.verdicts.export_csv(exported, force))} to {exported}", quiet)
    else:
        write_table(lake.feedback(), Format(output))


def _columns(left_table: str, left_column: str, right_table: str, right_column: str) -> tuple[ColumnId, ColumnId]:
    return ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)


def _counted(verdicts: int) -> str:
    return "1 verdict" if verdicts == 1 else f"{verdicts} verdicts"


def _unknown(given: pa.Table) -> str:
    gone = given["in_lake"].to_pylist().count(False)
    return f"; {gone} of them on columns that the lake doesn't have, which count once it has them" if gone else ""
