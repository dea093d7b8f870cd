from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.types.columns import TermSet
from tests.index.random_lakes import LAKES, index_of, rows_of


def as_lists(rows: TermRows) -> list[tuple[list[int], list[int], bool]]:
    """Return the rows as lists, one entry per column."""
    strengths = rows.strengths if rows.strengths is not None else np.full(len(rows.hashes), 99, np.uint8)
    bounds = zip(rows.starts[:-1].tolist(), rows.starts[1:].tolist(), rows.complete.tolist(), strict=True)
    return [(rows.hashes[a:b].tolist(), strengths[a:b].tolist(), complete) for a, b, complete in bounds]


@given(LAKES, st.booleans(), st.data())
def test_an_index_gives_back_the_rows_that_it_was_built_from(
    lake: list[TermSet], counted: bool, data: st.DataObject
) -> None:
    columns = data.draw(st.lists(st.integers(0, len(lake) - 1), max_size=6)) if lake else []
    chosen = np.array(columns, np.int64)
    built = index_of(lake, counted)
    assert as_lists(built.rows(chosen)) == as_lists(rows_of([lake[column] for column in columns], counted))
    assert as_lists(rows_of(lake, counted).take(chosen)) == as_lists(built.rows(chosen))


@given(LAKES, LAKES, st.booleans())
def test_joined_rows_are_those_of_both(ones: list[TermSet], others: list[TermSet], counted: bool) -> None:
    joined = rows_of(ones, counted).joined(rows_of(others, counted))
    assert as_lists(joined) == as_lists(rows_of([*ones, *others], counted))


@pytest.mark.parametrize("counted", [True, False])
def test_an_index_built_from_another_is_the_same_to_the_byte(tmp_path: Path, counted: bool) -> None:
    lake = [TermSet(np.array([3, 9, 2**63], np.uint64), np.array([1, 70, 4]), True)] * 3
    lake += [TermSet(np.array([9, 11], np.uint64), np.array([5, 5]), False)]
    index_of(lake, counted).save(tmp_path / "once")
    InvertedIndex.build(index_of(lake, counted).rows(np.arange(4))).save(tmp_path / "again")
    for path in (tmp_path / "once").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@given(LAKES, LAKES, st.booleans())
def test_an_index_that_took_in_more_is_that_of_all(ones: list[TermSet], others: list[TermSet], counted: bool) -> None:
    before = index_of(ones, counted).rows(np.arange(len(ones)))
    grown = InvertedIndex.build(before.joined(rows_of(others, counted)))
    anew = index_of([*ones, *others], counted)
    assert np.array_equal(grown.weighed, anew.weighed)
    assert np.array_equal(grown.stats.sums, anew.stats.sums)
