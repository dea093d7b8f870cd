"""Variants of names and texts: case, word order, abbreviations, accents, punctuation, added words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from lakeindex.synthesis.corruption import Corruption, pick, replace, where
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts

_SHORT = (
    ("and", "&"), ("street", "St."), ("road", "Rd"), ("avenue", "Ave"), ("boulevard", "Blvd"), ("mount", "Mt."),
    ("saint", "St."), ("university", "Univ."), ("department", "Dept."), ("institute", "Inst."), ("company", "Co."),
    ("corporation", "Corp."), ("incorporated", "Inc."), ("limited", "Ltd"), ("international", "Intl"),
    ("national", "Natl"), ("association", "Assoc."), ("republic", "Rep."), ("democratic", "Dem."), ("island", "I."),
    ("islands", "Is."), ("north", "N"), ("south", "S"), ("east", "E"), ("west", "W"), ("northern", "N."),
    ("southern", "S."), ("eastern", "E."), ("western", "W."), ("county", "Co"), ("district", "Dist."),
    ("government", "Govt"), ("general", "Gen."), ("doctor", "Dr"), ("professor", "Prof."), ("junior", "Jr"),
    ("number", "No."), ("january", "Jan"), ("february", "Feb"), ("march", "Mar"), ("april", "Apr"),
    ("august", "Aug"), ("september", "Sep"), ("october", "Oct"), ("november", "Nov"), ("december", "Dec"),
    ("manufacturing", "Mfg"), ("management", "Mgmt"), ("average", "avg"), ("population", "pop."),
)  # fmt: skip
_ADDED = ("The {}", "{} Inc.", "{} (new)", "{} Group", "{} *", "{}, est.", "~{}", "{} [1]")
_JOINTS = ("-", "_", ".", "/", "  ")
_LEAST_CUT = 4


def recase(texts: Texts, rng: np.random.Generator) -> Texts:
    """Convert to upper case, lower case or title case."""
    return (pc.utf8_upper, pc.utf8_lower, pc.utf8_title)[pick(rng, 3)](texts)


def reorder(texts: Texts, rng: np.random.Generator) -> Texts:
    """Move the last word to the front, with or without a comma: `Ada Lovelace` becomes `Lovelace, Ada`."""
    if pc.match_substring(texts, ",").to_numpy(zero_copy_only=False).mean() > 0.5:
        return replace(texts, r"^([^,]+?)\s*,\s*(.+)$", r"\2 \1")
    return replace(texts, r"^(.*\S)\s+(\S+)$", (r"\2, \1", r"\2 \1")[pick(rng, 2)])


def shorten_words(texts: Texts, rng: np.random.Generator) -> Texts:
    """Abbreviate well-known words: `University` becomes `Univ.`."""
    words: Any = pc.list_flatten(pc.split_pattern_regex(pc.utf8_lower(texts), r"[^a-z]+"))
    present = set(pc.unique(words).to_pylist())
    for word, short in (one for one in _SHORT if one[0] in present):
        texts = replace(texts, rf"(?i)\b{word}\b", short)
    return texts


def initial(texts: Texts, rng: np.random.Generator) -> Texts:
    """Abbreviate the first word: `Ada Lovelace` becomes `A. Lovelace`, or `A Lovelace`."""
    return replace(texts, r"^([\p{L}])[\p{L}]+\s+(.+)$", (r"\1. \2", r"\1 \2")[pick(rng, 2)])


def acronym(texts: Texts, rng: np.random.Generator) -> Texts:
    """Replace texts of several words by their acronyms: `United Kingdom` becomes `UK`."""
    several = pc.match_substring(texts, " ").to_numpy(zero_copy_only=False)
    return where(several, pc.utf8_upper(replace(texts, r"(?:^|[\s-]+)([\p{L}\p{N}])[^\s-]*|[\s-]+", r"\1")), texts)


def cut(texts: Texts, rng: np.random.Generator) -> Texts:
    """Truncate texts, as a narrow field does."""
    usual = int(pc.quantile(pc.utf8_length(texts), 0.5)[0].as_py()) if len(texts) else 0
    return pc.utf8_slice_codeunits(texts, 0, max(_LEAST_CUT, int(usual * rng.uniform(0.5, 0.8))))


def drop_vowels(texts: Texts, rng: np.random.Generator) -> Texts:
    """Remove the vowels inside words: `Berlin` becomes `Brln`."""
    return replace(texts, r"(?i)\B[aeiou]", "")


def strip_accents(texts: Texts, rng: np.random.Generator) -> Texts:
    """Remove accents and punctuation: `é` becomes `e`."""
    plain = replace(pc.utf8_normalize(texts, form="NFKD"), r"[\p{M}]+", "")  # type: ignore[attr-defined]
    return replace(replace(plain, r"[^\p{L}\p{N}\s]+", " "), r"\s+", " ")


def repunctuate(texts: Texts, rng: np.random.Generator) -> Texts:
    """Join words by another character: `New York` becomes `New-York`."""
    return replace(texts, r"\s+", _JOINTS[pick(rng, len(_JOINTS))])


def add_words(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add a word that does not distinguish values to some of them: `The`, `Inc.`, a footnote mark."""
    before, after = _ADDED[pick(rng, len(_ADDED))].split("{}")
    added = replace(texts, r"(?s)^(.+)$", rf"{before}\1{after}")
    return where(rng.random(len(texts)) < rng.uniform(0.3, 1.0), added, texts)


_TEXTS = frozenset({ValueShape.NAME, ValueShape.TEXT})
_NAMES = frozenset({ValueShape.NAME})

TEXT_VARIANTS = (
    Corruption("case", _TEXTS | {ValueShape.CODE}, JoinKind.TRANSFORM, recase),
    Corruption("token order", _NAMES, JoinKind.FUZZY, reorder),
    Corruption("abbreviated words", _TEXTS, JoinKind.FUZZY, shorten_words),
    Corruption("initials", _NAMES, JoinKind.FUZZY, initial),
    Corruption("acronyms", _NAMES, JoinKind.SEMANTIC, acronym),
    Corruption("cut off", _TEXTS, JoinKind.FUZZY, cut),
    Corruption("without vowels", _NAMES, JoinKind.FUZZY, drop_vowels),
    Corruption("without accents", _TEXTS, JoinKind.TRANSFORM, strip_accents),
    Corruption("punctuation", _NAMES, JoinKind.TRANSFORM, repunctuate),
    Corruption("words added", _NAMES, JoinKind.FUZZY, add_words),
)
