from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.errors import UnreadableTable
from lakeindex.join.count_rows import RowCounter
from lakeindex.join.lake_tables import CountedColumn
from lakeindex.profile.normalise import is_missing, normal_values
from lakeindex.types.lake import TableId
from lakeindex.types.matches import Cardinality

TEXTS = [" Paris ", "PARIS", "7.0", "7", "07", "-3.00", "1.50", "N/A", "null", "-", "?", "", "\t x\n", "Å", "a\u00a0"]


def in_profile(texts: list[str]) -> set[str]:
    values = normal_values(pa.array(texts, pa.large_string()))
    missing = is_missing(values).to_pylist()
    return {value for value, nothing in zip(values.to_pylist(), missing, strict=True) if not nothing}


def measured(query: list[str | None], candidate: list[str | None]):
    with duckdb.connect() as connection:
        for name, values in (("q", query), ("c", candidate)):
            connection.register("incoming", pa.table({'the "column': pa.array(values, pa.string())}))
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
            connection.unregister("incoming")
        with RowCounter(connection, column_of("q")) as probe:
            return probe.measure(column_of("c"))


def column_of(table: str) -> CountedColumn:
    return CountedColumn(TableId(table), 'the "column', f"SELECT * FROM {table}")


def test_duckdb_counts_the_values_that_a_profile_keeps() -> None:
    kept = in_profile(TEXTS)
    # Joined with the profile's own values, every value of the column finds its partner, and none is left over.
    join = measured(list(TEXTS), sorted(kept))
    assert (join.containment, join.reverse_containment) == (1.0, 1.0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.sampled_from("aAéÉ .0179-+?n/ul\t"), max_size=6), min_size=1, max_size=20))
def test_duckdb_and_profiles_agree_on_any_text(texts: list[str]) -> None:
    kept = in_profile(texts)
    join = measured(list(texts), sorted(kept))
    assert (join.containment, join.reverse_containment) == ((1.0, 1.0) if kept else (0.0, 0.0))


def test_a_join_is_counted_in_values_and_in_rows() -> None:
    join = measured(["a", "A ", "b", "c", None], ["a", "b", "b", "z"])
    assert join.containment == 2 / 3
    assert join.reverse_containment == 2 / 3
    assert join.match_rate == 3 / 4
    assert join.rows == 2 * 1 + 1 * 2
    assert join.cardinality is Cardinality.MANY_TO_MANY
    assert join.examples == ("a", "b")


@pytest.mark.parametrize(
    ("query", "candidate", "cardinality"),
    [
        (["a", "b"], ["a", "c"], Cardinality.ONE_TO_ONE),
        (["a", "b"], ["a", "a"], Cardinality.ONE_TO_MANY),
        (["a", "a"], ["a", "b"], Cardinality.MANY_TO_ONE),
        (["a", "a"], ["b", "b"], Cardinality.MANY_TO_MANY),
    ],
)
def test_cardinality_says_which_side_repeats(query: list[str], candidate: list[str], cardinality: Cardinality) -> None:
    assert measured(list(query), list(candidate)).cardinality is cardinality


def test_columns_without_values_join_nothing() -> None:
    join = measured([None, "n/a"], ["a"])
    assert (join.containment, join.reverse_containment, join.match_rate, join.rows) == (0.0, 0.0, 0.0, 0)
    assert join.examples == ()


def test_a_table_that_is_gone_is_unreadable() -> None:
    with duckdb.connect() as connection:
        with pytest.raises(UnreadableTable, match="q can't be read: Catalog Error"):
            RowCounter(connection, column_of("q"))
        connection.execute("""CREATE TABLE q AS SELECT 1 AS 'the "column'""")
        with RowCounter(connection, column_of("q")) as probe, pytest.raises(UnreadableTable, match="c can't be read"):
            probe.measure(column_of("c"))


def test_a_query_column_is_read_once_for_all_its_candidates() -> None:
    with duckdb.connect() as connection:
        for name in ("q", "c"):
            connection.execute(f"""CREATE TABLE {name} AS SELECT unnest(['a', 'b']) AS 'the "column'""")
        with RowCounter(connection, column_of("q")) as probe:
            connection.execute("DROP TABLE q")
            assert [probe.measure(column_of("c")).rows for _ in range(2)] == [2, 2]
