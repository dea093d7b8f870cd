"""Words written otherwise: case, order, abbreviations, accents, punctuation, additions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from lakeindex.synthesis.corruption import Perturbation, pick, replace, where
from lakeindex.synthesis.value_shapes import Look
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
    """Write all in capitals, in small letters, or each word with a capital."""
    return (pc.utf8_upper, pc.utf8_lower, pc.utf8_title)[pick(rng, 3)](texts)


def reorder(texts: Texts, rng: np.random.Generator) -> Texts:
    """Put the last word first, with or without a comma: `Ada Lovelace` becomes `Lovelace, Ada`."""
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
    """Keep the first letters of texts of several words: `United Kingdom` becomes `UK`."""
    several = pc.match_substring(texts, " ").to_numpy(zero_copy_only=False)
    return where(several, pc.utf8_upper(replace(texts, r"(?:^|[\s-]+)([\p{L}\p{N}])[^\s-]*|[\s-]+", r"\1")), texts)


def cut(texts: Texts, rng: np.random.Generator) -> Texts:
    """Cut texts off, as a narrow field does."""
    usual = int(pc.quantile(pc.utf8_length(texts), 0.5)[0].as_py()) if len(texts) else 0
    return pc.utf8_slice_codeunits(texts, 0, max(_LEAST_CUT, int(usual * rng.uniform(0.5, 0.8))))


def drop_vowels(texts: Texts, rng: np.random.Generator) -> Texts:
    """Leave out the vowels within words: `Berlin` becomes `Brln`."""
    return replace(texts, r"(?i)\B[aeiou]", "")


def strip_accents(texts: Texts, rng: np.random.Generator) -> Texts:
    """Write letters without accents, `é` as `e`, and no punctuation."""
    plain = replace(pc.utf8_normalize(texts, form="NFKD"), r"[\p{M}]+", "")  # type: ignore[attr-defined]
    return replace(replace(plain, r"[^\p{L}\p{N}\s]+", " "), r"\s+", " ")


def repunctuate(texts: Texts, rng: np.random.Generator) -> Texts:
    """Join words by another sign: `New York` becomes `New-York`."""
    return replace(texts, r"\s+", _JOINTS[pick(rng, len(_JOINTS))])


def add_words(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add what doesn't tell values apart to some: `The`, `Inc.`, a footnote."""
    before, after = _ADDED[pick(rng, len(_ADDED))].split("{}")
    added = replace(texts, r"(?s)^(.+)$", rf"{before}\1{after}")
    return where(rng.random(len(texts)) < rng.uniform(0.3, 1.0), added, texts)


_WORDED = frozenset({Look.NAME, Look.TEXT})
_NAMED = frozenset({Look.NAME})

WORDING = (
    Perturbation("case", _WORDED | {Look.CODE}, JoinKind.TRANSFORM, recase),
    Perturbation("token order", _NAMED, JoinKind.FUZZY, reorder),
    Perturbation("abbreviated words", _WORDED, JoinKind.FUZZY, shorten_words),
    Perturbation("initials", _NAMED, JoinKind.FUZZY, initial),
    Perturbation("acronyms", _NAMED, JoinKind.SEMANTIC, acronym),
    Perturbation("cut off", _WORDED, JoinKind.FUZZY, cut),
    Perturbation("without vowels", _NAMED, JoinKind.FUZZY, drop_vowels),
    Perturbation("without accents", _WORDED, JoinKind.TRANSFORM, strip_accents),
    Perturbation("punctuation", _NAMED, JoinKind.TRANSFORM, repunctuate),
    Perturbation("words added", _NAMED, JoinKind.FUZZY, add_words),
)
