"""What a lake is asked of all its tables: its keys, and how its tables hang together."""

from __future__ import annotations

from lakeindex.config.ranges import SHARE
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake_map.keys import TableKeys
from lakeindex.lake_map.keys import find_keys as keys_of_table
from lakeindex.lake_map.relationship import Method
from lakeindex.lake_map.relationships import Relationships, find_relationships
from lakeindex.open_index import OpenIndex
from lakeindex.store.feedback_log import Verdict
from lakeindex.types.lake import ColumnId, TableId


def find_keys(opened: OpenIndex, table: str) -> TableKeys:
    """Find the keys of a table. Raises NotFound with the nearest names."""
    return keys_of_table(opened.searcher, _tables(opened), opened.known_as(ColumnId(TableId(table), "")).table)


def relationships(opened: OpenIndex, min_probability: float) -> Relationships:
    """Find the foreign keys of a lake. Raises InvalidSetting for a number that is no probability."""
    least = SHARE.require(min_probability, "min_probability")
    return find_relationships(opened.searcher, _tables(opened), _known(opened), least)


def _tables(opened: OpenIndex) -> LakeTables | None:
    return None if not opened.has_names or opened.why_no_rows() else opened.tables


def _known(opened: OpenIndex) -> dict[tuple[int, int], Method | None]:
    """Return the pairs that people decided, child and parent: the parent is what has more different values a row."""
    directory = opened.searcher.directory
    known: dict[tuple[int, int], Method | None] = {}
    for one in opened.feedback_file.read():
        columns = [one.left, one.right]
        if not all(directory.has_column(column) for column in columns):
            continue
        keys = [directory.key_of(column) for column in columns]
        if one.verdict is Verdict.REJECTED:
            known |= {(keys[0], keys[1]): None, (keys[1], keys[0]): None}
        else:
            known[_directed(opened, keys)] = Method.CONFIRMED
    return known


def _directed(opened: OpenIndex, keys: list[int]) -> tuple[int, int]:
    facts = opened.searcher.directory.facts
    child, parent = sorted(keys, key=lambda key: (bool(facts.is_key[key]), int(facts.distinct[key]), -key))
    return child, parent
