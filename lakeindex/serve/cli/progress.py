"""Show the progress of a build, on a terminal only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from lakeindex.serve.cli.interrupt import on_hard_exit
from lakeindex.serve.cli.logs import is_for_programs, is_quiet

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress, TaskID

_TITLES = {
    "tables": "reading tables",
    "pairs": "encoding pairs",
    "share": "reading a share of large files",
    "profile": "reading files",
    "encode": "encoding columns",
    "index": "building indexes",
}
STAGES = _TITLES | {
    "compare": "comparing with the index before",
    "catalog": "writing the catalog",
    "calibrate": "calibrating",
    "publish": "publishing",
    "materialize": "copying rows",
    "anchors": "scoring anchors",
}
"""The stages of a build in words."""
_CURSOR = b"\x1b[?25h\n"
"""Shows the cursor again, which a progress bar hides."""


@contextmanager
def build_progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that shows a stage, how much of it is done and how much there is."""
    if quiet or is_quiet() or is_for_programs() or not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    with ExitStack() as until_done:
        bars: list[Progress] = []
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            # Nothing is drawn before there is something to show: what fails at once says only why.
            if not bars:
                bars.append(until_done.enter_context(_bars()))
                until_done.callback(on_hard_exit(lambda: os.write(2, _CURSOR)))
            if stage not in tasks:
                tasks[stage] = bars[0].add_task(_TITLES.get(stage, stage), total=total)
            bars[0].update(tasks[stage], completed=done, total=total)

        yield show


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
