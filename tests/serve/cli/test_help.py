"""The help: commands in groups, light, each with what it is for in a line and an example, 60 columns wide.

What it says word for word is in docs/commands, where `tests/docs` compares it and runs the examples.
"""

from __future__ import annotations

import shlex

import click
import pytest

from lakeindex.serve.cli.catalogue import COMMANDS, GROUPS
from lakeindex.serve.cli.help_text import folded
from lakeindex.serve.cli.main import cli
from tools.docs.commands import HELP_WIDTH, help_of

SUMMARY = 45


def test_every_command_stands_in_its_group() -> None:
    text = help_of()
    for title, entries in GROUPS.items():
        section = text.split(f"{title}:\n", 1)[1].split("\n\n", 1)[0]
        names = [line.split()[0] for line in section.splitlines() if line.startswith("  ") and line[2] != " "]
        assert names == list(entries)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_sixty_columns_and_ends_with_examples(name: str) -> None:
    text = help_of((name,))
    assert [line for line in text.splitlines() if len(line) > HELP_WIDTH and len(line.split()) > 2] == []
    examples = text.split("Examples, with the sample lake of `lakeindex demo`:\n", 1)[1]
    assert any(f"lakeindex {name}" in line for line in examples.splitlines())
    given = [example for example in COMMANDS[name].examples if example.startswith(f"lakeindex {name}")]
    assert given
    for example in given:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.make_context(name, shlex.split(example)[2:]).command is command


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_is_one_short_sentence(name: str) -> None:
    summary = COMMANDS[name].summary
    assert len(summary) <= SUMMARY and summary.endswith(".") and summary[0].isupper()


@pytest.mark.parametrize("width", [20, 40, 60, 200])
def test_a_shell_reads_a_folded_command_as_the_whole_one(width: int) -> None:
    for command in (example for entry in COMMANDS.values() for example in entry.examples):
        text = "\n".join(folded(command, width))
        words = shlex.split(text.replace(" \\\n", " "))
        # A line may end within a statement of SQL, where blanks are free.
        assert [" ".join(word.split()) for word in words] == shlex.split(command)
