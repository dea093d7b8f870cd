"""Detect the dialect of a delimited text: its delimiter, quote and escape, guessed from a sample.

Every dialect that the sample allows is a candidate; `dialect_evidence` measures how consistently each splits the
lines, and the plausible candidate with the highest score is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lakeindex_connectors.csv_files.dialect_evidence import BONUS, STRONG_ONLY, Dialect, Evidence, measure_dialect

__all__ = ["Dialect", "sniff_dialect"]

_ALONE = (",", "\t", "|", ";", "\x1f")
"""Delimiters for a table of one column: the first that doesn't occur in the text."""

_APOSTROPHES = re.compile(r"(?:'(?:[^'\n]|'')*'(?:\n|\Z))+")


def sniff_dialect(sample: str, stated: str = "") -> Dialect:
    """Return the dialect under which most lines have the same number of cells, more than one if possible.

    Where the delimiter is stated, only quotes and escapes are guessed.
    """
    text = sample.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if stated:
        measured = list(_measure_each(text, _candidates(text, (stated,))))
        plausible = [evidence for evidence in measured if evidence.is_plausible] or measured
        return _best(plausible) if plausible else Dialect(stated)
    delimiters = (*BONUS, *STRONG_ONLY)
    plausible = [evidence for evidence in _measure_each(text, _candidates(text, delimiters)) if evidence.is_plausible]
    if all(evidence.is_contradicted or evidence.start for evidence in plausible):
        blanks = [evidence for evidence in _measure_each(text, _blank_candidates(text)) if evidence.is_plausible]
        plausible = _preferred(plausible, blanks)
    if not plausible:
        quote = "'" if _APOSTROPHES.fullmatch(text) else '"'
        return Dialect(next((c for c in _ALONE if c not in text), "\x1e"), quote)
    return _best(plausible)


def _best(plausible: list[Evidence]) -> Dialect:
    best = max(plausible, key=lambda evidence: evidence.score)
    return replace(best.dialect, skips_blanks=True) if best.is_always_spaced else best.dialect


def _preferred(others: list[Evidence], blanks: list[Evidence]) -> list[Evidence]:
    """Prefer the delimiter blank where all other dialects are contradicted, or where every line agrees on blanks."""
    if all(evidence.is_contradicted for evidence in others):
        return others + blanks
    return [evidence for evidence in blanks if evidence.share == 1 and evidence.start == 0] or others


def _measure_each(text: str, candidates: Iterator[Dialect]) -> Iterator[Evidence]:
    return (measure_dialect(text, dialect) for dialect in candidates)


def _candidates(text: str, delimiters: Sequence[str]) -> Iterator[Dialect]:
    for delimiter in delimiters:
        if delimiter in text:
            yield Dialect(delimiter)
            if '"' in text:
                yield Dialect(delimiter, quote="")
                if '\\"' in text:
                    yield Dialect(delimiter, escape="\\")
                if f'{delimiter} "' in text:
                    yield Dialect(delimiter, skips_blanks=True)
            if "'" in text and _has_apostrophes_around(text, delimiter):
                yield Dialect(delimiter, quote="'", escape="\\" if "\\'" in text else "")
                if f"{delimiter} '" in text:
                    yield Dialect(delimiter, quote="'", skips_blanks=True)


def _blank_candidates(text: str) -> Iterator[Dialect]:
    """Yield dialects whose delimiter is a blank: tried last, as blanks occur in nearly every text."""
    for quote in ('"', "'"):
        if " " in text and (quote == '"' or quote in text):
            yield Dialect(" ", quote=quote)
            if "  " in text:
                yield Dialect(" ", quote=quote, skips_blanks=True)


def _has_apostrophes_around(text: str, delimiter: str) -> bool:
    """Return whether some cell is quoted by apostrophes, unlike words such as 'tis."""
    edge = re.escape(delimiter)
    inside = r"(?:[^'\n]|'')*+"
    return re.search(rf"(?:^|{edge} ?)'{inside}(?:\n{inside}){{0,9}}'(?={edge}|$)", text, re.MULTILINE) is not None
