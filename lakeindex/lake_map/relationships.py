"""The relationships of a lake: which columns refer to which keys, decided for all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.arrays.proportions import log_odds_of, probability_of
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake_map.foreign_keys.choose_references import (
    BARRED,
    GIVEN,
    Choice,
    choose_references,
    standings,
)
from lakeindex.lake_map.foreign_keys.count_orphans import OrphanCounter
from lakeindex.lake_map.foreign_keys.describe_reference import describe_references
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import KeyNames
from lakeindex.lake_map.foreign_keys.reference_features import reference_features
from lakeindex.lake_map.foreign_keys.reference_model import ReferenceModel
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs, find_reference_pairs
from lakeindex.lake_map.relationship import RELATIONSHIPS_SCHEMA, Method
from lakeindex.models.weights import REFERENCES
from lakeindex.search.searcher import Searcher

Known = Mapping[tuple[int, int], Method | None]
"""What is known of pairs of columns, child and parent by key: how, or None where a person rejected the pair."""

_SURE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Relationships:
    """The relationships of a lake, and what is to be said of them."""

    table: pa.Table
    """RELATIONSHIPS_SCHEMA, by child table and column in the order of the lake."""
    remarks: tuple[str, ...] = ()

    def to_arrow(self) -> pa.Table:
        """Return the relationships, a row a pair of columns."""
        return self.table


def find_relationships(
    searcher: Searcher, tables: LakeTables | None, known: Known, min_probability: float
) -> Relationships:
    """Find the foreign keys of a lake; orphans are counted in the rows of `tables`, if any, where sketches don't tell.

    What is known is never overwritten: a known reference stays, and its column refers to nothing else.
    """
    columns = KeyColumns(searcher.directory)
    pairs = find_reference_pairs(searcher, columns, [pair for pair, how in known.items() if how is not None])
    features = reference_features(pairs, columns, KeyNames.of(searcher.directory))
    log_odds = ReferenceModel.open(REFERENCES).log_odds(features)
    given = {pair: BARRED if how is None else GIVEN for pair, how in known.items()}
    least = float(log_odds_of(np.array([min_probability]), 0)[0])
    choice = choose_references(pairs, log_odds, standings(pairs, given), columns.may_be_parents, least)
    chosen = _Chosen(pairs.take(choice.places), log_odds[choice.places], features[choice.places])
    return Relationships(_table(chosen, columns, tables, known), _remarks(searcher, pairs, choice))


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    pairs: ReferencePairs
    log_odds: Floats
    features: Features


def _table(chosen: _Chosen, columns: KeyColumns, tables: LakeTables | None, known: Known) -> pa.Table:
    pairs, directory = chosen.pairs, columns.directory
    ids = [[directory.id_of(key) for key in keys.tolist()] for keys in (pairs.children, pairs.parents)]
    methods = [known.get(pair) or Method.INFERRED for pair in _keys(pairs)]
    is_sure = np.array([how is not Method.INFERRED for how in methods], bool)
    orphans, is_unique = _counted(pairs, columns, tables)
    return pa.table(
        {
            "child_table": [one.table for one in ids[0]],
            "child_column": [one.name for one in ids[0]],
            "parent_table": [one.table for one in ids[1]],
            "parent_column": [one.name for one in ids[1]],
            "probability": np.where(is_sure, _SURE, probability_of(chosen.log_odds)),
            "cardinality": ["1:1" if one else "n:1" for one in is_unique.tolist()],
            "method": list(map(str, methods)),
            "orphans": orphans,
            "key": np.arange(1, len(pairs) + 1),
            "evidence": describe_references(pairs, chosen.features),
        },
        RELATIONSHIPS_SCHEMA,
    )


def _keys(pairs: ReferencePairs) -> list[tuple[int, int]]:
    return list(zip(pairs.children.tolist(), pairs.parents.tolist(), strict=True))


def _counted(pairs: ReferencePairs, columns: KeyColumns, tables: LakeTables | None) -> tuple[Floats, Integers]:
    """Return the share of orphans of each pair, and whether its child has each value once."""
    orphans, is_unique = 1 - pairs.contained, columns.directory.facts.is_key[pairs.children].copy()
    if tables is not None:
        counter = OrphanCounter(tables)
        for place in np.flatnonzero(~pairs.is_exact).tolist():
            child, parent = (columns.directory.id_of(int(keys[place])) for keys in (pairs.children, pairs.parents))
            if (counted := counter.count([child], [parent])) is not None:
                orphans[place], is_unique[place] = counted.orphans, counted.is_unique
    return orphans, is_unique


def _remarks(searcher: Searcher, pairs: ReferencePairs, choice: Choice) -> tuple[str, ...]:
    remarks = []
    count = len(searcher.directory.visible_tables())
    if count < 2 and not len(choice.places):
        remarks.append(
            "there is one table alone, and no column of it refers to another" if count else "there is no table"
        )
    elif not len(choice.places):
        remarks.append(
            f"no column of the {count:,} tables refers to a key: none holds the values of another, or is called so"
        )
    if choice.circular:
        remarks.append(f"{choice.circular:,} references are left out that would close a circle of keys")
    return tuple(remarks)
