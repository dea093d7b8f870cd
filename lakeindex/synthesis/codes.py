"""Variants of codes, keys and phone numbers: zero padding, prefixes, suffixes, separators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from lakeindex.synthesis.corruption import Corruption, pick, replace
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_PREFIXES = ("ID", "CUST-", "P", "N-", "REF", "A-", "X_", "#", "No. ", "SKU-", "C/")
_SUFFIXES = ("-A", "/01", ".0", "-X", "_v2", "-00", "US")
_PHONES = (r"(\1) \2-\3", r"\1-\2-\3", r"\1.\2.\3", r"\1 \2 \3", r"+1 \1 \2 \3", r"\1\2\3")


def pad(texts: Texts, rng: np.random.Generator) -> Texts:
    """Pad whole numbers with zeros to one width, wider than the widest."""
    widest = pc.max(pc.utf8_length(texts)).as_py() or 1
    padded = pc.utf8_lpad(texts, width=int(widest + rng.integers(1, 5)), padding="0")
    result: Texts = pc.if_else(pc.match_substring_regex(texts, r"^\d+$"), padded, texts)
    return result


def prefix(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add the same prefix to every value."""
    return replace(texts, r"(?s)^(.+)$", _PREFIXES[pick(rng, len(_PREFIXES))] + r"\1")


def suffix(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add the same suffix to every value."""
    return replace(texts, r"(?s)^(.+)$", r"\1" + _SUFFIXES[pick(rng, len(_SUFFIXES))])


def separate(texts: Texts, rng: np.random.Generator) -> Texts:
    """Remove the separators of codes; where there are none, insert one between letters and digits."""
    if pc.any(pc.match_substring_regex(texts, r"[-_./ ]")).as_py():
        return replace(texts, r"[-_./ ]+", "")
    return replace(texts, r"([A-Za-z])(\d)", r"\1" + "-/ ._"[pick(rng, 5)] + r"\2")


def redial(texts: Texts, rng: np.random.Generator) -> Texts:
    """Write phone numbers in another format."""
    digits = replace(texts, r"[^\d]+", "")
    grouped = replace(digits, r"^\d*(\d{3})(\d{3})(\d{4})$", _PHONES[pick(rng, len(_PHONES))])
    result: Texts = pc.if_else(pc.match_substring_regex(digits, r"^(1?\d{10})$"), grouped, digits)
    return result


_KEYS = frozenset({ValueShape.SERIAL, ValueShape.INTEGER})

CODE_VARIANTS = (
    Corruption("zero padding", _KEYS, JoinKind.TRANSFORM, pad),
    Corruption("prefix", _KEYS | {ValueShape.CODE}, JoinKind.TRANSFORM, prefix),
    Corruption("suffix", frozenset({ValueShape.CODE}), JoinKind.TRANSFORM, suffix),
    Corruption("separators", frozenset({ValueShape.CODE}), JoinKind.TRANSFORM, separate),
    Corruption("phone format", frozenset({ValueShape.PHONE}), JoinKind.TRANSFORM, redial),
)
