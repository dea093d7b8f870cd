from __future__ import annotations

import numpy as np
import pytest

from lakeindex.index.inverted_index import Order
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.term_sets import TermSets
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family
from tests.lake_map.small_lakes import index, write

FAMILIES = {Family.KEYS: Order.CONTAINMENT, Family.REFERENCES: Order.RARITY}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Of eight tables, six are equal."""
    folder = tmp_path_factory.mktemp("copies") / "lake"
    for number, name in enumerate(("apples", "pears", "plums", "grapes", "figs", "dates", "limes", "nuts")):
        more = 10 * max(number - 5, 0)
        write(folder / f"{name}.csv", ["id", "tree_id", "kind"], [(n, n % 7, f"k{n}") for n in range(1, 30 + more)])
    return index(folder).opened.searcher


@pytest.mark.parametrize(("family", "order"), FAMILIES.items())
def test_each_set_gives_what_each_of_its_columns_gives(searcher: Searcher, family: Family, order: Order) -> None:
    terms, columns = searcher.terms[family], np.arange(len(searcher.directory))
    sets = TermSets.of(terms, columns)
    never = np.flatnonzero(~KeyColumns(searcher.directory).may_be_parents)
    starts, found = sets.candidates(4, order, never)
    for key in columns.tolist():
        query = terms.look_up(terms.column(key))
        number = sets.numbers_of(np.array([key]))[0]
        proposed = terms.candidates(query, 4, 100_000, order, never)[0]
        assert found[starts[number] : starts[number + 1]].tolist() == proposed.tolist()
        compared = terms.compare(query, columns)
        shares = sets.compare(np.full(len(columns), key), columns)
        expected = [compared.containment(), compared.reverse_containment(), compared.shared]
        assert np.array_equal(shares, np.stack(expected))


def test_columns_with_equal_values_are_one_set_and_others_are_not(searcher: Searcher) -> None:
    sets = TermSets.of(searcher.terms[Family.KEYS], np.arange(len(searcher.directory)))
    directory = searcher.directory
    number = {directory.id_of(key): sets.numbers[key] for key in range(len(directory))}
    by_name = {
        name: {one for column, one in number.items() if column.name == name} for name in ("id", "tree_id", "kind")
    }
    assert [len(some) for some in by_name.values()] == [3, 1, 3]
    assert len(sets.firsts) == 7


def test_no_columns_have_no_sets(searcher: Searcher) -> None:
    none = np.zeros(0, np.int64)
    sets = TermSets.of(searcher.terms[Family.KEYS], none)
    starts, found = sets.candidates(4, Order.CONTAINMENT, none)
    assert (starts.tolist(), found.tolist(), sets.compare(none, none).shape) == ([0], [], (3, 0))
