"""The options that several commands share, and how a command opens the index."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lakeindex.config.load_settings import LoadedSettings, load_with_origins
from lakeindex.config.settings import Settings
from lakeindex.serve.cli.output import Format, print_message
from lakeindex.serve.cli.spreadsheet_option import with_spreadsheet

if TYPE_CHECKING:
    from lakeindex.lake import Lake

Command = TypeVar("Command", bound=Callable[..., Any])


def with_index(command: Command) -> Command:
    """Add `--index`."""
    return click.option("--index", metavar="DIR", help="The index's folder [default: .lakeindex, or LAKEINDEX_INDEX].")(
        command
    )


def with_lake(command: Command) -> Command:
    """Add `--index`, `--allow` and `--lake`: which index a command asks, for whom, and where the lake's files are."""
    where = click.option(
        "--lake",
        metavar="FOLDER",
        help="Where the lake's files are, if it moved since it was indexed [or LAKEINDEX_LAKE].",
    )
    return with_index(with_allow(where(command)))


def with_allow(command: Command) -> Command:
    """Add `--allow`."""
    return click.option(
        "--allow",
        multiple=True,
        metavar="GLOB",
        help="Only tables whose names match this, or another --allow, are there [or LAKEINDEX_ALLOW].",
    )(command)


def with_format(command: Command) -> Command:
    """Add `-o` and `--spreadsheet`."""
    choice = click.Choice([str(one) for one in Format])
    return click.option("-o", "--output", type=choice, default=str(Format.TABLE), show_default=True, help="Format.")(
        with_spreadsheet(command)
    )


def with_quiet(command: Command) -> Command:
    """Add `--quiet`."""
    return click.option("--quiet", is_flag=True, help="No progress, no remarks.")(command)


def with_reranking(command: Command) -> Command:
    """Add the options of reranking: which cross-encoder scores candidates, from where, and how many."""
    for option in (
        click.option(
            "--cross-encoder", metavar="NAME", help="late-interaction (the default), transformer, or another model."
        ),
        click.option(
            "--reach", type=click.Choice(["pool", "lake"]), help="Rerank what sources propose, or any column."
        ),
        click.option(
            "--budget",
            metavar="N|all",
            help="Candidates that are read at most; 0 for none [default: 30, by a transformer 20].",
        ),
    ):
        command = option(command)
    return command


def read_settings(**flags: Any) -> Settings:
    """Merge flags with the environment and lakeindex.toml; name variables that look like settings and are none."""
    return read_with_origins(**flags).settings


def read_with_origins(**flags: Any) -> LoadedSettings:
    """Do as `read_settings`, and return where each setting comes from, too."""
    loaded = load_with_origins(flags, os.environ, Path.cwd())
    context = click.get_current_context(silent=True)
    for note in loaded.notes:
        print_message(note, quiet=context is not None and bool(context.params.get("quiet")))
    return loaded


def open_lake(index: str | None, lake: str | None = None, allow: tuple[str, ...] = (), **flags: Any) -> Lake:
    """Open the index that flags and settings name."""
    from lakeindex.lake import Lake

    settings = read_settings(index=index, lake=lake, allow=allow or None, **flags)
    return Lake.open(settings.index, settings)


def warn_without_lake(lake: Lake, quiet: bool = False) -> None:
    """Say on stderr that figures are estimates where the lake's files are not there to count them in."""
    if reason := lake.opened.why_no_rows():
        print_message(f"figures are estimates: {reason}", quiet)
