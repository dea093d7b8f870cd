"""The normal forms under which values are compared, over whole Arrow columns.

value  trimmed, lower-cased, a whole number without its decimals       " Paris " → "paris", "7.0" → "7"
words  besides: no accents, punctuation as spaces, dates in ISO order   "São-Paulo" → "sao paulo"
key    words without spaces and leading zeros; a number as it is        "(030) 12-34" → "301234"
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"

_MISSING = pa.array(["null", "none", "nan", "n/a", "#n/a", "\\n", "-", "--", "?"])
_DATES = (
    (r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})([t ]00:00(:00(\.0+)?)?z?)?$", r"\1-\2-\3"),
    (r"^(0?[1-9]|1[0-2])/(\d{1,2})/(\d{4})$", r"\3-\1-\2"),
    (r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$", r"\3-\2-\1"),
)
_ISO_DATE = r"^\d{4}-\d{1,2}-\d{1,2}$"


def as_text(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Render values of any Arrow type as strings, as a CSV file would show them; bytes as hexadecimal digits."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type) or pa.types.is_fixed_size_binary(array.type):
        return pa.array([None if item is None else item.hex() for item in array.to_pylist()], pa.large_string())
    if pa.types.is_nested(array.type):
        return pa.array([None if item is None else str(item) for item in array.to_pylist()], pa.large_string())
    return array.cast(pa.large_string())


def normal_values(texts: pa.Array) -> pa.Array:
    """Trim and lower-case; drop the zero decimals of a whole number."""
    values = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    return pc.replace_substring_regex(values, r"^([+-]?\d+)\.0+$", r"\1")


def is_missing(values: pa.Array) -> pa.Array:
    """Tell which normal values stand for nothing: empty ones and markers such as `null` or `n/a`."""
    return pc.or_(pc.equal(values, ""), pc.is_in(values, value_set=_MISSING.cast(values.type)))


def normal_words(values: pa.Array) -> pa.Array:
    """Strip accents and punctuation from normal values; put dates into ISO order."""
    words = _iso_dates(values)
    if pc.all(pc.string_is_ascii(words)).as_py():
        return pc.utf8_trim_whitespace(pc.replace_substring_regex(words, r"[^a-z0-9]+", " "))
    words = pc.replace_substring_regex(pc.utf8_normalize(words, form="NFKD"), r"\p{M}+", "")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(words, r"[^\p{L}\p{N}]+", " "))


def normal_keys(values: pa.Array, words: pa.Array) -> pa.Array:
    """Join the words without leading zeros; a number keeps its sign and point."""
    joined = pc.replace_substring(words, " ", "")
    is_number = pc.match_substring_regex(values, NUMBER)
    keys = pc.if_else(is_number, values, joined)
    stripped = pc.replace_substring_regex(keys, r"^0+(\d)", r"\1")
    return pc.if_else(pc.equal(stripped, ""), values, stripped)


def shape_of(values: pa.Array) -> pa.Array:
    """Write each normal value as its shape: a run of letters as `a`, of digits as `9`, the rest as it is."""
    letters = r"[a-z]+" if pc.all(pc.string_is_ascii(values)).as_py() else r"\p{L}+"
    return pc.replace_substring_regex(pc.replace_substring_regex(values, r"[0-9]+", "9"), letters, "a")


def _iso_dates(values: pa.Array) -> pa.Array:
    for pattern, order in _DATES:
        if pc.any(pc.match_substring_regex(values, pattern)).as_py():
            values = pc.replace_substring_regex(values, pattern, order)
    is_date = pc.match_substring_regex(values, _ISO_DATE)
    if not pc.any(is_date).as_py():
        return values
    padded = pc.replace_substring_regex(values, r"-(\d)-", r"-0\1-")
    padded = pc.replace_substring_regex(padded, r"-(\d)$", r"-0\1")
    return pc.if_else(is_date, padded, values)
