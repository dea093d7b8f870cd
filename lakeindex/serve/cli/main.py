"""The command line: parse, call Lake, print. Every command is in the catalogue, and has a page in docs/commands."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from lakeindex.errors import LakeIndexError
from lakeindex.serve.cli.catalogue import COMMANDS
from lakeindex.serve.cli.closed_pipe import ReaderGone
from lakeindex.serve.cli.completion import completing
from lakeindex.serve.cli.help_text import HelpContext, with_examples, write_groups
from lakeindex.serve.cli.interrupt import Interrupted, Unwinding, guard, leave, say_why
from lakeindex.serve.cli.logs import start_logging, with_logging
from lakeindex.serve.cli.output import print_error
from lakeindex.serve.cli.streams import escape_logs_and_warnings, prepare_streams

_DUCKDB_INTERRUPTED = "Query interrupted"
_TRACEBACK = "LAKEINDEX_TRACEBACK"


class _Commands(click.Group):
    """The commands; while one runs, a signal unwinds it."""

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.place.partition(":")
        command = getattr(import_module(f"lakeindex.serve.cli.{module}"), name)
        return with_logging(completing(with_examples(command, entry)))

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Begin a run, whatever the one before it was told."""
        start_logging()
        return super().make_context(*args, **extra)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command is for, without importing any."""
        write_groups(formatter)

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
    """What in this lake joins with this column, how, and can I trust it?

    lakeindex COMMAND --help says more, with examples.
    """


with_logging(cli)


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
            print_error(text.getvalue().removesuffix("\n"))
            return error.exit_code
        case LakeIndexError():
            print_error(f"lakeindex: {error}")
            return error.exit_code
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            print_error(f"lakeindex: {where}{error.strerror or error}; an index that was there before is unchanged")
        case _:
            print_error(
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
        print_error(f"lakeindex: the output can't be written: {error.strerror}")
        return code or LakeIndexError.exit_code
    return code


if __name__ == "__main__":
    main()
