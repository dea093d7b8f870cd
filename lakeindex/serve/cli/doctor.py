"""The command that examines an installation, the machine and the index."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import click

from lakeindex.serve.cli.options import read_settings, with_format, with_lake
from lakeindex.serve.cli.output import Format, as_json, print_line, print_message, write_grid, write_table

_ILL = 1
_FIELDS = ("check", "state", "found", "advice")


@click.command()
@with_lake
@with_format
def doctor(output: str, **given: Any) -> None:
    """Examine the installation, the machine and the index.

    Exits with 1 where something doesn't work; every finding says what to do about it.
    """
    from lakeindex.serve.doctor.examine import examine
    from lakeindex.serve.doctor.finding import State

    found = list(examine(read_settings(**given | {"allow": given["allow"] or None})))
    _write([asdict(one) for one in found], Format(output))
    counts = {state: sum(one.state is state for one in found) for state in (State.ERROR, State.WARNING)}
    print_message(_sentence(counts[State.ERROR], counts[State.WARNING]))
    if counts[State.ERROR]:
        sys.exit(_ILL)


def _write(rows: list[dict[str, str]], form: Format) -> None:
    """Write the findings; to people and as JSON without pyarrow, which may be what is broken."""
    if form is Format.JSON:
        print_line(as_json(rows, indent=1))
    elif form is Format.TABLE:
        write_grid(_FIELDS, [[row[name] for name in _FIELDS] for row in rows])
    else:
        import pyarrow as pa

        write_table(pa.Table.from_pylist(rows, pa.schema(dict.fromkeys(_FIELDS, pa.string()))), form)


def _sentence(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "everything works"
    some = [_counted(errors, "thing doesn't", "things don't", " work")] if errors else []
    some += [_counted(warnings, "warning", "warnings", "")] if warnings else []
    return " and ".join(some)


def _counted(number: int, one: str, more: str, end: str) -> str:
    return f"{number} {one if number == 1 else more}{end}"
