"""Describe columns straight from their profile records, as the catalog and the workers keep them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import pyarrow as pa

from lakeindex.arrays.frequent_texts import FrequentTexts
from lakeindex.config.text_options import TextOptions, ValueOrder
from lakeindex.encode.column_text import MANY_COLUMNS, DescribedColumn, Lengths, describe
from lakeindex.types.columns import Kind
from lakeindex.types.names import title_of

_FACTS = ("table_id", "name", "kind", "rows", "distinct", "minimum", "maximum")
RECORD_FIELDS = (*_FACTS, "texts")
"""The fields of a profile record that a text is made of."""


def describe_records(
    records: pa.RecordBatch | pa.Table, options: TextOptions, table_columns: int | None = None
) -> list[str]:
    """Write the text of each column, in the records' order.

    `table_columns` is how many columns the table of all of them has; None where the records are of whole tables.
    """
    table = pa.Table.from_batches([records]) if isinstance(records, pa.RecordBatch) else records
    # By hash, any of the values may be named.
    most = None if options.order is ValueOrder.HASH else max(options.values, options.number_values, 1)
    values = FrequentTexts.of(table["texts"], most).of_each()
    lengths = _lengths(table["texts"]) if options.statistics else repeat(None)
    facts = table.select(_FACTS).to_pylist()
    columns = Counter(str(record["table_id"]) for record in facts)
    return [
        describe(_described(record, named, measured, table_columns or columns[record["table_id"]]), options)
        for record, named, measured in zip(facts, values, lengths, strict=False)
    ]


def _lengths(sampled: pa.ChunkedArray[Any]) -> list[Lengths | None]:
    return [Lengths.of(texts) for texts in FrequentTexts.of(sampled).of_each()]


def _described(
    record: dict[str, object], values: Sequence[str], lengths: Lengths | None, table_columns: int
) -> DescribedColumn:
    return DescribedColumn(
        title=title_of(str(record["table_id"])),
        name=str(record["name"]),
        kind=Kind(str(record["kind"])),
        rows=int(str(record["rows"])),
        distinct=int(str(record["distinct"])),
        lengths=lengths,
        minimum=_number(record["minimum"]),
        maximum=_number(record["maximum"]),
        values=values,
        is_of_many=table_columns > MANY_COLUMNS,
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, float) else math.nan
