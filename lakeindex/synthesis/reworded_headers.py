"""Headers in other words, as another author would write them: words left out, added, in another order, or others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.types.names import words_of

_GROUPS = (
    "id identifier number no num key code ref uid", "name title label designation", "description desc details text",
    "date day datetime when", "time timestamp hour clock", "year yr annum season", "month mon", "week wk",
    "start begin from first opening", "end finish stop until last closing", "duration length period span",
    "age years", "sex gender", "birth born dob", "death died deceased", "country nation state land",
    "city town municipality place locality", "region area zone district territory province", "county shire district",
    "street road address", "zip postal postcode", "latitude lat y", "longitude lon lng long x",
    "location site place position where", "origin source provenance", "target destination goal",
    "customer client buyer consumer", "person individual subject participant member", "people persons population",
    "user account login", "employee staff worker personnel", "author writer creator by", "owner holder proprietor",
    "company firm organisation business enterprise", "organization institution body agency", "team club squad side",
    "student pupil learner", "teacher instructor", "parent father mother",
    "child son daughter", "married spouse", "price cost amount charge fee", "value amount worth figure",
    "income salary wage earnings pay", "revenue sales turnover", "tax duty levy", "discount rebate reduction",
    "quantity qty count units", "number count total amount n", "total sum overall all", "average mean avg",
    "minimum min lowest least", "maximum max highest peak greatest", "percent percentage pct share fraction",
    "rate ratio proportion frequency", "size dimension extent", "weight mass wt", "height tall elevation altitude",
    "length distance long", "width breadth wide", "depth deep", "volume capacity", "speed velocity",
    "temperature temp", "pressure press", "power output wattage", "energy consumption", "color colour hue",
    "type kind category class group", "category class group kind", "status state condition", "level grade rank tier",
    "rank position place order", "score points rating result", "result outcome finding", "grade mark score",
    "flag indicator is has", "present existing found observed", "absent missing", "active enabled live",
    "current present actual now", "previous prior former past earlier", "history past record", "next following later",
    "new recent latest", "old former previous", "main primary principal major chief", "secondary other minor",
    "original initial first", "final last ultimate", "additional extra other further", "other else another",
    "product item article good", "order purchase", "invoice bill", "payment paid", "store shop outlet",
    "stock inventory",
    "book volume publication", "paper article publication", "journal periodical magazine", "publisher press",
    "language lang tongue", "film movie picture", "song track", "album record", "game match", "vehicle car automobile",
    "food meal dish", "school college university", "course class subject",
    "email mail", "phone telephone contact tel", "url link website web", "image picture photo", "file document",
    "note remark comment notes", "reason cause", "method technique procedure way",
    "measurement measure reading observation", "created made added",
    "updated modified changed", "deleted removed", "method mode", "unit measure uom", "currency money",
    "parent upper", "version release edition", "language locale", "job occupation profession work", "role function",
    "department dept division", "party side", "vote ballot", "election poll", "station stop", "line route",
)  # fmt: skip
"""Words that may stand for one another in a header."""


def _others() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in _GROUPS:
        words = group.split()
        for word in words:
            found.setdefault(word, []).extend(other for other in words if other != word)
    return found


_OTHERS = _others()
_QUALIFIERS = (
    "value", "reported", "current", "total", "name", "type", "status", "main", "original", "number of", "code",
    "at start", "in total", "of record", "primary", "info", "level", "the", "is", "per year", "as given", "other",
    "final", "data", "field",
)  # fmt: skip
_BEFORE = 0.5
_BETWEEN = ("of", "to", "for", "in", "")
_SHARES_OF_EDITS = (0.1, 0.4, 0.3, 0.2)
"""How often a header is changed in no way, one, two and three."""
_FEWEST_LETTERS, _SHORT = 5, (3, 4)
_VOWELS = re.compile(r"(?<=\w)[aeiou]")


Style = Callable[[Sequence[str]], str]
"""Writes the words of a header."""

_STYLES: Sequence[Style] = (
    "_".join,
    "_".join,
    "_".join,
    lambda words: " ".join(words).capitalize(),
    lambda words: words[0] + "".join(word.capitalize() for word in words[1:]),
    lambda words: "_".join(words).upper(),
    lambda words: "_".join(word.capitalize() for word in words),
    lambda words: ".".join(word.capitalize() for word in words),
)
_SHARES = (0.4, 0.8, 1.0)
_WHOLE = 0.2
"""How often a header that has synonyms is replaced by one."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one author words headers."""

    style: Style
    share: float
    """Of the headers that are worded otherwise."""

    def header(self, original: str, synonyms: Sequence[str], rng: np.random.Generator) -> str:
        """Return what this author calls a column, given its header and what else it may be called."""
        words: Sequence[str] = words_of(original).split() or ["column"]
        if rng.random() < self.share:
            if synonyms and rng.random() < _WHOLE:
                words = words_of(_pick(synonyms, rng)).split() or words
            for _ in range(int(rng.choice(len(_SHARES_OF_EDITS), p=_SHARES_OF_EDITS))):
                words = _EDITS[int(rng.choice(len(_EDITS), p=_EDITS_SHARES))](words, rng)
        return self.style(words)


def draw_wording(rng: np.random.Generator) -> Wording:
    """Draw an author's way to word the headers of a table."""
    return Wording(_STYLES[int(rng.integers(len(_STYLES)))], float(rng.choice(_SHARES)))


Edit = Callable[[Sequence[str], np.random.Generator], Sequence[str]]


def _another_word(words: Sequence[str], rng: np.random.Generator) -> Sequence[str]:
    return _changed(words, rng, lambda word: _pick(_OTHERS.get(word, (word,)), rng))


def _dropped(words: Sequence[str], rng: np.random.Generator) -> Sequence[str]:
    place = int(rng.integers(len(words)))
    return [*words[:place], *words[place + 1 :]] or words


def _added(words: Sequence[str], rng: np.random.Generator) -> Sequence[str]:
    added = _pick(_QUALIFIERS, rng).split()
    return [*added, *words] if rng.random() < _BEFORE else [*words, *added]


def _reordered(words: Sequence[str], rng: np.random.Generator) -> Sequence[str]:
    place = int(rng.integers(len(words)))
    return [*words[place:], *_pick(_BETWEEN, rng).split(), *words[:place]] if place else words


def _shortened(words: Sequence[str], rng: np.random.Generator) -> Sequence[str]:
    return _changed(words, rng, lambda word: _short(word, rng))


_EDITS: Sequence[Edit] = (_another_word, _dropped, _added, _reordered, _shortened)
_EDITS_SHARES = (0.45, 0.2, 0.15, 0.1, 0.1)


def _changed(words: Sequence[str], rng: np.random.Generator, change: Callable[[str], str]) -> Sequence[str]:
    place = int(rng.integers(len(words)))
    return [*words[:place], change(words[place]), *words[place + 1 :]]


def _short(word: str, rng: np.random.Generator) -> str:
    if len(word) < _FEWEST_LETTERS:
        return word
    return _VOWELS.sub("", word) if rng.random() < 0.5 else word[: int(rng.choice(_SHORT))]


def _pick(options: Sequence[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
