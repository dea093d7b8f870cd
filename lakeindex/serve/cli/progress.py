"""Show the progress of a build, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TITLES = {
    "tables": "reading tables",
    "pairs": "encoding pairs",
    "profile": "reading files",
    "encode": "encoding columns",
    "index": "building indexes",
}


@contextmanager
def build_progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that shows a stage, how much of it is done and how much there is."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        tasks = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(_TITLES.get(stage, stage), total=total)
            shown.update(tasks[stage], completed=done, total=total)

        yield show
