"""The normal forms under which values are compared, over whole Arrow columns.

value  trimmed, lower-cased, a whole number without its decimals       " Paris " → "paris", "7.0" → "7"
words  besides: no accents, punctuation as spaces, dates in ISO order   "São-Paulo" → "sao paulo"
key    words without spaces and leading zeros; a number, plainly        "(030) 12-34" → "301234", "1.234,50" → "1234.50"
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.profile.long_values import shorten
from lakeindex.profile.number_formats import without_separators

Column: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"

_MISSING = pa.array(["", "null", "none", "nan", "n/a", "#n/a", "\\n", "-", "--", "?"], pa.large_string())
_DATES = (
    (r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([t ]00:00(:00(\.0+)?)?z?)?$", r"\1-\2-\3"),
    (r"^(0?[1-9]|1[0-2])/(\d{1,2})/(\d{4})$", r"\3-\1-\2"),
    (r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$", r"\3-\2-\1"),
)
_NOTHING = pa.scalar("", pa.large_string())
_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
_ISO_DATE = r"^\d{4}-\d{1,2}-\d{1,2}$"


def as_text(values: Column) -> Texts:
    """Render values of any Arrow type as strings, as a CSV file would show them; bytes as hexadecimal digits.

    Very long values are shortened to their beginning and a hash.
    Raises ArrowInvalid for strings that are not valid UTF-8.
    """
    array: pa.Array[Any] = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    kind = array.type
    if any(is_bytes(kind) for is_bytes in _BYTES):
        return pa.array([None if item is None else item.hex() for item in array.to_pylist()], pa.large_string())
    if pa.types.is_nested(kind) or pa.types.is_interval(kind):
        return pa.array([None if item is None else str(item) for item in array.to_pylist()], pa.large_string())
    texts: Texts = array.cast(pa.large_string())  # type: ignore[assignment]
    texts.validate(full=True)
    return shorten(texts)


def normal_values(texts: Texts) -> Texts:
    """Trim and lower-case; drop the zero decimals of a whole number."""
    values = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    return pc.replace_substring_regex(values, r"^([+-]?\d+)\.0+$", r"\1")


def is_missing(values: Texts) -> pa.BooleanArray:
    """Return which normal values stand for a missing one: empty ones and markers such as `null` or `n/a`."""
    return pc.is_in(values, value_set=_MISSING)


def normal_words(values: Texts) -> Texts:
    """Strip accents and punctuation from normal values; put dates into ISO order."""
    words = _iso_dates(values)
    if pc.all(pc.string_is_ascii(words)).as_py():
        return pc.utf8_trim_whitespace(pc.replace_substring_regex(words, r"[^a-z0-9]+", " "))
    # Decomposing leaves capitals: the double-struck C has no lower case of its own.
    plain: Texts = pc.utf8_lower(pc.utf8_normalize(words, form="NFKD"))  # type: ignore[attr-defined]
    words = pc.replace_substring_regex(plain, r"\p{M}+", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(words, r"[^\p{L}\p{N}]+", " "))


def normal_keys(values: Texts, words: Texts) -> Texts:
    """Join the words without leading zeros; a number keeps its sign and point, and no separators."""
    joined = pc.replace_substring(words, " ", "")
    # Whether `1,234` is a decimal only its column shows: its key is that of a thousand, as most are.
    plain = without_separators(values)
    if plain is not values:
        plain = pc.replace_substring_regex(plain, r"^([+-]?\d+)\.0+$", r"\1")
    is_number = pc.match_substring_regex(plain, NUMBER)
    keys: Texts = pc.if_else(is_number, plain, joined)
    stripped = pc.replace_substring_regex(keys, r"^0+(\d)", r"\1")
    keys = pc.if_else(pc.equal(stripped, _NOTHING), values, stripped)
    return keys


def shape_of(values: Texts) -> Texts:
    """Write each normal value as its shape: a run of letters as `a`, of digits as `9`, the rest as it is."""
    letters = r"[a-z]+" if pc.all(pc.string_is_ascii(values)).as_py() else r"\p{L}+"
    return pc.replace_substring_regex(pc.replace_substring_regex(values, r"[0-9]+", "9"), letters, "a")


def _iso_dates(values: Texts) -> Texts:
    for pattern, order in _DATES:
        if pc.any(pc.match_substring_regex(values, pattern)).as_py():
            values = pc.replace_substring_regex(values, pattern, order)
    is_date = pc.match_substring_regex(values, _ISO_DATE)
    if not pc.any(is_date).as_py():
        return values
    padded = pc.replace_substring_regex(values, r"-(\d)-", r"-0\1-")
    padded = pc.replace_substring_regex(padded, r"-(\d)$", r"-0\1")
    ordered: Texts = pc.if_else(is_date, padded, values)
    return ordered
