"""Values of any Arrow type as text, as DuckDB writes them too: one text, whichever of the two reads a file."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.profile.long_values import shorten

Column: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"

_BYTES = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
_LISTS = (
    pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_list_view,
    pa.types.is_large_list_view,
)  # fmt: skip
UUID_BYTES = 16
_UUID = (r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5")
_LEAST_PLAIN = 1e-4
_ZERO_DECIMALS = r"\.0+$"
_LAST_ZEROS = r"(\.\d*?[1-9])0+$"


def as_text(values: Column) -> Texts:
    """Render values of any Arrow type as strings, as a CSV file would show them; the elements of lists one by one.

    Bytes are hexadecimal digits, 16 of them a UUID; times with a zone are in UTC. Very long values are shortened to
    their beginning and a hash. An empty list is null.
    Raises ArrowInvalid for strings that are not valid UTF-8.
    """
    array = _plain(values)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return _strings(array)
    array = _elements(array)
    kind = array.type
    if any(is_bytes(kind) for is_bytes in _BYTES):
        return _hexadecimal(array)
    if pa.types.is_nested(kind) or pa.types.is_interval(kind):
        return pa.array([None if item is None else str(item) for item in array.to_pylist()], pa.large_string())
    if pa.types.is_floating(kind):
        return _floats(array)
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return _times(array)
    return _strings(array)


def _strings(array: Any) -> Texts:
    texts: Texts = array.cast(pa.large_string())
    texts.validate(full=True)
    return shorten(texts)


def sql_type_of(kind: pa.DataType) -> str | None:
    """Return the SQL type of a column of bytes, UUID or BLOB, or of lists; None for others, whose values show it."""
    if any(is_list(kind) for is_list in _LISTS):
        return "VARCHAR"
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if not any(is_bytes(kind) for is_bytes in _BYTES):
        return None
    return "UUID" if pa.types.is_fixed_size_binary(kind) and kind.byte_width == UUID_BYTES else "BLOB"


def _plain(values: Column) -> Any:
    array: Any = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)  # type: ignore[attr-defined]
    return array


def _elements(array: Any) -> Any:
    """Return the innermost elements of lists, of all fields of structs; a null for each list without any."""
    while any(is_list(array.type) for is_list in _LISTS):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
        lists = pa.nulls(int(np.count_nonzero(lengths == 0)), array.type.value_type)
        array = _plain(pa.concat_arrays([pc.list_flatten(array), lists]))
        if pa.types.is_struct(array.type):
            fields = [as_text(field) for field in array.flatten()]
            array = pa.concat_arrays([pa.array([], pa.large_string()), *fields])
    return array


def _hexadecimal(array: Any) -> Texts:
    # A byte is two digits, looked up in one array; the digits are put together as Arrow holds the bytes.
    is_uuid = pa.types.is_fixed_size_binary(array.type) and array.type.byte_width == UUID_BYTES
    array = array.cast(pa.large_binary())
    offsets = np.frombuffer(memoryview(array.buffers()[1] or b""), np.int64)[
        array.offset : array.offset + len(array) + 1
    ]
    data = np.frombuffer(memoryview(array.buffers()[2] or b""), np.uint8)
    start, end = (int(offsets[0]), int(offsets[-1])) if len(offsets) else (0, 0)
    digits = data[start:end].tobytes().hex().encode("ascii")
    ends = pa.py_buffer((((offsets if len(offsets) else np.zeros(1, np.int64)) - start) * 2).tobytes())
    validity = pa.array(pc.is_valid(array)).buffers()[1]
    texts: Texts = pa.Array.from_buffers(pa.large_string(), len(array), [validity, ends, pa.py_buffer(digits)])  # type: ignore[assignment]
    return shorten(pc.replace_substring_regex(texts, *_UUID) if is_uuid else texts)


def _floats(array: Any) -> Texts:
    """Write numbers as DuckDB does: in digits below 10^16, else with an exponent."""
    array = array.cast(pa.float32()) if pa.types.is_float16(array.type) else array
    texts: Texts = array.cast(pa.large_string())
    numbers = array.to_numpy(zero_copy_only=False)
    is_small = (np.abs(numbers) < _LEAST_PLAIN) & (numbers != 0)
    has_exponent = pc.match_substring(texts, "e").fill_null(False).to_numpy(zero_copy_only=False)
    is_other = (has_exponent | is_small) & np.isfinite(numbers)
    if not is_other.any():
        return texts
    # By way of the text, as a single-precision number has fewer digits than the double that equals it.
    written = numbers[is_other].astype(str).astype(np.float64).astype(str)
    rewritten: Any = pc.replace_with_mask(texts, pa.array(is_other), pa.array(written).cast(pa.large_string()))
    whole: Texts = pc.replace_substring_regex(rewritten, _ZERO_DECIMALS, "")
    return whole


def _times(array: Any) -> Texts:
    """Write times without zeros at the end of their decimals; those with a zone in UTC, which `+00` marks."""
    zone = ""
    if pa.types.is_timestamp(array.type) and array.type.tz is not None:
        zone, array = "+00", array.cast(pa.timestamp(array.type.unit, "UTC")).cast(pa.timestamp(array.type.unit))
    if not pc.max(pc.subsecond(array)).as_py():
        # Whole seconds are written without decimals, at a fifth of the cost of taking these away.
        array = array.cast(pa.time32("s") if pa.types.is_time(array.type) else pa.timestamp("s"))
    texts: Any = array.cast(pa.large_string())
    if array.type.unit != "s":
        for pattern, by in ((_ZERO_DECIMALS, ""), (_LAST_ZEROS, r"\1")):
            texts = pc.replace_substring_regex(texts, pattern, by)
    end, nothing = (pa.scalar(one, pa.large_string()) for one in (zone, ""))
    written: Texts = pc.binary_join_element_wise(texts, end, nothing) if zone else texts
    return written
