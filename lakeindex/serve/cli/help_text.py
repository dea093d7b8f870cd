"""How help is written: narrow enough for 60 columns, with examples, and commands in groups."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable

import click

from lakeindex.serve.cli.catalogue import GROUPS, Entry

_OPTIONS_UP_TO = 22
"""Columns for the options' names: the text of longer ones begins in the next line."""
_CONTINUED = " \\"
_INDENT = "    "


class HelpFormatter(click.HelpFormatter):
    """Writes lists of options and commands so that a narrow terminal has room for what they mean."""

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _OPTIONS_UP_TO, col_spacing: int = 2) -> None:
        """Write a list of names and what they mean."""
        width, indent = self.width - self.current_indent, self.current_indent
        folded_rows = [(_folded_choices(name, width, indent), text) for name, text in rows]
        super().write_dl(folded_rows, min(col_max, _OPTIONS_UP_TO), col_spacing)


class HelpContext(click.Context):
    """A context whose help is written so."""

    formatter_class = HelpFormatter


def write_groups(formatter: click.HelpFormatter) -> None:
    """Write the commands, group by group."""
    for title, entries in GROUPS.items():
        with formatter.section(title):
            formatter.write_dl([(name, entry.summary) for name, entry in entries.items()])


def with_examples(command: click.Command, entry: Entry) -> click.Command:
    """Let the help of a command, and of those below it, end with examples."""
    for one in (command, *getattr(command, "commands", {}).values()):
        one.context_class = HelpContext
        one.format_epilog = lambda _, formatter: _write_examples(formatter, entry.examples)
    return command


def _write_examples(formatter: click.HelpFormatter, examples: Iterable[str]) -> None:
    with formatter.section("Examples, with the sample lake of `lakeindex demo`"):
        for example in examples:
            formatter.write("".join(f"{line}\n" for line in folded(example, formatter.width)))


def folded(command: str, width: int, indent: str = "  ") -> list[str]:
    """Fold a command into lines that a shell reads as one, no longer than `width` where its words allow that."""
    lines, line = [], indent
    for word in _words(command):
        longer = f"{line}{word}" if line.isspace() or not line else f"{line} {word}"
        if len(longer) + len(_CONTINUED) > width and line.strip():
            lines.append(line + _CONTINUED)
            longer = f"{indent}{_INDENT}{word}"
        # A line may end inside quotes, as in SQL: it needs no sign there.
        *whole, line = _wrapped(longer, width, indent + _INDENT) if word[0] in "'\"" else [longer]
        lines += whole
    return [*lines, line]


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _words(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    return list(lexer)


def _folded_choices(name: str, width: int, indent: int) -> str:
    """Fold the choices of an option, `[one|two|...]`, which click writes in one line."""
    if len(name) <= width or "|" not in name:
        return name
    lines = textwrap.wrap(name.replace("|", "| "), width, subsequent_indent=_INDENT, break_on_hyphens=False)
    return f"\n{'':>{indent}}".join(line.replace("| ", "|") for line in lines)
