from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.evaluate.labelled import Judgement, read_judgements, read_labels, read_queries
from lakeindex.types.lake import ColumnId, TableId

Write = Callable[[str, str], Path]
HEADER = "query_table,query_column,candidate_table,candidate_column,grade\n"
CITY = ColumnId(TableId("a.csv"), "city")
TOWN = ColumnId(TableId("b.csv"), "Größe, town")
GONE = ColumnId(TableId("gone.csv"), "x")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def anything(table: TableId) -> bool:
    return True


def test_judgements_are_read_as_written(write: Write) -> None:
    path = write("qrels.csv", HEADER + 'a.csv,city,b.csv,"Größe, town",2\n')
    assert read_judgements(path) == [Judgement(CITY, TOWN, 2)]


def test_a_byte_order_mark_and_further_columns_do_no_harm(write: Write) -> None:
    path = write("queries.csv", "\ufeffnote,query_column,query_table\nx,city,a.csv\n")
    assert read_queries(path) == [CITY]


def test_labels_keep_the_order_of_the_queries_and_drop_grade_zero(write: Write) -> None:
    queries = write("queries.csv", 'query_table,query_column\nb.csv,"Größe, town"\na.csv,city\n')
    qrels = write("qrels.csv", HEADER + 'a.csv,city,b.csv,"Größe, town",1\nb.csv,"Größe, town",a.csv,city,2\n'
                  "a.csv,city,c.csv,z,0\n")  # fmt: skip
    labels = read_labels(queries, qrels, anything)
    assert labels.queries == (TOWN, CITY)
    assert labels.relevant == {TOWN: {CITY: 2}, CITY: {TOWN: 1}}
    assert labels.unlabelled == labels.unknown == ()


def test_judgements_of_other_queries_are_left_out(write: Write) -> None:
    queries = write("queries.csv", "query_table,query_column\na.csv,city\n")
    qrels = write("qrels.csv", HEADER + "a.csv,city,b.csv,x,1\nz.csv,z,b.csv,x,1\n")
    assert read_labels(queries, qrels, anything).queries == (CITY,)


def test_queries_without_a_relevant_column_are_named(write: Write) -> None:
    queries = write("queries.csv", "query_table,query_column\na.csv,city\ngone.csv,x\n")
    qrels = write("qrels.csv", HEADER + "a.csv,city,b.csv,x,1\n")
    labels = read_labels(queries, qrels, anything)
    assert labels.queries == (CITY,)
    assert labels.unlabelled == (GONE,)


def test_columns_of_tables_that_the_lake_lacks_are_reported_and_count(write: Write) -> None:
    queries = write("queries.csv", "query_table,query_column\na.csv,city\n")
    qrels = write("qrels.csv", HEADER + "a.csv,city,gone.csv,x,1\na.csv,city,b.csv,x,1\n")
    labels = read_labels(queries, qrels, lambda table: table != "gone.csv")
    assert labels.unknown == (GONE,)
    assert labels.relevant[CITY][GONE] == 1


def test_labels_of_another_lake_are_refused(write: Write) -> None:
    queries = write("queries.csv", "query_table,query_column\na.csv,city\n")
    qrels = write("qrels.csv", HEADER + "a.csv,city,gone.csv,x,1\n")
    with pytest.raises(NotFound, match=r"no table of those in .*qrels.csv, not even 'a.csv'"):
        read_labels(queries, qrels, lambda table: False)


def test_queries_and_labels_without_a_common_query_are_refused(write: Write) -> None:
    queries = write("queries.csv", "query_table,query_column\na.csv,City\n")
    qrels = write("qrels.csv", HEADER + "a.csv,city,b.csv,x,1\n")
    with pytest.raises(InvalidSetting, match="are both of the same labels"):
        read_labels(queries, qrels, anything)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column 'query_table': .* found an empty file"),
        (HEADER.replace(",grade", ""), "no column 'grade': expected the header query_table,"),
        (HEADER + "a,b,c,d,2\na,b,c,e,high\n", "line 3: the grade is 'high', expected a whole number from 0"),
        (HEADER + "a,b,c,d,-1\n", "line 2: the grade is '-1'"),
        (HEADER + "a,b,c,d,1.5\n", "line 2: the grade is '1.5'"),
        (HEADER + "a,b,c,d\n", "line 2: the grade is ''"),
        (HEADER + "a,b,c,d,2\na,b,c,d,2\n", "line 3: the pair stands already in line 2"),
    ],
)
def test_a_qrels_file_amiss_is_refused_with_its_line(write: Write, text: str, message: str) -> None:
    with pytest.raises(InvalidSetting, match=message):
        read_judgements(write("qrels.csv", text))


def test_a_repeated_query_is_refused(write: Write) -> None:
    path = write("queries.csv", "query_table,query_column\na.csv,city\na.csv,city\n")
    with pytest.raises(InvalidSetting, match=r"line 3: the query a\.csv · city stands already in line 2"):
        read_queries(path)


def test_a_file_that_is_not_there_or_not_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no file .*none.csv"):
        read_queries(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"query_table,query_column\na,\xff\n")
    with pytest.raises(InvalidSetting, match="can't be read"):
        read_queries(tmp_path / "latin.csv")
