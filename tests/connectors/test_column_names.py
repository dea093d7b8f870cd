from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lakeindex_connectors.column_names import unique_names


def test_names_are_stripped_and_otherwise_kept() -> None:
    assert unique_names(["\ufeff Größe (m) ", "a  b"]) == ("Größe (m)", "a  b")


def test_empty_names_become_the_position() -> None:
    assert unique_names(["a", "", None, " "]) == ("a", "column_2", "column_3", "column_4")


def test_repeated_names_are_numbered_past_those_that_exist() -> None:
    assert unique_names(["a", "a", "a (2)", "a"]) == ("a", "a (3)", "a (2)", "a (4)")
    assert unique_names(["column_2", ""]) == ("column_2", "column_2 (2)")


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "", "column_1", " a"]) | st.none(), max_size=12))
def test_names_are_always_unique_and_never_empty(names: list[str | None]) -> None:
    unique = unique_names(names)
    assert len(set(unique)) == len(unique) == len(names)
    assert all(unique)
    assert unique_names(unique) == unique
