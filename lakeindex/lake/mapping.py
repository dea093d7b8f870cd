"""What a lake is asked of all its tables: its keys, and how its tables hang together."""

from __future__ import annotations

from lakeindex.config.ranges import SHARE
from lakeindex.join.lake_tables import LakeTables
from lakeindex.lake.found_relationships import Asked
from lakeindex.lake_map.declared.declarations import DeclaredKeys
from lakeindex.lake_map.declared.declared_keys import read_declared_keys
from lakeindex.lake_map.keys import TableKeys
from lakeindex.lake_map.keys import find_keys as keys_of_table
from lakeindex.lake_map.known_keys import KnownKeys
from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.lake_map.relationship import Method
from lakeindex.lake_map.relationships import Relationships, find_relationships
from lakeindex.open_index import OpenIndex
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import ColumnId, TableId


def find_keys(opened: OpenIndex, table: str) -> TableKeys:
    """Find the keys of a table. Raises NotFound with the nearest names."""
    own = opened.known_as(ColumnId(TableId(table), "")).table
    directory = opened.searcher.directory
    directory.keys_of_table(own)
    declared = DeclaredKeys() if opened.why_no_rows() else read_declared_keys(opened.root, directory, [own])
    known = KnownKeys.of(directory, own, declared, _known(opened, declared))
    return keys_of_table(opened.searcher, _tables(opened), own, known)


def relationships(opened: OpenIndex, min_probability: float) -> Relationships:
    """Find the foreign keys of a lake. Raises InvalidSetting for a number that is no probability."""
    least = SHARE.require(min_probability, "min_probability")
    declared = DeclaredKeys() if opened.why_no_rows() else read_declared_keys(opened.root, opened.searcher.directory)
    known, tables = _known(opened, declared), _tables(opened)
    return opened.found_relationships.get(
        Asked(least, known, tables is not None), lambda: find_relationships(opened.searcher, tables, known, least)
    )


def _tables(opened: OpenIndex) -> LakeTables | None:
    return None if not opened.has_names or opened.why_no_rows() else opened.tables


def _known(opened: OpenIndex, declared: DeclaredKeys) -> KnownReferences:
    """Return what is declared, and what people decided: a person's verdict on a pair comes before a declaration."""
    directory = opened.searcher.directory
    several = [
        (tuple(map(directory.key_of, one.child)), tuple(map(directory.key_of, one.parent))) for one in declared.foreign
    ]
    pairs: dict[tuple[int, int], Method | None] = {
        (child[0], parent[0]): Method.DECLARED for child, parent in several if len(child) == 1
    }
    for one in opened.feedback_file.read():
        if not (directory.has_column(one.left) and directory.has_column(one.right)):
            continue
        keys = [directory.key_of(one.left), directory.key_of(one.right)]
        if one.verdict is Verdict.REJECTED:
            pairs |= {(keys[0], keys[1]): None, (keys[1], keys[0]): None}
        elif not {tuple(keys), tuple(reversed(keys))} & pairs.keys():
            pairs[_directed(opened, keys)] = Method.CONFIRMED
    return KnownReferences(pairs, tuple(one for one in several if len(one[0]) > 1), declared.remarks)


def _directed(opened: OpenIndex, keys: list[int]) -> tuple[int, int]:
    facts = opened.searcher.directory.facts
    child, parent = sorted(keys, key=lambda key: (bool(facts.is_key[key]), int(facts.distinct[key]), -key))
    return child, parent
