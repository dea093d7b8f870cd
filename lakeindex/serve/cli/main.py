"""The command line: parse, call Lake, print. What scripts can rely on is listed in the README."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from lakeindex.errors import LakeIndexError
from lakeindex.serve.cli.feedback import accept, feedback, reject
from lakeindex.serve.cli.index import demo, index
from lakeindex.serve.cli.inspect import profile, read, sql, status, tables
from lakeindex.serve.cli.join import join
from lakeindex.serve.cli.keep import forget, repair, restore, snapshot
from lakeindex.serve.cli.maintain import rollback, verify
from lakeindex.serve.cli.output import print_message
from lakeindex.serve.cli.pairs import pairs
from lakeindex.serve.cli.query import evaluate, explain, query
from lakeindex.serve.cli.train import train
from lakeindex.serve.cli.watch_joins import watch_joins

_INTERRUPTED = 130
_DUCKDB_INTERRUPTED = "Query interrupted"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lakeindex")
def cli() -> None:
    """What in this lake joins with this column, how, and can I trust it?"""


_COMMANDS = (
    accept, demo, evaluate, explain, feedback, forget, index, join, pairs, profile, query, read, reject, repair,
    restore, rollback, snapshot, sql, status, tables, train, verify, watch_joins,
)  # fmt: skip
for command in _COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run a command; an error is one clear sentence on stderr and its exit code."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LakeIndexError as error:
        print_message(f"lakeindex: {error}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _exit_interrupted()
    except RuntimeError as error:
        # DuckDB raises this for an interrupt while it runs a query.
        if str(error) != _DUCKDB_INTERRUPTED:
            raise
        _exit_interrupted()
    except BrokenPipeError:
        # The reader of the output closed the pipe; Python must not report that again while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print_message(f"lakeindex: {where}{error.strerror or error}; an index that was there before is unchanged")
        sys.exit(LakeIndexError.exit_code)


def _exit_interrupted() -> NoReturn:
    print_message("lakeindex: interrupted; an index that was there before is unchanged")
    sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
