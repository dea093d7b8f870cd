"""The command that adapts the encoder of an index to its own lake."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lakeindex.serve.cli.options import read_settings, with_format, with_index, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.training.adapt import Adapted


@click.command()
@click.argument("lake", type=click.Path(path_type=Path))
@with_index
@click.option("--reset", is_flag=True, help="Return to the encoder as it ships.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="Where the language model computes.")
@with_format
@with_quiet
def train(lake: Path, index: str | None, reset: bool, device: str | None, output: str, quiet: bool) -> None:
    """Tune the index's encoder to LAKE, without labels; where that is no better, nothing changes.

    The lake is indexed again with the tuned encoder, which later builds use, too.
    """
    from lakeindex.serve.cli.progress import build_progress
    from lakeindex.training import adapt as adapting

    # A build reads all of the lake that it is given.
    settings = replace(read_settings(index=index, device=device), allow=None, lake="")
    with build_progress(quiet) as progress:
        done = (adapting.reset if reset else adapting.adapt)(lake, None, settings, progress)
    write_table(done.to_arrow(), Format(output))
    print_message(_sentence(done, reset), quiet)


def _sentence(done: Adapted, is_reset: bool) -> str:
    if done.refusal:
        return f"nothing was changed: {done.refusal}"
    how = "as it ships" if is_reset else "tuned to this lake; lakeindex train LAKE --reset returns to it as it ships"
    return f"generation {done.generation} answers now, by the encoder {how}"
