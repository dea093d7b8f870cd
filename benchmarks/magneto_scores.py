"""What Magneto (Liu et al., VLDB 2025) says of the columns of two tables, without its large language model."""

from __future__ import annotations

import contextlib
import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.model_folder import model_folder
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId, TableId


def magneto_scores(
    lake: Lake, queries: Sequence[ColumnId], allowed: Mapping[str, Collection[str]] | None
) -> dict[ColumnId, dict[ColumnId, float]]:
    """Match each query's table with every other one that may answer; keep the scores of the queries' columns."""
    import magneto
    from magneto import embedding_matcher

    # Its models are on a hub; this one is a package.
    embedding_matcher.DEFAULT_MODELS["minilm"] = str(model_folder(ModelOptions(model=BASE_MODEL)))
    matcher = magneto.Magneto(embedding_model="minilm")
    found: dict[ColumnId, dict[ColumnId, float]] = {query: {} for query in queries}
    of_table: dict[TableId, list[ColumnId]] = defaultdict(list)
    for query in queries:
        of_table[query.table].append(query)
    frames = {table: _frame(lake, table) for table in lake.opened.table_ids}
    for table, columns in of_table.items():
        for other, frame in frames.items():
            if other == table or (allowed is not None and other not in allowed.get(table, ())):
                continue
            if frame.empty or frames[table].empty:  # which it divides by
                continue
            with contextlib.redirect_stdout(io.StringIO()):
                matches = matcher.get_matches(frames[table], frame)
            scored = {(left, right): float(score) for ((_, left), (_, right)), score in matches.items()}
            for query in columns:
                found[query] |= {ColumnId(other, right): of for (one, right), of in scored.items() if one == query.name}
    return found


def _frame(lake: Lake, table: TableId) -> Any:
    rows = lake.read(table)
    return pa.Table.from_batches(list(rows.batches), rows.schema).to_pandas()
