"""Two tables made out of one: each relation holds by its definition, by the columns that are named as common."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.synthesis.partner_tables import (
    DUPLICATE,
    RELATIONS,
    SPLIT,
    SUBSET,
    TEMPLATE,
    Partition,
    Partners,
    make_partners,
)
from lakeindex.synthesis.source_tables import SourceData

OTHERS = {f"c{place}": [f"{place}{at % 9}" for at in range(40)] for place in range(6)}
SOURCE = SourceData("orders", pa.table({"id": [f"n{at}" for at in range(40)], **OTHERS}))


def made(relation: str, overlap: float = 0.0, dropped: float = 0.0, renamed: float = 0.5, seed: int = 1) -> Partners:
    found = make_partners(SOURCE, Partition(relation, overlap, dropped, renamed), np.random.default_rng(seed))
    assert found is not None
    return found


def rows(partners: Partners) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]:
    left, right = zip(*partners.same, strict=True)
    first, second = partners.first.select(left), partners.second.select(right)
    sides = [Counter(zip(*(column.to_pylist() for column in one.columns), strict=True)) for one in (first, second)]
    return sides[0], sides[1]


@pytest.mark.parametrize("seed", range(5))
def test_copies_and_parts_are_what_they_are_called(seed: int) -> None:
    first, second = rows(made(DUPLICATE, seed=seed))
    assert first == second
    part = made(SUBSET, dropped=0.5, seed=seed)
    first, second = rows(part)
    assert second <= first and len(part.same) == part.second.num_columns
    first, second = rows(made(TEMPLATE, seed=seed))
    assert not first & second


@pytest.mark.parametrize("dropped", [0.0, 0.25, 0.5])
def test_a_split_keeps_common_columns_and_shares_its_rows(dropped: float) -> None:
    split = made(SPLIT, 0.5, dropped)
    assert split.first.num_columns == split.second.num_columns == round(7 * (1 - dropped))
    assert len(split.same) >= 2
    assert split.first.num_rows + split.second.num_rows == pytest.approx(40 / 0.75, abs=2)


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_same_seed_makes_the_same(relation: str) -> None:
    one, other = made(relation), made(relation)
    assert one.first.equals(other.first) and one.second.equals(other.second) and one.same == other.same


def test_a_small_table_is_left_alone() -> None:
    small = SourceData("small", pa.table({"a": ["1", "2"], "b": ["x", "y"]}))
    assert make_partners(small, Partition(SPLIT, 0.0, 0.0, 0.0), np.random.default_rng(0)) is None
