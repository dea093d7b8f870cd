"""The command that shows the settings, and where each comes from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from lakeindex.config.trusted_settings import SECRETS
from lakeindex.serve.cli.options import read_with_origins, with_format, with_lake
from lakeindex.serve.cli.output import Format, write_table

_HIDDEN = "(set, not shown)"


@click.group()
def config() -> None:
    """Show the settings that a command run here would have."""


@config.command()
@click.option("--origin", is_flag=True, help="Name where each comes from.")
@with_lake
@with_format
def show(origin: bool, output: str, **flags: Any) -> None:
    """Show every setting: its value, and where it comes from.

    A flag comes before a variable LAKEINDEX_SETTING, this before lakeindex.toml in this folder, this before your own
    lakeindex.toml, and this before the default. Secrets are not shown.
    """
    import pyarrow as pa

    loaded = read_with_origins(**flags | {"allow": flags["allow"] or None})
    rows = [
        {"setting": name, "value": _shown(name, value), "origin": loaded.origins[name]}
        for name, value in asdict(loaded.settings).items()
    ]
    columns = ("setting", "value", "origin") if origin else ("setting", "value")
    write_table(pa.Table.from_pylist(rows, pa.schema(dict.fromkeys(columns, pa.string()))), Format(output))


def _shown(name: str, value: object) -> str:
    if name in SECRETS:
        return _HIDDEN if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
