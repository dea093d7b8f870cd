from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.config.settings import Settings
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import PAIR_FEATURES
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.attribute_matcher import AttributeOptions, measure_attributes, train_attribute_matcher
from lakeindex.training.fit.boosting import BoostingOptions
from lakeindex.training.split_lakes import DIFFERENT, SAME, LabelledPairs, label_pairs, split_lake, split_lakes
from lakeindex.training.standard_lakes import standard_lake


def _tables(seed: int) -> list[SourceData]:
    rng = np.random.default_rng(seed)
    words = [
        f"{first}{second}" for first in ("al", "be", "ca", "do", "ek") for second in ("mo", "ni", "ru", "ta", "vo")
    ]
    tables = []
    for number in range(5):
        rows = int(rng.integers(30, 60))
        columns = {
            f"name of {words[number]}": [f"{words[place % 25]} {place}" for place in rng.permutation(rows).tolist()],
            f"kind of {words[number + 5]}": [words[place] for place in rng.integers(0, 6, rows).tolist()],
            f"year of {words[number + 10]}": rng.integers(1900 + 10 * number, 1990, rows),
            f"{words[number + 15]} share": np.round(rng.random(rows), 3),
        }
        tables.append(SourceData(f"table_{number}", pa.table(columns)))
    return tables


@pytest.fixture(scope="module")
def labelled() -> list[LabelledPairs]:
    def made() -> Iterator[LabelledPairs]:
        for split, searcher in split_lakes([_tables(1), _tables(2), _tables(3)], 0, Settings(model="hashing", jobs=1)):
            columns = ColumnSet.of(searcher.directory.table_ids, searcher)
            found = label_pairs(split, columns)
            assert len(split.made_columns(columns)) == len(columns) == len(found.groups)
            yield found

    return list(made())


def test_columns_of_one_attribute_are_of_one_group_and_two_tables(labelled: list[LabelledPairs]) -> None:
    for lake in labelled:
        same = lake.labels == SAME
        left, right = lake.pairs.left[same], lake.pairs.right[same]
        assert same.sum() > 10 and (lake.labels == DIFFERENT).sum() > same.sum()
        assert np.array_equal(lake.groups[left], lake.groups[right])
        assert np.all(lake.tables[left] != lake.tables[right])


def test_a_column_has_one_of_its_attribute_in_another_table(labelled: list[LabelledPairs]) -> None:
    for lake in labelled:
        same = lake.labels == SAME
        found = list(zip(lake.pairs.left[same].tolist(), lake.tables[lake.pairs.right[same]].tolist(), strict=True))
        assert len(found) == len(set(found))


def test_a_matcher_learns_what_is_the_same(labelled: list[LabelledPairs]) -> None:
    few = BoostingOptions(trees=30, leaves=4, learning_rate=0.2, least_pairs=10)
    matcher = train_attribute_matcher(labelled, labelled, AttributeOptions(few, few))
    figures = measure_attributes(matcher, labelled)
    assert figures["f1"] > 0.7
    assert figures["members right"] > 0.8
    assert labelled[0].pairs.features.shape[1] == len(PAIR_FEATURES)


def test_joined_lakes_keep_their_pairs(labelled: list[LabelledPairs]) -> None:
    both = LabelledPairs.joined(labelled[:2])
    first, second = labelled[0].pairs, labelled[1].pairs
    assert np.array_equal(both.pairs.right, [*first.right, *(second.right + len(labelled[0].tables))])
    assert np.array_equal(both.labels, [*labelled[0].labels, *labelled[1].labels])
    assert len(np.unique(both.groups)) == sum(len(np.unique(one.groups)) for one in labelled[:2])
    of_pairs = both.tables[both.pairs.left], both.tables[both.pairs.right]
    assert len(np.unique(both.tables)) == sum(len(np.unique(one.tables)) for one in labelled[:2])
    assert np.all(of_pairs[0] != of_pairs[1])


def test_standards_are_compared_with_their_tables_alone() -> None:
    settings = Settings(model="hashing", jobs=1)
    for split, searcher in split_lakes([_tables(1), []], 3, settings, standard_lake):
        columns = ColumnSet.of(searcher.directory.table_ids, searcher)
        found = label_pairs(split, columns, across=False)
        left, right = found.pairs.left, found.pairs.right
        assert np.array_equal(found.groups[left], found.groups[right])
        assert ((found.labels == SAME).sum() > 0) == bool(split.groups) == bool(len(columns))


def test_the_same_tables_and_seed_make_the_same_parts() -> None:
    one, other = (split_lake(_tables(1), ["colour"], 5) for _ in range(2))
    assert [[(c.header, c.texts.to_pylist()) for c in part] for group in one.groups for part in group] == [
        [(c.header, c.texts.to_pylist()) for c in part] for group in other.groups for part in group
    ]
