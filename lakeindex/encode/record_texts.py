"""Describe columns straight from their profile records, as the catalog and the workers keep them."""

from __future__ import annotations

import math

import pyarrow as pa

from lakeindex.config.text_options import TextOptions
from lakeindex.encode.column_text import DescribedColumn, Lengths, describe
from lakeindex.types.columns import Kind
from lakeindex.types.names import title_of

RECORD_FIELDS = ("table_id", "name", "kind", "rows", "distinct", "minimum", "maximum", "texts")
"""The fields of a profile record that a text is made of."""


def describe_records(records: pa.RecordBatch | pa.Table, options: TextOptions) -> list[str]:
    """Write the text of each column, in the records' order."""
    return [_describe_record(record, options) for record in records.select(RECORD_FIELDS).to_pylist()]


def _describe_record(record: dict[str, object], options: TextOptions) -> str:
    sampled = record["texts"]
    assert isinstance(sampled, list)
    values = [one["text"] for one in sorted(sampled, key=lambda one: (-one["rows"], one["value_hash"]))]
    column = DescribedColumn(
        title=title_of(str(record["table_id"])),
        name=str(record["name"]),
        kind=Kind(str(record["kind"])),
        rows=int(str(record["rows"])),
        distinct=int(str(record["distinct"])),
        lengths=Lengths.of(values),
        minimum=_number(record["minimum"]),
        maximum=_number(record["maximum"]),
        values=values,
    )
    return describe(column, options)


def _number(value: object) -> float:
    return float(value) if isinstance(value, float) else math.nan
