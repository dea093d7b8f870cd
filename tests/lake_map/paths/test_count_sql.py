"""The rows of a path are counted as if it were joined: any tables, any number of hops, against the join itself."""

from __future__ import annotations

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.lake_map.paths.count_sql import HopSql, count_sql

VALUES = st.one_of(st.none(), st.integers(0, 3))
TABLES = st.lists(st.lists(st.tuples(VALUES, VALUES), max_size=6), min_size=2, max_size=4)


@settings(max_examples=60, deadline=None)
@given(tables=TABLES)
def test_counts_are_those_of_the_join(tables: list[list[tuple[int | None, int | None]]]) -> None:
    connection = duckdb.connect()
    for place, rows in enumerate(tables):
        columns = [pa.array([row[side] for row in rows], pa.int64()) for side in (0, 1)]
        connection.register(f"table{place}", pa.table(columns, names=["a", "b"]))
    hops = [HopSql("t.b", "t.a", f"SELECT * FROM table{place}") for place in range(1, len(tables))]
    counted = connection.sql(count_sql("SELECT * FROM table0", hops)).to_arrow_table().to_pylist()[0]
    joined = "table0"
    for place in range(1, len(tables)):
        before = connection.sql(f"SELECT count(*) FROM {joined}").fetchall()[0][0]
        exists = f"EXISTS (SELECT 1 FROM table{place} AS x WHERE x.a = table{place - 1}.b)"
        kept = connection.sql(f"SELECT count(*) FROM {joined} WHERE {exists}").fetchall()[0][0]
        joined = f"{joined} JOIN table{place} ON table{place - 1}.b = table{place}.a"
        after = connection.sql(f"SELECT count(*) FROM {joined}").fetchall()[0][0]
        hop = place - 1
        assert [counted[f"{name}_{hop}"] for name in ("before", "kept", "rows")] == [before, kept, after]


def test_keys_that_meet_by_a_mapping_are_counted() -> None:
    connection = duckdb.connect()
    connection.register("left_rows", pa.table({"name": ["U.S.", "U.S.", "Peru", "Mali"]}))
    connection.register("right_rows", pa.table({"code": ["US", "US", "US", "PE"]}))
    connection.register("pairs", pa.table({"left_value": ["U.S.", "Peru", "Mali"], "right_value": ["US", "PE", "ML"]}))
    hop = HopSql("t.name", "t.code", "SELECT * FROM right_rows", "pairs")
    counted = connection.sql(count_sql("SELECT * FROM left_rows", [hop])).to_arrow_table().to_pylist()
    assert counted == [{"before_0": 4, "kept_0": 3, "rows_0": 7}]
