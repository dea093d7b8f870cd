from __future__ import annotations

import numpy as np
import pytest

from lakeindex.hashing.text_hash import HashedText
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.name_terms import context_words, name_grams, references, term_sets
from lakeindex.index.term_rows import TermRows
from lakeindex.types.names import title_of, words_of
from tests.index.random_lakes import compare


def cosines_of_names(*names: str) -> list[float]:
    """Compare the first name with each of the others."""
    return _cosines(*name_grams([words_of(name) for name in names]))


def cosines_of_contexts(*columns: tuple[str, str]) -> list[float]:
    """Compare the first table and column with each of the others."""
    tables, names = zip(*columns, strict=True)
    return _cosines(*context_words([words_of(name) for name in names], [title_of(table) for table in tables]))


def _cosines(hashes: np.ndarray, counts: np.ndarray, starts: np.ndarray) -> list[float]:
    index = InvertedIndex.build(TermRows.of(hashes, counts, starts, np.ones(len(starts) - 1, bool)))
    cosines: list[float] = compare(index, index.column(0), np.arange(1, index.columns)).cosine.tolist()
    return cosines


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("student", "students"),
        ("city", "cities"),
        ("movie", "movies"),
        ("box", "boxes"),
        ("address", "addresses"),
        ("status", "status"),
        ("id", "ids"),
        ("series", "series"),
        ("house", "houses"),
        ("studentId", "STUDENT-IDS"),
        ("line1", "line_1"),
    ],
)
def test_names_that_differ_in_number_and_spelling_alone_are_the_same(one: str, other: str) -> None:
    assert cosines_of_names(one, other, "weight") == [pytest.approx(1.0), 0.0]


@pytest.mark.parametrize(("one", "other"), [("class", "clas"), ("bus", "bu"), ("is", "i"), ("", "id"), ("?", "!")])
def test_other_names_are_not_the_same(one: str, other: str) -> None:
    assert cosines_of_names(one, other)[0] < 0.99


def test_names_are_nearer_the_more_trigrams_they_share() -> None:
    near, far, none = cosines_of_names("country_code", "country", "county", "price")
    assert near > far > none == 0.0


def test_a_foreign_key_meets_the_id_of_the_table_that_it_names() -> None:
    meant, other, name = cosines_of_contexts(
        ("exams.csv", "student_id"), ("school/students.csv", "id"), ("teachers.csv", "id"), ("students.csv", "name")
    )
    assert meant > other
    assert meant > name > 0.0


def test_the_words_of_the_columns_own_name_weigh_four_times_those_of_its_table() -> None:
    hashes, counts, starts = context_words(["student id"], ["student exams"])
    expected = dict(zip(_words("student id exam"), [5, 4, 1], strict=True))
    assert dict(zip(hashes.tolist(), counts.tolist(), strict=True)) == expected
    assert starts.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("exams.csv", "student_id"), ("students.csv", "id"), "studentid"),
        (("exams.csv", "fk_StudentCode"), ("school/Student.parquet", "ID"), "studentid"),
        (("exams.csv", "studentid"), ("all_students.csv", "key"), "studentid"),
        (("exams.csv", "id_student"), ("grades.csv", "student number"), "studentid"),
        (("orders.csv", "customer"), ("customers.csv", "name"), "customer"),
        (("orders.csv", "customer"), ("customers.csv", "city"), None),
        (("orders.csv", "city"), ("customers.csv", "id"), None),
        (("orders.csv", "order_id"), ("orders_2.csv", "id"), "orderid"),
        (("orders.csv", "price"), ("customers.csv", ""), None),
    ],
)
def test_a_column_is_called_after_its_table(one, other, shared: str | None) -> None:
    tables, names = zip(one, other, strict=True)
    terms = term_sets(*references([words_of(name) for name in names], [title_of(table) for table in tables]))
    both = set(terms[0].hashes.tolist()) & set(terms[1].hashes.tolist())
    assert (set(_words(shared)) <= both) if shared else not both


def test_terms_stand_in_ascending_order_column_by_column() -> None:
    hashes, counts, starts = name_grams(["aaaa", "", "größe", "b"])
    sets = term_sets(hashes, counts, starts)
    assert [len(terms.hashes) for terms in sets] == [3, 0, 6, 1]
    assert [sorted(terms.counts.tolist()) for terms in sets] == [[1, 1, 2], [], [1] * 6, [1]]
    for terms in sets:
        assert terms.is_complete
        assert (np.diff(terms.hashes.astype(object)) > 0).all()


def test_no_columns_have_no_terms() -> None:
    for hashes, counts, starts in (name_grams([]), context_words([], []), references([], [])):
        assert (hashes.tolist(), counts.tolist(), starts.tolist()) == ([], [], [0])


def _words(text: str) -> list[int]:
    import pyarrow as pa

    hashes: list[int] = HashedText.from_arrow(pa.array([text], pa.large_string())).words()[0].tolist()
    return hashes
