"""The command that writes the map of a lake as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lakeindex.config.ranges import SHARE
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_lake, with_quiet
from lakeindex.serve.cli.output import print_message


@click.command("map")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE.html", help="The page to write.")
@click.option(
    "--min-probability",
    type=InRange(SHARE),
    default=0.1,
    show_default=True,
    help="Leave out relationships that are less probable; the page shows those from .5 on, and more if told to.",
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@with_lake
@with_quiet
def write_map(out: Path, min_probability: float, force: bool, quiet: bool, **opening: Any) -> None:
    """Write the map of the lake, its tables and their relationships, as one HTML file."""
    written = open_lake(**opening).write_map(out, min_probability, force)
    print_message(f"{out}: {written.describe()}", quiet)
    for remark in written.remarks:
        print_message(remark, quiet)
