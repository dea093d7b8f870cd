"""How a delimited text is written: its delimiter, quote and escape, guessed from a sample."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lakeindex_connectors.csv_files.charset_evidence import BONUS, STRONG_ONLY, Dialect, Evidence, weigh

__all__ = ["Dialect", "sniff_dialect"]

_ALONE = (",", "\t", "|", ";", "\x1f")
"""Delimiters of which one that doesn't occur makes every line one cell."""

_APOSTROPHES = re.compile(r"(?:'(?:[^'\n]|'')*'(?:\n|\Z))+")


def sniff_dialect(sample: str) -> Dialect:
    """Choose the dialect under which most lines have one and the same number of cells, above one if possible."""
    text = sample.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    believed = [evidence for evidence in _weigh_each(text, _candidates(text)) if evidence.is_believable]
    if all(evidence.is_doubtful or evidence.start for evidence in believed):
        blanks = [evidence for evidence in _weigh_each(text, _blank_candidates(text)) if evidence.is_believable]
        believed = _preferred(believed, blanks)
    if not believed:
        quote = "'" if _APOSTROPHES.fullmatch(text) else '"'
        return Dialect(next((c for c in _ALONE if c not in text), "\x1e"), quote)
    best = max(believed, key=lambda evidence: evidence.score)
    return replace(best.dialect, skips_blanks=True) if best.is_always_spaced else best.dialect


def _preferred(others: list[Evidence], blanks: list[Evidence]) -> list[Evidence]:
    """Prefer blanks where nothing else is believed without doubt, or where every line agrees on them."""
    if all(evidence.is_doubtful for evidence in others):
        return others + blanks
    return [evidence for evidence in blanks if evidence.share == 1 and evidence.start == 0] or others


def _weigh_each(text: str, candidates: Iterator[Dialect]) -> Iterator[Evidence]:
    return (weigh(text, dialect) for dialect in candidates)


def _candidates(text: str) -> Iterator[Dialect]:
    for delimiter in (*BONUS, *STRONG_ONLY):
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
    """Name dialects with cells between blanks: blanks occur in nearly every text, so they come last."""
    for quote in ('"', "'"):
        if " " in text and (quote == '"' or quote in text):
            yield Dialect(" ", quote=quote)
            if "  " in text:
                yield Dialect(" ", quote=quote, skips_blanks=True)


def _has_apostrophes_around(text: str, delimiter: str) -> bool:
    """Tell whether some cell stands between apostrophes, which words like 'tis don't."""
    edge = re.escape(delimiter)
    inside = r"(?:[^'\n]|'')*+"
    return re.search(rf"(?:^|{edge} ?)'{inside}(?:\n{inside}){{0,9}}'(?={edge}|$)", text, re.MULTILINE) is not None
