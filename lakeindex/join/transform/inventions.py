"""What a program invents of a key, and whether it takes whole words and numbers: both tell little of its hits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lakeindex.join.transform.program import Constant, Piece
from lakeindex.join.transform.shapes import DIGIT, LETTER, shape_of
from lakeindex.join.transform.steps import Span

_FEWEST = 3
"""Texts from which on a piece that is always the same is no accident."""

_ALIKE = {DIGIT: "[0-9]", LETTER: r"[^\W\d_]"}
"""Patterns of the characters that would continue a number, or a word."""

Texts = Sequence[str | None]


def invents(pieces: Sequence[Piece], texts: Sequence[Texts]) -> bool:
    """Return whether a word or number of the output is in part from the value and in part always the same.

    `texts` are, for every piece, its text for every value. `R00` in front of the last digits of a number makes one key
    of another, and so does a cut out of a number that is the same in all of them.
    """
    rows = [row for row in zip(*texts, strict=True) if None not in row]
    fixed = [_is_fixed(piece, [row[place] for row in rows]) for place, piece in enumerate(pieces)]
    return any(
        fixed[place] != fixed[place + 1]
        and 2 * sum(_in_one_run(row[place], row[place + 1]) for row in rows) > len(rows)
        for place in range(len(pieces) - 1)
    )


def _is_fixed(piece: Piece, texts: Sequence[str | None]) -> bool:
    if isinstance(piece, Constant):
        return True
    is_cut = any(isinstance(step, Span) for step in piece.steps)
    return is_cut and len(texts) >= _FEWEST and len(set(texts)) == 1


def _in_one_run(before: str | None, after: str | None) -> bool:
    kinds = shape_of((before or "")[-1:] + (after or "")[:1])
    return kinds in (DIGIT * 2, LETTER * 2)


def takes_whole(values: Sequence[str], outputs: Texts) -> bool:
    """Return whether each output is what its value has between other characters, zeros in front of it left aside."""
    made = [(value, output) for value, output in zip(values, outputs, strict=True) if output]
    return bool(made) and all(_stands_alone(value.lower(), output) for value, output in made)


def _stands_alone(value: str, output: str) -> bool:
    start, end = (_ALIKE.get(shape_of(one), "") for one in (output[0], output[-1]))
    zeros = "0*" if shape_of(output[0]) == DIGIT else ""
    before, after = (f"(?<!{start})" if start else "", f"(?!{end})" if end else "")
    return re.search(f"{before}{zeros}{re.escape(output)}{after}", value) is not None
