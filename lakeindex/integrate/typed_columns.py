"""The columns of an integrated table as numbers and dates, where every value is one."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_WHOLE = r"^(0|-?[1-9]\d{0,17})$"
_DECIMAL = r"^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$"
_DAY = r"^\d{4}-\d\d-\d\d$"
_TYPES = ((_WHOLE, pa.int64()), (_DECIMAL, pa.float64()), (_DAY, pa.date32()))


def typed_columns(table: pa.Table) -> pa.Table:
    """Return columns of texts as whole numbers, decimal numbers or days, where all their values are written so.

    Codes with leading zeros, and numbers with more digits than a double has, stay texts.
    """
    columns = [_typed(table[name]) for name in table.column_names]
    return pa.table(columns, names=table.column_names)


def _typed(column: Any) -> Any:
    if column.null_count == len(column):
        return column
    for pattern, kind in _TYPES:
        if pc.all(pc.match_substring_regex(column, pattern)).as_py():
            try:
                return column.cast(kind)
            except pa.ArrowInvalid:  # February 30
                return column
    return column
