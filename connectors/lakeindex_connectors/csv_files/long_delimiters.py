r"""Delimiters of several characters (`~|~`, `||`, `::`): find one, and write a single character in its place.

No fast CSV reader takes them. The text is read with a control character instead, and what was inside of quoted cells
is put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.errors import UnreadableTable

STAND_IN = "\x1f"
"""ASCII's unit separator."""

_TOKEN = re.compile(r"\t[|~^;]\t|[|~^:;,#@$!*+=/\\<>&%]{2,4}")
_QUOTED = re.compile(r"(?:\A|(?<=[\n|~^:;,#@$!*+=/\\<>&%\t]))\"(?:[^\"]++|\"\")*+\"")
_MIRRORED = str.maketrans("<>/\\", "><\\/")
_PAIRED = frozenset("|~^:#@$!*+&")
"""Characters that make a delimiter when doubled; an empty cell between commas or semicolons is an empty cell."""
_OF_MACHINES = frozenset("|~^")
"""Characters that hardly any text has, so that any two of them side by side were meant."""
_LEAST_LINES = 3
_MAX_LINES = 500
_LEAST_SHARE = 0.9


def find_long_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter of several characters that all lines agree on; empty where there is none.

    It must stand in the first line, equally often in nearly all lines, and not be made of single delimiters.
    """
    tokens = {token for line in lines[:1] for token in _TOKEN.findall(line) if _is_meant(token)}
    if not tokens:
        return ""
    text = _QUOTED.sub("_", "".join(lines[:_MAX_LINES]))
    sample = [line for line in text.splitlines() if line.strip()]
    if STAND_IN in text:
        return ""
    fitting = [token for token in tokens if len(sample) >= _least_lines(token) and _agrees(token, sample)]
    best = max(fitting, key=lambda token: (sample[0].count(token), len(token)), default="")
    return f" {best} " if best and all(line.count(f" {best} ") == line.count(best) for line in sample) else best


def _is_meant(token: str) -> bool:
    if len(set(token)) == 1:
        return token[0] in _PAIRED
    return set(token) <= _OF_MACHINES or token == token[::-1].translate(_MIRRORED)


def _least_lines(token: str) -> int:
    return _LEAST_LINES - (len(token) > 2 and set(token) <= _OF_MACHINES)


def _agrees(token: str, lines: Sequence[str]) -> bool:
    counts = [line.count(token) for line in lines]
    if sum(count == counts[0] for count in counts) < _LEAST_SHARE * len(counts):
        return False
    return len(set(token)) > 1 or _stands_alone(token, lines)


def _stands_alone(token: str, lines: Sequence[str]) -> bool:
    """Return whether a repeated character always stands in runs of its own length: a single one would delimit, too."""
    runs = re.compile(rf"{re.escape(token[0])}+")
    return all(len(run) % len(token) == 0 for line in lines for run in runs.findall(line))


def with_stand_in(chunks: Iterator[bytes], delimiter: str) -> Iterator[bytes]:
    """Write the stand-in for a delimiter in UTF-8 text; raises UnreadableTable where the text already has it."""
    long, single = delimiter.encode(), STAND_IN.encode()
    rest = b""
    for chunk in chunks:
        if single in chunk:
            raise UnreadableTable(f"cells are separated by {delimiter}, and the control character {STAND_IN!r} occurs")
        text = (rest + chunk).replace(long, single)
        held = next((size for size in range(len(long) - 1, 0, -1) if text.endswith(long[:size])), 0)
        rest = text[len(text) - held :]
        yield text[: len(text) - held]
    yield rest


def put_back(batch: pa.RecordBatch, delimiter: str) -> pa.RecordBatch:
    """Write the delimiter where its stand-in is part of a cell."""
    columns = [pc.replace_substring(column, STAND_IN, delimiter) for column in batch.columns]
    return pa.record_batch(columns, schema=batch.schema)
