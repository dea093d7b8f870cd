"""Tables and columns by their names: split into words, without what is no name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

_FILE_SUFFIX = re.compile(
    r"\.(csv|tsv|psv|txt|jsonl?|ndjson|geojsonl?|parquet|pq|xlsx?|xlsm|xlsb|ods|arrow|feather|avro|orc"
    r"|db|sqlite3?|duckdb|gz|bz2|xz|zst|zip)$",
    re.IGNORECASE,
)
_CELL_RANGE = re.compile(r"![A-Z]+\d+:[A-Z]+\d+$")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{6,}|\d{9,}", re.IGNORECASE)
_REPEATED_HEADER = re.compile(r" \(\d{1,2}\)$")
_SEPARATORS = re.compile(r"[^\w%$€£#&+]+|_+")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_POSITIONAL = re.compile(r"(unnamed|column|col|field|attr|attribute|var|c|f|v|x|)( ?\d+)?")
"""Names that say which column of its table it is, and nothing else."""


def is_utf8(name: str) -> bool:
    """Whether a text can be written as UTF-8; one from a file's name or the command line may hold other bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def title_of(table_id: str) -> str:
    """Name a table in words, from its path: without folders, suffixes and random hashes."""
    file, _, part = table_id.partition("#")
    part = _CELL_RANGE.sub("", part)
    stem = file.rstrip("/").rpartition("/")[2]
    while _FILE_SUFFIX.search(stem):
        stem = _FILE_SUFFIX.sub("", stem)
    tokens = _SEPARATORS.split(_UUID.sub(" ", f"{stem} {part}"))
    return words_of(" ".join(token for token in tokens if not _HASH.fullmatch(token)))


def words_of(name: str) -> str:
    """Split a name into lower-case words: `countryCode`, `country_code` and `COUNTRY-CODE` are all `country code`."""
    spaced = _CAMEL.sub(" ", _SEPARATORS.sub(" ", _REPEATED_HEADER.sub("", name)))
    # Lower case may bring marks that are no part of words: `İ` becomes an i and a dot.
    return " ".join(_SEPARATORS.sub(" ", spaced.lower()).split())


def is_positional(name: str) -> bool:
    """Whether a name, in words, only tells a column's place in its table, as `column 3` does."""
    return bool(_POSITIONAL.fullmatch(name))


def sql_names(names: Sequence[str]) -> list[str]:
    """Give columns distinct names in SQL, to which `id` and `ID` are the same: the second is `ID (2)`."""
    taken: set[str] = set()
    distinct: list[str] = []
    for name in names:
        copies = (name if number == 1 else f"{name} ({number})" for number in count(1))
        free = next(one for one in copies if one.lower() not in taken)
        taken.add(free.lower())
        distinct.append(free)
    return distinct
