"""Variants of headers: dropped, abbreviated, renamed, in another case, with a word of the table's title."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lakeindex.types.names import words_of

HUBS = ("id", "name", "date", "type", "code", "status", "value", "key")
"""Generic headers, which are found in tables of all kinds and do not describe a column."""

_SYNONYMS = (
    ("id", "identifier", "number", "no", "key", "code"),
    ("name", "title", "label", "description"),
    ("date", "day", "timestamp", "time"),
    ("country", "nation", "state"),
    ("city", "town", "municipality", "place"),
    ("customer", "client", "buyer"),
    ("price", "cost", "amount"),
    ("sex", "gender"),
    ("phone", "telephone", "contact"),
    ("address", "street", "location"),
    ("year", "yr", "season"),
    ("type", "kind", "category", "class", "group"),
    ("product", "item", "article"),
    ("employee", "staff", "worker"),
    ("student", "pupil", "subject"),
    ("team", "club", "squad"),
    ("income", "salary", "wage", "earnings"),
    ("weight", "mass"),
    ("height", "size", "length"),
    ("count", "total", "quantity", "n"),
    ("region", "area", "zone", "district"),
    ("company", "firm", "organisation", "business"),
)
_OTHER_WORDS = {word: tuple(one for one in group if one != word) for group in _SYNONYMS for word in group}
_OPAQUE = ("c{n}", "col{n}", "column_{n}", "field{n}", "F{n:02d}", "V{n}", "x{n}", "attr_{n}", "Unnamed: {n}")
_PREFIXES = ("fk_", "N", "str_", "tbl_", "src_", "x_", "dim_", "the_")
_CODE_PREFIXES = ("A{n:02d}_", "q{n}_", "F{n}.", "v{n}_", "{n}_")
_VOWELS = re.compile(r"(?<=\w)[aeiou]")


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """A header, and the context that a change of it may depend on."""

    header: str
    table: str
    """The table's title."""
    position: int
    """The column's, from 1."""


HeaderChange = Callable[[HeaderPlace, np.random.Generator], str]


def opaque(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Name a column by its position: `c1`, `column_3`."""
    return _pick(_OPAQUE, rng).format(n=place.position)


def empty(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Name a column as connectors name one without a header: `column_3`."""
    return unnamed(place.position)


def unnamed(position: int) -> str:
    """Return the name that connectors give to a column without a header."""
    return f"column_{position}"


def without_vowels(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Remove the vowels inside words: `country_name` becomes `cntry_nm`."""
    return "_".join(_VOWELS.sub("", word) for word in _words(place.header))


def first_letters(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Keep the first letter of each word, or the first three of a single word: `date_of_birth` becomes `dob`."""
    words = _words(place.header)
    return words[0][:3] if len(words) == 1 else "".join(word[0] for word in words)


def truncated(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Cut each word to its first letters: `department_number` becomes `dep_num`."""
    length = int(rng.integers(3, 5))
    return "_".join(word[:length] for word in _words(place.header))


def renamed(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Replace each word that has synonyms by one of them: `customer_id` becomes `client_number`."""
    return "_".join(_pick(_OTHER_WORDS.get(word, (word,)), rng) for word in _words(place.header))


def with_table(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Prepend the last word of the table's title: `id` of the table `student` becomes `student_id`."""
    words = _words(place.header)
    context = _words(place.table)[-1]
    return "_".join(words if context in words else [context, *words])


def snake(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Write it in snake case."""
    return "_".join(_words(place.header))


def camel(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Write it in camel case."""
    first, *others = _words(place.header)
    return "".join([first, *(word.capitalize() for word in others)])


def upper(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Write it in capitals."""
    return "_".join(_words(place.header)).upper()


def spaced(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Write it as a phrase: `Customer id`."""
    return " ".join(_words(place.header)).capitalize()


def prefixed(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Add a prefix: `fk_customer`, `Ncustomer`."""
    return _pick(_PREFIXES, rng) + "_".join(_words(place.header))


def code_prefixed(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Add a code as prefix: `q7_income`."""
    return _pick(_CODE_PREFIXES, rng).format(n=int(rng.integers(1, 100))) + "_".join(_words(place.header))


def hub(place: HeaderPlace, rng: np.random.Generator) -> str:
    """Replace it by a generic header: its own last word if that is one of HUBS, otherwise any of them."""
    last = _words(place.header)[-1]
    return last if last in HUBS else _pick(HUBS, rng)


HEADER_CHANGES: dict[str, HeaderChange] = {
    "opaque": opaque,
    "empty": empty,
    "without vowels": without_vowels,
    "first letters": first_letters,
    "truncated": truncated,
    "renamed": renamed,
    "with table": with_table,
    "snake case": snake,
    "camel case": camel,
    "upper case": upper,
    "spaced": spaced,
    "prefixed": prefixed,
    "code prefixed": code_prefixed,
    "hub": hub,
}


def _words(text: str) -> list[str]:
    return words_of(text).split() or ["column"]


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
