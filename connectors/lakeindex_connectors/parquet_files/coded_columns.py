"""Which texts a Parquet file has as codes, numbers of a page with the distinct ones, as far as its footer tells."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from pyarrow import parquet

_LENGTH_BYTES = 4
"""What is written before each text that is no code: a column with less a value has hardly any of them."""


def coded_columns(opened: parquet.ParquetFile) -> list[str]:
    """Return the names of the columns of text that are written as codes."""
    metadata, fields = opened.metadata, opened.schema_arrow
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    texts = {field.name for field in fields if pa.types.is_string(field.type)}
    places = {metadata.schema.column(place).path: place for place in range(metadata.num_columns)}
    return [
        name
        for name, place in places.items()
        if name in texts and _are_coded([group.column(place) for group in groups])
    ]


def _are_coded(chunks: Sequence[parquet.ColumnChunkMetaData]) -> bool:
    size = sum(chunk.total_uncompressed_size for chunk in chunks)
    has_codes = all(chunk.has_dictionary_page for chunk in chunks)
    return has_codes and size < _LENGTH_BYTES * sum(chunk.num_values for chunk in chunks)
