from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.index.candidate_sources import retrieve
from lakeindex.types.column_tokens import ColumnTokens
from lakeindex.types.columns import ColumnFacts, QueryColumn
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.pairs import Pairs


@dataclass
class ListedSource:
    """Proposes the columns that it was given, in their order."""

    keys: list[int]
    name: str = "listed"
    limits: list[int] = field(default_factory=list)

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        self.limits.append(limit)
        return np.array(self.keys[:limit], np.int32)

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        return np.ones(len(pairs.keys))


def query(*own_keys: int) -> QueryColumn:
    nothing = np.zeros(1)
    facts = ColumnFacts(*[nothing] * 8, np.zeros((1, 1)), np.zeros((1, 1)))  # type: ignore[arg-type]
    return QueryColumn(
        id=ColumnId(TableId("orders.csv"), "customer"),
        facts=facts,
        terms={},
        vector=np.ones(1, np.float32),
        tokens=ColumnTokens(np.zeros(2, np.uint16), np.array([0, 2])),
        table_names=np.zeros(0, np.uint64),
        own_keys=np.array(own_keys, np.int64),
    )


def test_what_any_source_proposes_is_retrieved_once_in_the_order_of_keys() -> None:
    found = retrieve(query(), [ListedSource([9, 2, 5]), ListedSource([]), ListedSource([5, 1])], limit=3)
    assert found.tolist() == [1, 2, 5, 9]
    assert found.dtype == np.int64


def test_retrieve_never_returns_the_querys_own_table() -> None:
    found = retrieve(query(1, 2, 3), [ListedSource([2, 7, 1]), ListedSource([3])], limit=3)
    assert found.tolist() == [7]


def test_columns_of_the_own_table_take_no_places_of_others() -> None:
    source = ListedSource([1, 2, 3, 10, 11, 12])
    assert retrieve(query(1, 2, 3), [source], limit=2).tolist() == [10, 11]
    assert source.limits == [5]


def test_nothing_is_retrieved_where_no_source_proposes_anything() -> None:
    assert retrieve(query(1), [ListedSource([]), ListedSource([1])], limit=5).tolist() == []
