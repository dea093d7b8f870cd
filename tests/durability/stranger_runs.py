"""Publish forged indexes, one after the other, and check each in a process of its own.

python stranger_runs.py INDEX NUMBER FILE... prints a line of JSON a forgery: the outcome of the sandbox check, and that
of using the index.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from lakeindex import Lake
from lakeindex.errors import LakeIndexError
from lakeindex.search.check_foreign_index import check_in_sandbox
from lakeindex.store.generations import open_current
from lakeindex.types.lake import ColumnId, TableId
from tests.durability.forgeries import forgeries
from tests.durability.published_index import SETTINGS, generation_of, manifest_of, republish

_SECONDS = 30
_REASON = 160


def in_a_child(work: Callable[[], None]) -> str:
    """Run something in a child process; return `ok`, `refused: ...`, `traceback: ...`, `signal N` or `hang`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(_SECONDS)
        silence = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(silence, stream)
        os.write(writing, _outcome_of(work).encode("utf-8", "replace"))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "hang" if os.WTERMSIG(status) == signal.SIGALRM else f"signal {os.WTERMSIG(status)}"
    return text or f"exit {os.waitstatus_to_exitcode(status)}"


def _outcome_of(work: Callable[[], None]) -> str:
    try:
        work()
    except (LakeIndexError, SystemExit) as error:
        return f"refused: {str(error)[:_REASON]}"
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"traceback: {Path(place.filename).name}:{place.lineno} {type(error).__name__}: {str(error)[:_REASON]}"
    return "ok"


def use(index: Path) -> None:
    """Run every kind of query on an index."""
    lake = Lake(open_current(index), SETTINGS)
    lake.tables()
    refused: list[LakeIndexError] = []

    def query(method: Callable[..., object], *arguments: object) -> None:
        try:
            method(*arguments)
        except LakeIndexError as error:
            refused.append(error)

    for table in lake.opened.table_ids:
        query(lake.profile, table)
        query(lake.sql, f'SELECT * FROM "{table}" ORDER BY ALL')
        for name in lake.opened.catalog.fetch("SELECT name FROM columns WHERE table_id = ?", [table])[0].to_pylist():
            query(lake.query, table, name, 10, 0)
    query(lake.explain, _column("sales/orders.csv", "country"), _column("geo/countries.csv", "code"))
    query(lake.query, "sales/orders.csv", "country")
    if refused:
        raise refused[0]


def _column(table: str, name: str) -> ColumnId:
    return ColumnId(TableId(table), name)


def run(index: Path, name: str, number: int) -> None:
    """Forge a file of a generation so many times; print what came of each."""
    path = generation_of(index) / name
    before, manifest = path.read_bytes(), manifest_of(index)
    for place, content in enumerate(forgeries(before, number, name, name.endswith(".duckdb"))):
        path.write_bytes(content)
        republish(index, manifest)
        checked = in_a_child(lambda: check_in_sandbox(index, int(generation_of(index).name)))
        used = in_a_child(lambda: use(index)) if checked == "ok" else ""
        sys.stdout.write(json.dumps({"file": name, "forgery": place, "sandbox_check": checked, "use": used}) + "\n")
        sys.stdout.flush()
    path.write_bytes(before)
    republish(index, manifest)


if __name__ == "__main__":
    for one in sys.argv[3:]:
        run(Path(sys.argv[1]), one, int(sys.argv[2]))
