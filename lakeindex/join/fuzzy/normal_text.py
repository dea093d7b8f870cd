"""Normalise values for fuzzy joins: without case, accents and punctuation, and without text in brackets."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts

_BRACKETS = r"\([^)]*\)|\[[^\]]*\]"


def plain(texts: Texts) -> Texts:
    """Lower the case, strip accents, and leave one space where punctuation was."""
    apart = pc.utf8_normalize(pc.utf8_lower(texts), form="NFKD")  # type: ignore[attr-defined]
    bare = pc.replace_substring_regex(apart, r"\p{M}+", "")
    spaced: Texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.utf8_lower(bare), r"[^\p{L}\p{N}]+", " "))
    return spaced


def without_brackets(texts: Texts) -> Texts:
    """Remove text in brackets, which often distinguishes things of one name; a value that has no other text is kept."""
    cut = pc.replace_substring_regex(texts, _BRACKETS, " ")
    is_empty = pc.equal(pc.utf8_trim_whitespace(cut), pa.scalar("", pa.large_string()))
    kept: Texts = pc.if_else(is_empty, texts, cut)
    return kept
