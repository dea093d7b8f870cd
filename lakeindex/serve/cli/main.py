"""The command line: parse, call Lake, print. What scripts can rely on is listed in the README."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, NoReturn

import click

from lakeindex.errors import LakeIndexError
from lakeindex.serve.cli.closed_pipe import ReaderGone
from lakeindex.serve.cli.enrich import enrich
from lakeindex.serve.cli.feedback import accept, feedback, reject
from lakeindex.serve.cli.index import demo, index, merge
from lakeindex.serve.cli.inspect import profile, read, sql, status, tables
from lakeindex.serve.cli.integrate import integrate
from lakeindex.serve.cli.interrupt import Interrupted, Unwinding, guard, leave, say_why
from lakeindex.serve.cli.join import join
from lakeindex.serve.cli.keep import forget, repair, restore, snapshot
from lakeindex.serve.cli.keys import keys
from lakeindex.serve.cli.link import dedupe, link, verdicts
from lakeindex.serve.cli.maintain import rollback, verify
from lakeindex.serve.cli.map import write_map
from lakeindex.serve.cli.output import print_message
from lakeindex.serve.cli.pairs import pairs
from lakeindex.serve.cli.path import path
from lakeindex.serve.cli.query import evaluate, explain, query
from lakeindex.serve.cli.relationships import relationships
from lakeindex.serve.cli.similar import similar
from lakeindex.serve.cli.streams import escape_logs_and_warnings, prepare_streams
from lakeindex.serve.cli.train import train
from lakeindex.serve.cli.types import types
from lakeindex.serve.cli.union import union
from lakeindex.serve.cli.watch_joins import watch_joins
from lakeindex.serve.cli.why import why

_DUCKDB_INTERRUPTED = "Query interrupted"
_TRACEBACK = "LAKEINDEX_TRACEBACK"


class _Commands(click.Group):
    """The commands; while one runs, a signal unwinds it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for. Raises Interrupted, ReaderGone."""
        with Unwinding():
            escape_logs_and_warnings()
            try:
                return super().invoke(ctx)
            except BrokenPipeError as error:
                raise ReaderGone from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lakeindex")
def cli() -> None:
    """What in this lake joins with this column, how, and can I trust it?"""


_COMMANDS = (
    accept, dedupe, demo, enrich, evaluate, explain, feedback, forget, index, integrate, join, keys, link, merge, pairs,
    path, profile, query, read, reject, relationships, repair, restore, rollback, similar, snapshot, sql, status,
    tables, train, types, union, verdicts, verify, watch_joins, why, write_map,
)  # fmt: skip
for command in _COMMANDS:
    cli.add_command(command)


def main() -> NoReturn:
    """Run a command and end the process with its exit code."""
    guard()
    leave(run())


def run() -> int:
    """Run a command, and return its exit code; an error is one clear sentence on stderr."""
    prepare_streams()
    try:
        code = _run_command()
    except BaseException as error:
        if os.environ.get(_TRACEBACK):
            raise
        code = _report(error)
    return _flushed(code)


def _run_command() -> int:
    """Run the command; return its exit code, which it may give by sys.exit."""
    try:
        cli(prog_name="lakeindex", standalone_mode=False)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    return 0


def _report(error: BaseException) -> int:
    """Say what went wrong; return the exit code."""
    match error:
        case Interrupted() | KeyboardInterrupt() | click.Abort():
            return say_why()
        case RuntimeError() if str(error) == _DUCKDB_INTERRUPTED:
            return say_why()
        case ReaderGone() | BrokenPipeError():  # who reads the output has what it wanted
            return 0
        case click.ClickException():
            text = io.StringIO()
            error.show(file=text)
            print_message(text.getvalue().removesuffix("\n"))
            return error.exit_code
        case LakeIndexError():
            print_message(f"lakeindex: {error}")
            return error.exit_code
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            print_message(f"lakeindex: {where}{error.strerror or error}; an index that was there before is unchanged")
        case _:
            print_message(
                f"lakeindex: {type(error).__name__}: {error}; this is a fault of lakeindex, {_TRACEBACK}=1 shows where"
            )
    return LakeIndexError.exit_code


def _flushed(code: int) -> int:
    """Write what is still buffered; where nobody reads it any more, keep Python from reporting that again."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print_message(f"lakeindex: the output can't be written: {error.strerror}")
        return code or LakeIndexError.exit_code
    return code


if __name__ == "__main__":
    main()
