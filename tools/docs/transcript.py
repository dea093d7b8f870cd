"""Run the lines of an example as a person does, in this process, and return what a terminal shows."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from lakeindex.serve.cli.main import run

WIDTH = 88
"""Columns of the terminal whose output the pages show."""
HOME = "/home/me"
"""Stands for the folder in which examples are run."""
_TERMINAL = {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": str(WIDTH), "LAKEINDEX_MODEL": "static"}
_EXPECTED = (0, 6)
"""Exit codes of examples: done, and a join that broke."""
_REDIRECTED = re.compile(r"^(?P<command>.*?)\s+>\s*(?P<file>[\w.]+)$", re.DOTALL)
_ASSIGNED = re.compile(r"[A-Z_]+=\S*")


class _Screen(io.StringIO):
    """What a terminal shows of stdout; stderr is shown, too, but gets no progress bars."""

    def isatty(self) -> bool:
        return True


class _Messages(io.StringIO):
    def __init__(self, screen: io.StringIO) -> None:
        super().__init__()
        self._screen = screen

    def write(self, text: str) -> int:
        return self._screen.write(text)


def run_line(line: str, folder: Path) -> str:
    """Run a line in a folder, lakeindex or anything else of a shell, and return what is shown.

    Raises AssertionError where a line of lakeindex ends with an exit code that the docs don't speak of.
    """
    command, file = line, None
    if redirected := _REDIRECTED.match(line):
        command, file = redirected["command"], redirected["file"]
    words = shlex.split(command)
    variables = {}
    while words and _ASSIGNED.fullmatch(words[0]):
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    if not words or words[0] != "lakeindex" or "|" in words or "$(" in command:
        return _in_shell(line, folder)
    shown, written = run_words(words[1:], folder, variables, file is not None)
    if file is not None:
        (folder / file).write_text(written, "utf-8")
    return shown


def run_words(
    words: list[str], folder: Path, variables: Mapping[str, str] | None = None, is_redirected: bool = False
) -> tuple[str, str]:
    """Run a command; return what a terminal shows of it, and what it wrote where stdout is redirected."""
    screen = _Screen()
    stdout = io.StringIO() if is_redirected else screen
    with (
        _as_a_person(folder, variables or {}),
        patch.object(sys, "argv", ["lakeindex", *words]),
        redirect_stdout(stdout),
        redirect_stderr(_Messages(screen)),
    ):
        code = run()
    shown = screen.getvalue()
    assert code in _EXPECTED, f"lakeindex {shlex.join(words)} exits with {code}: {shown}"
    return tidied(shown, folder), stdout.getvalue()


def run_python(code: str, namespace: dict[str, object], folder: Path) -> str:
    """Run a block of Python in a folder; return what it prints."""
    printed = io.StringIO()
    with _as_a_person(folder, {}), redirect_stdout(printed):
        exec(compile(code, "<docs>", "exec"), namespace)  # noqa: S102 (the code is that of our own pages)
    return tidied(printed.getvalue(), folder)


def tidied(text: str, folder: Path) -> str:
    """Return a text without the folder's path, and without blanks at the ends of lines."""
    text = text.replace(str(folder.resolve()), HOME).replace(str(folder), HOME)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).strip("\n")


def _in_shell(line: str, folder: Path) -> str:
    done = subprocess.run(["/bin/sh", "-c", line], cwd=folder, capture_output=True, text=True, check=True)
    return tidied(done.stdout, folder)


@contextmanager
def _as_a_person(folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    before = Path.cwd()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAKEINDEX_")}
    os.chdir(folder)
    try:
        with patch.dict(os.environ, kept | _TERMINAL | dict(variables), clear=True):
            yield
    finally:
        os.chdir(before)
