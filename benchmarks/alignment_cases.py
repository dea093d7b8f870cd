"""Groups of tables of which it is known which columns are the same attribute."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lakeindex.catalog.directory import Directory
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.names import words_of

Pair = tuple[ColumnId, ColumnId]
"""The lesser column first."""


@dataclass(frozen=True)
class AlignmentCase:
    """Tables to align together, and what is known of the pairs of their columns."""

    name: str
    tables: tuple[TableId, ...]
    same: frozenset[Pair]
    judged: frozenset[Pair]
    """All pairs that are known to be the same attribute or to be two; the same ones are among them."""


def pair_of(one: ColumnId, other: ColumnId) -> Pair:
    return (one, other) if one < other else (other, one)


def labelled_cases(folder: Path, directory: Directory) -> Iterator[AlignmentCase]:
    """Yield the cases of a labelled data set, given its folder and the directory of its index."""
    cases = CASES[folder.name]
    yield from cases(folder, directory)


def _columns(directory: Directory, table: str) -> list[ColumnId]:
    return [directory.id_of(key) for key in directory.keys_of_table(TableId(table)).tolist()]


def _crossed(directory: Directory, left: list[str], right: list[str]) -> frozenset[Pair]:
    return frozenset(
        pair_of(one, other)
        for first in left
        for second in right
        if first != second
        for one in _columns(directory, first)
        for other in _columns(directory, second)
    )


def _matched(folder: Path, directory: Directory) -> Iterator[AlignmentCase]:
    """Two sides of a case, whose correspondences are listed; pairs within a side are not judged."""
    with (folder / "cases.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    sides: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"source": [], "target": []})
    for row in rows:
        if "side" in row:
            sides[row["case"]][row["side"]].append(row["table"])
        else:
            sides[row["case"]] = {"source": [row["source_table"]], "target": [row["target_table"]]}
    listed = _listed(folder)
    for case, tables in sorted(sides.items()):
        judged = _crossed(directory, tables["source"], tables["target"])
        every = tuple(map(TableId, sorted({*tables["source"], *tables["target"]})))
        yield AlignmentCase(case, every, listed & judged, judged)


def _listed(folder: Path) -> frozenset[Pair]:
    with (folder / "qrels.csv").open(encoding="utf-8") as handle:
        return frozenset(
            pair_of(
                *(ColumnId(TableId(row[f"{side}_table"]), row[f"{side}_column"]) for side in ("query", "candidate"))
            )
            for row in csv.DictReader(handle)
        )


def _by_names(groups: Callable[[Directory], dict[str, list[str]]], own_id: bool | None) -> object:
    """Columns are the same attribute where they have one name; `id` is not (False), or is not judged (None)."""

    def cases(folder: Path, directory: Directory) -> Iterator[AlignmentCase]:
        for name, tables in groups(directory).items():
            judged = {
                pair
                for pair in _crossed(directory, tables, tables)
                if own_id is not None or not all(one.name == "id" for one in pair)
            }
            same = {
                (one, other) for one, other in judged if words_of(one.name) == words_of(other.name) and one.name != "id"
            }
            yield AlignmentCase(name, tuple(map(TableId, tables)), frozenset(same), frozenset(judged))

    return cases


def _together(directory: Directory) -> dict[str, list[str]]:
    return {"all": list(directory.table_ids)}


def _by_prefix(parts: int, separator: str) -> Callable[[Directory], dict[str, list[str]]]:
    def groups(directory: Directory) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for table in directory.table_ids:
            found[separator.join(table.removesuffix(".csv").split(separator)[:parts])].append(table)
        return dict(found)

    return groups


CASES: dict[str, Callable[[Path, Directory], Iterator[AlignmentCase]]] = {
    "valentine_magellan": _matched,
    "valentine_wikidata_musicians": _matched,
    "gdc_schema_matching": _matched,
    "schematch_multi": _matched,
    "union_mini": _by_names(_by_prefix(1, "_"), False),
    "movies_fusion": _by_names(_together, False),
    "flights_conflict": _by_names(_together, False),
    "er_magellan": _by_names(_by_prefix(1, "."), None),
}
"""By the folder's name."""
