"""Complete names of tables and columns in a shell, out of the index's directory: no model and no DuckDB is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from lakeindex.errors import LakeIndexError
from lakeindex.escaping.visible import visible
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.catalog.directory import Directory

_TABLES = frozenset(("table", "tables", "left_table", "right_table", "first_table", "last_table", "other"))
_COLUMNS = {
    "column": "table",
    "target": "table",
    "block": "table",
    "left_column": "left_table",
    "right_column": "right_table",
}
"""The parameters that name a column, each with the one that names its table."""
_VARIABLE = "_LAKEINDEX_COMPLETE"
_OF_NO_SHELL = re.compile(r"[^\w./@%+=:,~-]")


class _Name(click.types.StringParamType):
    """A text that is completed by names of the index."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that begin so; none where there is no index to ask."""
        try:
            names = self.names(_directory(ctx), ctx, param)
        except (LakeIndexError, OSError):
            return []
        return [
            CompletionItem(_quoted(name)) for name in names if name.startswith(incomplete) and visible(name) == name
        ]

    def names(self, directory: Directory, ctx: click.Context, param: click.Parameter) -> Iterable[str]:
        """Return the names that may stand here."""
        return directory.visible_tables()


class _ColumnName(_Name):
    def names(self, directory: Directory, ctx: click.Context, param: click.Parameter) -> Iterable[str]:
        """Return the columns of the table that was given before."""
        table = ctx.params.get(_COLUMNS[param.name or ""])
        # Where an option lacks its value, as the one that is completed does, click leaves the arguments unread.
        table = table or next(iter(ctx.args), None)
        return directory.column_names(TableId(table)) if table else ()


class _TableThenColumn(_Name):
    def names(self, directory: Directory, ctx: click.Context, param: click.Parameter) -> Iterable[str]:
        """Return the tables, and after one its columns."""
        given = ctx.params.get(param.name or "") or ()
        return directory.column_names(TableId(given[0])) if given else directory.visible_tables()


def completing(command: click.Command) -> click.Command:
    """Let the shell complete the parameters of a command that name tables and columns."""
    named = {one.name for one in command.params}
    for one in command.params:
        if isinstance(one, click.Argument) and one.name == "target":
            one.type = _TableThenColumn()
        elif one.name in _TABLES and one.type is click.STRING:
            one.type = _Name()
        elif _COLUMNS.get(one.name or "") in named and one.type is click.STRING:
            one.type = _ColumnName()
    return command


def _directory(ctx: click.Context) -> Directory:
    """Open the directory of the index that a command would ask, for whom it would ask it."""
    from lakeindex.catalog.directory import Directory
    from lakeindex.config.load_settings import load_settings
    from lakeindex.store.generations import open_current
    from lakeindex.store.sandbox_check import require_sandbox_checked

    flags = {"index": ctx.params.get("index"), "allow": ctx.params.get("allow") or None}
    settings = load_settings(flags, os.environ, Path.cwd())
    index = Path(settings.index)
    generation = open_current(index)
    require_sandbox_checked(index, generation)
    return Directory.open(generation.folder).restricted(settings.allow)


def _quoted(name: str) -> str:
    """Write a name for bash, which takes it as it is; other shells quote it themselves."""
    return _OF_NO_SHELL.sub(r"\\\g<0>", name) if os.environ.get(_VARIABLE, "").startswith("bash") else name
