"""What the page of a lake's map shows, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.catalog.directory import Directory
from lakeindex.lake_map.page.communities import communities
from lakeindex.lake_map.page.layout import layout

_DIGITS = 2


def page_data(tables: Sequence[str], directory: Directory, relationships: pa.Table) -> str:
    """Write the tables with their sizes and places, and the relationships between them.

    `relationships` are rows as RELATIONSHIPS_SCHEMA. In the text `<` is escaped, so that it can stand in a page.
    """
    numbers = {table: number for number, table in enumerate(tables)}
    links = _links(relationships, numbers)
    left, right = (np.array([link[end] for link in links], np.int64) for end in ("c", "p"))
    weights = np.array([link["w"] for link in links], np.float64)
    labels = communities(len(tables), left, right, weights)
    places = layout(labels, left, right)
    listed = [
        [table, *_sizes(directory, table), round(x, _DIGITS), round(y, _DIGITS), int(label)]
        for table, (x, y), label in zip(tables, places.tolist(), labels.tolist(), strict=True)
    ]
    return json.dumps({"tables": listed, "links": links}, separators=(",", ":")).replace("<", "\\u003c")


def _sizes(directory: Directory, table: str) -> tuple[int, int]:
    """Return the rows and the columns of a table."""
    if not directory.has_table(table):  # type: ignore[arg-type]
        return 0, 0
    keys = directory.keys_of_table(table)  # type: ignore[arg-type]
    return int(directory.facts.rows[keys].max(initial=0)), len(keys)


def _links(relationships: pa.Table, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """Put the pairs of each foreign key together."""
    links: dict[int, dict[str, Any]] = {}
    for row in relationships.to_pylist():
        link = links.setdefault(
            row["key"],
            {
                "c": numbers[row["child_table"]],
                "p": numbers[row["parent_table"]],
                "k": [],
                "w": round(row["probability"], 3),
                "n": row["cardinality"],
                "m": row["method"],
                "o": None if row["orphans"] is None else round(row["orphans"], 4),
                "e": row["evidence"],
            },
        )
        link["k"].append([row["child_column"], row["parent_column"]])
    return list(links.values())
