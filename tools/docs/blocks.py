"""The fenced blocks of a page: which hold examples, and what these show when they are run again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.docs.transcript import run_line, run_python

CONSOLE, PYTHON, SHOWN = "console", "python", "text"
_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    kind: str
    body: str
    start: int
    end: int
    """Where its body begins and ends in the page."""


def blocks_of(page: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    return [Block(one["kind"], one["body"], one.start("body"), one.end("body")) for one in _FENCE.finditer(page)]


def run_again(page: str, folder: Path, known: dict[str, str]) -> str:
    """Return a page with the output of its examples as they show it now.

    `known` is what lines showed that were run before. Lines that begin with `$ ` in a block `console` are run, a block
    `python` is run, too, and what it prints stands in a block `text` after it. Output that ends with a line `...` is
    as long as it was.
    """
    namespace: dict[str, object] = {}
    pieces, place, printed = [], 0, ""
    for block in blocks_of(page):
        body = block.body
        if block.kind == CONSOLE:
            body = "".join(_rerun(block.body, folder, known))
        elif block.kind == PYTHON:
            printed = run_python(body, namespace, folder)
        elif block.kind == SHOWN and printed:
            body, printed = _cut(printed, body) + "\n", ""
        pieces += [page[place : block.start], body]
        place = block.end
    return "".join([*pieces, page[place:]])


def console_of(examples: Iterator[str] | tuple[str, ...], folder: Path, known: dict[str, str], most: int) -> str:
    """Return a block of examples with what they show, each cut to so many lines."""
    parts = []
    for example in examples:
        shown = known.get(example) or run_line(example, folder)
        lines = shown.splitlines()
        parts.append("\n".join([f"$ {example}", *(lines if len(lines) <= most else [*lines[:most], _CUT])]))
    return "\n".join(parts) + "\n"


def _rerun(body: str, folder: Path, known: dict[str, str]) -> Iterator[str]:
    for line, before in _commands(body):
        shown = known[line] if line in known else run_line(line.replace("\\\n", " "), folder)
        yield f"$ {line}\n"
        if shown:
            yield _cut(shown, before) + "\n"


def _commands(body: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a block, its lines together, and what the page shows of it."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        count = 1
        while lines[count - 1].endswith("\\"):
            count += 1
        yield "\n".join(lines[:count]), "\n".join(lines[count:]).strip("\n")


def _cut(shown: str, before: str) -> str:
    """Cut what is shown now to as many lines as the page shows, where that says that it is cut."""
    kept = before.strip("\n").splitlines()
    if not kept or kept[-1] != _CUT:
        return shown
    lines = shown.splitlines()
    return shown if len(lines) < len(kept) else "\n".join([*lines[: len(kept) - 1], _CUT])
