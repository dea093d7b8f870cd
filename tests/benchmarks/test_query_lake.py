"""Scripts get what users get."""

from __future__ import annotations

from query_lake import answers_by_source, has_column, query_lake, query_one_by_one

from lakeindex import ColumnId, Lake, TableId

CAPITALS = ColumnId(TableId("geo/countries.csv"), "capital")
CITIES = ColumnId(TableId("geo/hauptstädte.csv.gz"), "stadt")
NO_TABLE = ColumnId(TableId("no/such.csv"), "x")
NO_COLUMN = ColumnId(TableId("geo/countries.csv"), "Capital")


def answered(lake: Lake, column: ColumnId, **varied: object) -> list[ColumnId]:
    return [match.column for match in lake.query(column.table, column.name, k=100, probe=0, **varied).matches]


def test_queries_are_answered_as_the_lake_answers_them(lake: Lake) -> None:
    answers = query_lake(lake, [CAPITALS, NO_TABLE, CITIES, NO_COLUMN])
    assert list(answers) == [CAPITALS, NO_TABLE, CITIES, NO_COLUMN]
    assert answers == {
        CAPITALS: answered(lake, CAPITALS), NO_TABLE: [], CITIES: answered(lake, CITIES), NO_COLUMN: [],
    }  # fmt: skip
    assert CITIES in answers[CAPITALS]


def test_what_is_varied_reaches_the_lake(lake: Lake) -> None:
    assert query_lake(lake, [CAPITALS], sources=("names",)) == {CAPITALS: answered(lake, CAPITALS, sources=("names",))}
    assert query_lake(lake, [CAPITALS], 1) == {CAPITALS: answered(lake, CAPITALS)[:1]}


def test_one_by_one_gives_the_same_answers_with_a_time_each(lake: Lake) -> None:
    queries = [CAPITALS, NO_TABLE, CITIES]
    answers, seconds = query_one_by_one(lake, queries)
    assert answers == query_lake(lake, queries)
    assert len(seconds) == 2 and min(seconds) > 0


def test_each_source_answers_alone(lake: Lake) -> None:
    proposed = answers_by_source(lake, [NO_TABLE, CAPITALS], 5)
    assert tuple(proposed) == lake.query(CAPITALS.table, CAPITALS.name).tried
    assert proposed["words"] == {NO_TABLE: [], CAPITALS: answered(lake, CAPITALS, sources=("words",))[:5]}


def test_a_column_is_known_by_its_exact_name(lake: Lake) -> None:
    assert has_column(lake, CAPITALS)
    assert not has_column(lake, NO_TABLE)
    assert not has_column(lake, NO_COLUMN)
