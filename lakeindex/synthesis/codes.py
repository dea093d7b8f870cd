"""Codes, keys and phone numbers written otherwise: zeros, prefixes, suffixes, separators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from lakeindex.synthesis.corruption import Perturbation, pick, replace
from lakeindex.synthesis.value_shapes import Look
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_PREFIXES = ("ID", "CUST-", "P", "N-", "REF", "A-", "X_", "#", "No. ", "SKU-", "C/")
_SUFFIXES = ("-A", "/01", ".0", "-X", "_v2", "-00", "US")
_PHONES = (r"(\1) \2-\3", r"\1-\2-\3", r"\1.\2.\3", r"\1 \2 \3", r"+1 \1 \2 \3", r"\1\2\3")


def pad(texts: Texts, rng: np.random.Generator) -> Texts:
    """Fill whole numbers up with zeros to one width, wider than the widest."""
    widest = pc.max(pc.utf8_length(texts)).as_py() or 1
    padded = pc.utf8_lpad(texts, width=int(widest + rng.integers(1, 5)), padding="0")
    result: Texts = pc.if_else(pc.match_substring_regex(texts, r"^\d+$"), padded, texts)
    return result


def prefix(texts: Texts, rng: np.random.Generator) -> Texts:
    """Put one prefix before all."""
    return replace(texts, r"(?s)^(.+)$", _PREFIXES[pick(rng, len(_PREFIXES))] + r"\1")


def suffix(texts: Texts, rng: np.random.Generator) -> Texts:
    """Put one suffix after all."""
    return replace(texts, r"(?s)^(.+)$", r"\1" + _SUFFIXES[pick(rng, len(_SUFFIXES))])


def separate(texts: Texts, rng: np.random.Generator) -> Texts:
    """Drop the separators of codes; where they have none, put one between letters and digits."""
    if pc.any(pc.match_substring_regex(texts, r"[-_./ ]")).as_py():
        return replace(texts, r"[-_./ ]+", "")
    return replace(texts, r"([A-Za-z])(\d)", r"\1" + "-/ ._"[pick(rng, 5)] + r"\2")


def redial(texts: Texts, rng: np.random.Generator) -> Texts:
    """Group the digits of phone numbers otherwise."""
    digits = replace(texts, r"[^\d]+", "")
    grouped = replace(digits, r"^\d*(\d{3})(\d{3})(\d{4})$", _PHONES[pick(rng, len(_PHONES))])
    result: Texts = pc.if_else(pc.match_substring_regex(digits, r"^(1?\d{10})$"), grouped, digits)
    return result


_KEYS = frozenset({Look.SERIAL, Look.INTEGER})

CODES = (
    Perturbation("zero padding", _KEYS, JoinKind.TRANSFORM, pad),
    Perturbation("prefix", _KEYS | {Look.CODE}, JoinKind.TRANSFORM, prefix),
    Perturbation("suffix", frozenset({Look.CODE}), JoinKind.TRANSFORM, suffix),
    Perturbation("separators", frozenset({Look.CODE}), JoinKind.TRANSFORM, separate),
    Perturbation("phone format", frozenset({Look.PHONE}), JoinKind.TRANSFORM, redial),
)
