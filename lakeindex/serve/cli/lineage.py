"""The option by which a command reports its run as events of OpenLineage; a report that fails changes nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lakeindex.errors import LakeIndexError
from lakeindex.serve.cli.output import print_error

if TYPE_CHECKING:
    from lakeindex.export.openlineage.runs import Dataset, Run

URL = "LAKEINDEX_OPENLINEAGE_URL"
_DONE = (0, None, 5)
"""The exit codes of a command that did what it was to do."""
Command = TypeVar("Command", bound=Callable[..., Any])
Both = tuple[list["Dataset"], list["Dataset"]]
Datasets = Callable[[Mapping[str, Any]], Both]


def with_openlineage(job: str, datasets: Datasets) -> Callable[[Command], Any]:
    """Add `--openlineage`; `datasets` returns what a run has read and written, by its arguments."""

    def decorate(command: Command) -> Any:
        @wraps(command)
        def reported(openlineage: str | None, **given: Any) -> Any:
            place = openlineage or os.environ.get(URL, "")
            writes = "out" not in given or given["out"] is not None
            return _reported(job, place, datasets, command, given) if place and writes else command(**given)

        option = click.option(
            "--openlineage", metavar="FILE|URL", help=f"Report what is written as OpenLineage [or {URL}]."
        )
        return option(reported)

    return decorate


def _reported(job: str, place: str, datasets: Datasets, command: Command, given: Mapping[str, Any]) -> Any:
    from lakeindex.export.openlineage.runs import Run

    run = Run(job, place)
    _report(run.start)
    is_complete = False
    try:
        result = command(**given)
        is_complete = True
        return result
    except SystemExit as error:
        is_complete = error.code in _DONE
        raise
    finally:
        _report(lambda: _end(run, is_complete, datasets, given))


def _end(run: Run, is_complete: bool, datasets: Datasets, given: Mapping[str, Any]) -> None:
    inputs, outputs = datasets(given) if is_complete else ([], [])
    run.end(is_complete, inputs, outputs)


def _report(send: Callable[[], None]) -> None:
    try:
        send()
    except LakeIndexError as error:
        print_error(f"lakeindex: the run was not reported: {error}")


def datasets_of_index(given: Mapping[str, Any]) -> Both:
    """Return the tables of an index that was built, and the index."""
    from lakeindex.export.openlineage.runs import FILES, NAMESPACE
    from lakeindex.lake import Lake
    from lakeindex.serve.cli.options import read_settings

    if given.get("shard") is not None:
        return [], []  # a share alone is no index yet
    settings = read_settings(index=given.get("index"))
    with Lake.open(settings.index, settings) as lake:
        tables = [(NAMESPACE, str(table)) for table in lake.opened.table_ids]
    return tables, [(FILES, str(Path(settings.index).resolve()))]


def datasets_of_join(given: Mapping[str, Any]) -> Both:
    """Return the two tables, and the file that was written, if any."""
    from lakeindex.export.openlineage.runs import NAMESPACE

    tables = dict.fromkeys((NAMESPACE, str(given[f"{side}_table"])) for side in ("left", "right"))
    return list(tables), _written(given.get("out"))


def datasets_of_integrate(given: Mapping[str, Any]) -> Both:
    """Return the tables, all of the lake where none is named, and the file that was written, if any."""
    from lakeindex.export.openlineage.runs import NAMESPACE

    if given["is_all"]:
        return datasets_of_index(given)[0], _written(given.get("out"))
    return [(NAMESPACE, str(table)) for table in given["tables"]], _written(given.get("out"))


def _written(out: Path | None) -> list[Dataset]:
    from lakeindex.export.openlineage.runs import FILES

    return [] if out is None else [(FILES, str(Path(out).resolve()))]
