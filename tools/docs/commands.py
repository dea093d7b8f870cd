"""A page for each command, and one that lists them: what `--help` says in 60 columns, and what examples show."""

from __future__ import annotations

from pathlib import Path

import click

from lakeindex.serve.cli.catalogue import COMMANDS, GROUPS
from lakeindex.serve.cli.main import cli
from tools.docs.blocks import console_of

HELP_WIDTH = 60
_MOST_LINES = 24
"""Lines of an example's output that a page shows."""
CHANGING = frozenset({"accept", "feedback", "forget", "index", "questions", "reject", "train"})
"""The pages whose examples change the index: each has a copy of the sample."""


def help_of(words: tuple[str, ...] = ()) -> str:
    """Return the help of a command, or of all, as a terminal of 60 columns shows it."""
    context, command = click.Context(cli, info_name="lakeindex", terminal_width=HELP_WIDTH), cli
    context = cli.make_context("lakeindex", [], terminal_width=HELP_WIDTH, resilient_parsing=True)
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(context, word)  # type: ignore[assignment]
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    return command.get_help(context)


def list_page() -> str:
    """Return the page that lists the commands."""
    lines = ["# Commands", "", "A page for each, with its options and examples.", "", "```text", help_of(), "```"]
    for title, entries in GROUPS.items():
        lines += ["", f"## {title}", ""]
        lines += [f"- [`{name}`](commands/{name}.md): {entry.summary}" for name, entry in entries.items()]
    return "\n".join(lines) + "\n"


def page_of(name: str, folder: Path, known: dict[str, str]) -> str:
    """Return the page of a command, its examples run in a folder that holds the sample."""
    entry = COMMANDS[name]
    lines = [f"# lakeindex {name}", "", entry.summary, "", "```text", help_of((name,)), "```"]
    for sub in getattr(cli.get_command(click.Context(cli), name), "commands", {}):
        lines += ["", "```text", help_of((name, sub)), "```"]
    if entry.is_endless:
        return "\n".join([*lines, "", "## Examples", "", "```text", *entry.examples, "```"]) + "\n"
    lines += ["", "## Examples", "", "```console"]
    return "\n".join(lines) + "\n" + console_of(entry.examples, folder, known, _MOST_LINES) + "```\n"
