"""Jaccard: |Q ∩ C| / |Q ∪ C| of distinct values, trimmed and case-folded, exact, from inverted lists in DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from peers.lake_values import LakeValues
from peers.peer import Keys, best, bytes_in

_COLUMNS_AT_ONCE = 2000

# A value is its 64-bit hash: among ten million values two meet once in four hundred thousand lakes.
_INDEX = """
CREATE TABLE columns AS SELECT key, hash(value) AS value FROM cells ORDER BY key;
CREATE TABLE inverted AS SELECT value, list(key) AS keys FROM columns GROUP BY value ORDER BY value;
DROP TABLE cells;
CHECKPOINT;
"""
_SHARED = """
SELECT key, count(*) AS shared
FROM (SELECT unnest(keys) AS key FROM inverted SEMI JOIN (SELECT value FROM columns WHERE key = ?) USING (value))
GROUP BY key
"""


class Jaccard:
    reads_values = True
    settings: dict[str, object]

    def __init__(self) -> None:
        self.settings = {"values": "distinct, trimmed, case-folded"}

    def build(self, lake: LakeValues, folder: Path) -> None:
        self._folder, self._tables = folder, lake.tables
        self._database = duckdb.connect(str(folder / "inverted.duckdb"))
        self._database.execute("CREATE TEMP TABLE cells (key INTEGER, value VARCHAR)")
        self._sizes = np.zeros(len(lake.columns), np.int64)
        for start in range(0, len(lake.columns), _COLUMNS_AT_ONCE):
            values = [column.folded() for column in lake.columns[start : start + _COLUMNS_AT_ONCE]]
            keys = np.arange(start, start + len(values), dtype=np.int32)
            sizes = self._sizes[keys] = [len(each) for each in values]
            texts = pa.array((value for each in values for value in each), pa.large_string())
            cells = pa.table({"key": np.repeat(keys, sizes), "value": texts})
            self._database.register("incoming", cells).execute("INSERT INTO cells FROM incoming")
        self._database.unregister("incoming")
        self._database.execute(_INDEX)

    def search(self, key: int, k: int) -> Keys:
        found = self._database.execute(_SHARED, [key]).fetchnumpy()
        keys, shared = found["key"].astype(np.int64), found["shared"].astype(np.int64)
        return best(keys, shared / (self._sizes[key] + self._sizes[keys] - shared), key, self._tables, k)

    def size(self) -> int:
        return bytes_in(self._folder)
