"""Write the pairs of a mapping into a statement, where there are few enough of them to be read."""

from __future__ import annotations

import pyarrow as pa

from lakeindex.errors import InvalidSetting
from lakeindex.sql import literal

MOST_PAIRS = 2_000


def inlined(pairs: pa.Table) -> str:
    """Return pairs, MAPPING_SCHEMA, as what SQL selects them from. Raises InvalidSetting where they are too many."""
    if pairs.num_rows > MOST_PAIRS:
        raise InvalidSetting(
            f"this join needs a mapping of {pairs.num_rows:,} pairs of values, too many for a statement: "
            "lakeindex join ... --sql --out FILE writes them beside it"
        )
    rows = zip(*(pairs.column(name).to_pylist() for name in ("left_value", "right_value", "probability")), strict=True)
    values = ",\n  ".join(f"({literal(left)}, {literal(right)}, {probability!r})" for left, right, probability in rows)
    # Of no pair there are no VALUES: a table of the same columns without a row.
    written = values or "('', '', 0.0)"
    only = "" if values else " WHERE false"
    return f"(SELECT * FROM (VALUES\n  {written}\n) AS v(left_value, right_value, probability){only})"
