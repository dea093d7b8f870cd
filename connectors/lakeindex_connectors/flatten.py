"""Flatten nested Arrow columns: fields of structs are named by their path, lists of plain values stay lists.

Maps, and lists of anything that has fields of its own, become JSON text.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pyarrow as pa

from lakeindex_connectors.column_names import unique_names

_LISTS = (pa.ListType, pa.LargeListType, pa.FixedSizeListType)


def flat_fields(schema: pa.Schema) -> list[pa.Field[pa.DataType]]:
    """Return the fields that `flat_columns` gives: unique names, no nested types but lists of values."""
    leaves = [leaf for field in schema for leaf in _leaves(field.name, field.type)]
    names = unique_names(name for name, _ in leaves)
    return [pa.field(name, kind) for name, (_, kind) in zip(names, leaves, strict=True)]


def is_flat(schema: pa.Schema, flat: pa.Schema) -> bool:
    """Return whether flattening changed no name or type, and names differ by more than case, as SQL requires."""
    is_unchanged = schema.names == flat.names and schema.types == flat.types
    return is_unchanged and len({name.lower() for name in flat.names}) == len(flat.names)


def flat_columns(batch: pa.RecordBatch, coded: bool = False) -> list[pa.Array[pa.Scalar[pa.DataType]]]:
    """Flatten the columns of a batch, in the order of `flat_fields`; texts may stay dictionaries where `coded`."""
    return [
        flat
        for column in batch.columns
        for flat in ([column] if coded and _is_coded_text(column.type) else _flattened(column))
    ]


def _is_coded_text(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.DictionaryType) and pa.types.is_string(kind.value_type)


def _leaves(name: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    if isinstance(kind, pa.StructType) and kind.num_fields:
        for field in kind:
            yield from _leaves(f"{name}.{field.name}", field.type)
    elif isinstance(kind, pa.BaseExtensionType):
        yield from _leaves(name, kind.storage_type)
    elif isinstance(kind, pa.DictionaryType):
        yield from _leaves(name, kind.value_type)
    else:
        yield name, _flat_type(kind)


def _flat_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that a column without fields has when it is flat: text where its values are no plain ones."""
    if isinstance(kind, pa.BaseExtensionType):
        return _flat_type(kind.storage_type)
    if isinstance(kind, pa.DictionaryType):
        return _flat_type(kind.value_type)
    if not isinstance(kind, _LISTS):
        return pa.string() if pa.types.is_nested(kind) else kind
    inner = _flat_type(kind.value_type)
    if pa.types.is_nested(kind.value_type) and not isinstance(inner, _LISTS):
        return pa.string()
    if inner == kind.value_type:
        return kind
    return pa.large_list(inner) if isinstance(kind, pa.LargeListType) else pa.list_(inner)


def _flattened(column: pa.Array[pa.Scalar[pa.DataType]]) -> Iterator[pa.Array[pa.Scalar[pa.DataType]]]:
    kind = column.type
    if isinstance(column, pa.StructArray) and kind.num_fields:
        for field in column.flatten():
            yield from _flattened(field)
    elif isinstance(column, pa.ExtensionArray):
        yield from _flattened(column.storage)
    elif isinstance(column, pa.DictionaryArray):
        yield from _flattened(column.dictionary_decode())
    elif pa.types.is_nested(kind) and not isinstance(_flat_type(kind), _LISTS):
        values = [value.as_py() for value in column]
        yield pa.array([None if value is None else to_json(value) for value in values], pa.string())
    else:
        flat = _flat_type(kind)
        yield column if flat == kind else column.cast(flat)


def to_json(value: object) -> str:
    """Write a nested value as JSON text; dates and decimals as text, bytes in base64."""
    return json.dumps(value, ensure_ascii=False, default=_as_text)


def _as_text(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
