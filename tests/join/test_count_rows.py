from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.errors import UnreadableTable
from lakeindex.join.condition import MAPPING_SCHEMA, ByExpression, ByMapping, Rule
from lakeindex.join.count_rows import EQUAL_AS_WRITTEN, measure
from lakeindex.join.lake_tables import CountedColumn
from lakeindex.join.stored_column import ColumnStore
from lakeindex.profile.normalise import is_missing, normal_values
from lakeindex.types.lake import TableId
from lakeindex.types.matches import Cardinality, JoinMeasure

TEXTS = [" Paris ", "PARIS", "7.0", "7", "07", "-3.00", "1.50", "N/A", "null", "-", "?", "", "\t x\n", "Å", "a\u00a0"]


def in_profile(texts: list[str]) -> set[str]:
    values = normal_values(pa.array(texts, pa.large_string()))
    missing = is_missing(values).to_pylist()
    return {value for value, nothing in zip(values.to_pylist(), missing, strict=True) if not nothing}


def measured(query: list[str | None], candidate: list[str | None], rule: Rule | None = EQUAL_AS_WRITTEN) -> JoinMeasure:
    with duckdb.connect() as connection:
        for name, values in (("q", query), ("c", candidate)):
            connection.register("incoming", pa.table({'the "column': pa.array(values, pa.string())}))
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
            connection.unregister("incoming")
        with ColumnStore(connection) as store:
            return measure(store, store.read(column_of("q")), store.read(column_of("c")), rule)


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
    assert join.examples == ("A", "b")


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


def test_values_that_meet_otherwise_are_counted_beside_those_that_are_equal_as_written() -> None:
    digits = ByExpression("ltrim({value}, '0')", "ltrim({value}, '0')")
    join = measured(["007", "08", "8", "9", "9"], ["7", "8", "8", "x"], digits)
    assert (join.containment, join.reverse_containment) == (1 / 4, 1 / 3)
    assert (join.matched, join.reverse_matched) == (3 / 4, 2 / 3)
    assert (join.match_rate, join.reverse_match_rate) == (3 / 5, 3 / 4)
    assert join.rows == 1 * 1 + 2 * 2
    assert join.cardinality is Cardinality.MANY_TO_MANY
    assert join.examples == ("007 → 7", "08 → 8", "8")


def test_values_that_a_mapping_pairs_are_counted() -> None:
    pairs = pa.table([["de", "de", "fr", "xx"], ["Germany", "GDR", "France", "France"], [1.0] * 4], MAPPING_SCHEMA)
    join = measured(["de", "de", "fr", "it"], ["Germany", "GDR", "France", "France", "Spain"], ByMapping(pairs))
    assert (join.containment, join.reverse_containment) == (0.0, 0.0)
    assert (join.matched, join.reverse_matched) == (2 / 3, 3 / 4)
    assert (join.match_rate, join.reverse_match_rate) == (3 / 4, 4 / 5)
    assert join.rows == 2 * 2 + 1 * 2
    assert join.cardinality is Cardinality.MANY_TO_MANY
    assert join.examples == ("de → GDR", "fr → France")


def test_one_value_that_means_several_others_makes_many_of_one() -> None:
    pairs = pa.table([["de", "de"], ["Germany", "GDR"], [1.0] * 2], MAPPING_SCHEMA)
    assert measured(["de"], ["Germany", "GDR"], ByMapping(pairs)).cardinality is Cardinality.ONE_TO_MANY


def test_markers_of_nothing_are_values_where_they_meet() -> None:
    people, names = ["Null", "Ada", "Ada"], ["Null", "Ada"]
    equal = measured(list(people), list(names), ByExpression("{value}", "{value}"))
    assert (equal.matched, equal.match_rate, equal.rows) == (1.0, 1.0, 3)
    assert measured(list(people), list(names)).rows == 2


def test_columns_that_never_meet_have_their_values_counted_all_the_same() -> None:
    join = measured(["a", "b"], ["b"], None)
    assert (join.containment, join.reverse_containment) == (0.5, 1.0)
    assert (join.matched, join.match_rate, join.rows, join.examples) == (0.0, 0.0, 0, ())


def test_counts_beyond_what_float64_holds_are_exact() -> None:
    with duckdb.connect() as connection:
        for name, rows in (("q", 3**12), ("c", 3**11)):
            connection.execute(f"""CREATE TABLE {name} AS SELECT 'a' AS 'the "column' FROM range({rows})""")
        with ColumnStore(connection) as store:
            join = measure(store, store.read(column_of("q")), store.read(column_of("c")))
    assert join.rows == 3**23


def test_a_table_that_is_gone_is_unreadable() -> None:
    unreadable = pytest.raises(UnreadableTable, match="q can't be read: Catalog Error")
    with duckdb.connect() as connection, ColumnStore(connection) as store, unreadable:
        store.read(column_of("q"))


def test_a_query_column_is_read_once_for_all_its_candidates() -> None:
    with duckdb.connect() as connection:
        for name in ("q", "c"):
            connection.execute(f"""CREATE TABLE {name} AS SELECT unnest(['a', 'b']) AS 'the "column'""")
        with ColumnStore(connection) as store:
            query = store.read(column_of("q"))
            connection.execute("DROP TABLE q")
            assert [measure(store, query, store.read(column_of("c"))).rows for _ in range(2)] == [2, 2]


def test_what_was_read_is_forgotten_at_the_end() -> None:
    with duckdb.connect() as connection:
        connection.execute("""CREATE TABLE q AS SELECT unnest(['a', 'b']) AS 'the "column'""")
        with ColumnStore(connection) as store:
            store.forget(store.read(column_of("q")))
            store.read(column_of("q"))
            assert len(connection.execute("SHOW TABLES").fetchall()) == 2
        assert connection.execute("SHOW TABLES").fetchall() == [("q",)]


def test_a_stored_column_has_the_rows_of_the_table_and_their_type() -> None:
    with duckdb.connect() as connection:
        connection.execute("""CREATE TABLE q AS SELECT unnest([DATE '2024-01-02', NULL, DATE '2024-01-02']) AS day""")
        with ColumnStore(connection) as store:
            stored = store.read(CountedColumn(TableId("q"), "day", "SELECT * FROM q"))
            rows = connection.execute(stored.side.source).fetchall()
    assert [str(day) for (day,) in rows] == ["2024-01-02"] * 2
    assert (stored.side.column, stored.side.sql_type, stored.side.rows) == ("day", "DATE", 2)
    assert (stored.values.to_pylist(), stored.rows.tolist()) == (["2024-01-02"], [2])
