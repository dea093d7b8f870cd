"""The option `--spreadsheet` of every command that writes CSV."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

from lakeindex.serve.cli.csv_out import SPREADSHEET

Command = TypeVar("Command", bound=Callable[..., Any])

_CSV = "csv"
_HELP = "Write CSV for a spreadsheet: no formula runs, no digit is lost. It is for looking at, no longer data."


def with_spreadsheet(command: Command) -> Command:
    """Add `--spreadsheet`, which stands for `-o csv`, or goes with `--out FILE.csv`; what writes CSV asks for it."""

    @wraps(command)
    def invoked(*arguments: Any, spreadsheet: bool, **options: Any) -> Any:
        if spreadsheet:
            context = click.get_current_context()
            options = _writing_csv(options, context)
            context.meta[SPREADSHEET] = True
        return command(*arguments, **options)

    return cast(Command, click.option("--spreadsheet", is_flag=True, help=_HELP)(invoked))


def _writing_csv(options: dict[str, Any], context: click.Context) -> dict[str, Any]:
    """Return the options, so that CSV is written. Raises UsageError where they ask for another format."""
    out: Path | None = options.get("out")
    if out is not None:
        if out.suffix.lower() != f".{_CSV}":
            raise click.UsageError(f"--spreadsheet is for CSV: let {out.name!r} end with .csv, or leave it away")
        return options
    is_default = context.get_parameter_source("output") is ParameterSource.DEFAULT
    if options["output"] != _CSV and not is_default:
        raise click.UsageError(f"--spreadsheet is for -o csv, not for -o {options['output']}")
    return options | {"output": _CSV}
