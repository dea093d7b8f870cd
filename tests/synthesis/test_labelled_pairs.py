"""Pairs are labelled by how they were made, and correctly."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pyarrow as pa
import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.labelled_pairs import ColumnPair, SourceData, column_pairs
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind
from tests.synthesis.made_sources import all_sources, countries

MANY = 4_000


@pytest.fixture(scope="module")
def pairs() -> list[ColumnPair]:
    return list(islice(column_pairs(all_sources(), 1), MANY))


def test_half_of_the_pairs_join_and_only_these_have_a_kind(pairs: list[ColumnPair]) -> None:
    labels = Counter(pair.label for pair in pairs)
    assert abs(labels[True] - MANY / 2) < 4 * MANY**0.5
    assert all((pair.kind is None) != pair.label for pair in pairs)
    few = list(islice(column_pairs(all_sources(), 1, positives=0.1), 1_000))
    assert 60 < sum(pair.label for pair in few) < 140


def test_pairs_that_join_have_one_lineage_and_others_have_two(pairs: list[ColumnPair]) -> None:
    assert all((pair.left.lineage == pair.right.lineage) == pair.label for pair in pairs)


def test_negatives_have_no_lineage_in_common() -> None:
    """Titles and headers are changed, values may be: what was not changed identifies the source column."""
    domains = {"iso", "country name", "partner", "nation"}
    checked = 0
    for pair in islice(column_pairs(all_sources(), 3), MANY):
        if not pair.label and "header" not in pair.how:
            checked += 1
            assert (pair.left.table, pair.left.name) != (pair.right.table, pair.right.name) or "hub" in pair.how
            assert not {pair.left.name, pair.right.name} <= domains
    assert checked > 200


def test_hard_negatives_of_every_kind_are_there(pairs: list[ColumnPair]) -> None:
    negatives = Counter(pair.how.split(";")[0].split()[0] for pair in pairs if not pair.label)
    assert set(negatives) == {"same", "siblings", "surrogates", "hub", "any"}
    assert min(negatives.values()) > 30
    positives = Counter(pair.how.split(";")[0].split()[0] for pair in pairs if pair.label)
    assert set(positives) == {"rows", "key", "parent", "lookup", "domain"}
    kinds = {pair.kind for pair in pairs if pair.label}
    assert kinds == set(JoinKind) - {JoinKind.UNKNOWN}


def test_surrogates_count_from_1_and_do_not_join(pairs: list[ColumnPair]) -> None:
    found = [pair for pair in pairs if pair.how == "surrogates"]
    assert found
    for pair in found:
        for side in (pair.left, pair.right):
            assert all(1 <= int(value) <= side.distinct for value in side.values)


def test_rows_share_the_requested_values() -> None:
    source = SourceData(
        "t", pa.table({"name": [f"name {n}x" for n in range(24)], "other": [f"o{n}-{n}" for n in range(24)]})
    )
    wanted = {f"rows {overlap:g}": overlap for overlap in (0, 0.1, 0.3, 0.6, 1)}
    seen = set()
    for pair in islice(column_pairs([source], 0), 3_000):
        if pair.how in wanted and len(pair.left.values) == pair.left.distinct == pair.right.distinct == len(
            pair.right.values
        ):
            shared = len(set(pair.left.values) & set(pair.right.values))
            assert shared == round(wanted[pair.how] * pair.left.distinct)
            seen.add(pair.how)
    assert seen >= {"rows 0", "rows 0.1", "rows 0.3", "rows 0.6"}


def test_lookups_pair_codes_with_names() -> None:
    pool = Pool.of([countries()])
    (lookup,) = pool.lookups
    pairs_of_values = dict(zip(lookup.codes.to_pylist(), lookup.names.to_pylist(), strict=True))
    assert pairs_of_values["FI"] == "Finland"
    assert len(pairs_of_values) == 12
    assert pool.lineage.ids[lookup.code.place] == pool.lineage.ids[lookup.name.place]


def test_values_are_distinct_and_never_empty(pairs: list[ColumnPair]) -> None:
    for pair in pairs:
        for side in (pair.left, pair.right):
            assert 1 <= len(side.values) <= 24
            assert len(set(side.values)) == len(side.values)
            assert all(value.strip() for value in side.values)


def test_the_same_seed_makes_the_same_pairs() -> None:
    first = list(islice(column_pairs(all_sources(), 5), 600))
    assert first == list(islice(column_pairs(iter(all_sources()), 5), 600))
    assert first != list(islice(column_pairs(all_sources(), 6), 600))


def test_too_few_tables_are_an_error_with_that_reason() -> None:
    with pytest.raises(InvalidSetting, match=r"no two columns were found that (join|don't join), among 0 columns"):
        next(column_pairs([], 0))
    one = SourceData("t", pa.table({"a": pa.nulls(3)}))
    with pytest.raises(InvalidSetting, match="give more tables"):
        next(column_pairs([one], 0))


def test_a_pool_keeps_the_frequent_values_of_long_columns() -> None:
    long = pa.table({"name": ["often here"] * 5 + [f"name {n}" for n in range(3_000)]})
    (column,) = Pool.of([SourceData("long", long)]).columns
    assert len(column.values) == 500
    assert column.values[0].as_py() == "often here"
    assert column.shape is ValueShape.NAME
