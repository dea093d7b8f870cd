"""Find the semantic types of a lake's columns: compare those that may be of one, cluster them, name the clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.lake_map.semantic_types.clusters import (
    Edges,
    cluster_columns,
    highest_log_odds,
    mean_log_odds,
    merge_named_alike,
)
from lakeindex.lake_map.semantic_types.column_graph import ColumnGraph
from lakeindex.lake_map.semantic_types.equal_columns import first_equals
from lakeindex.lake_map.semantic_types.name_types import name_types, typical_names
from lakeindex.lake_map.semantic_types.type_matcher import TypeMatcher
from lakeindex.models.weights import TYPES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId
from lakeindex.types.names import is_positional
from lakeindex.types.personal import PersonalData, PersonalKind

_MOST_LOG_ODDS = 7.0
"""No column is surer of its type than one in a thousand is wrong."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column with its semantic type."""

    column: ColumnId
    type: str
    """The name of the type, unique in the lake: in lower-case words."""
    probability: float
    """That the column is of the type that the others of it are; of a type with one column, that it has its own."""
    personal: PersonalKind | None
    """What personal data it holds, as far as its values show."""


def find_types(searcher: Searcher, personal: Mapping[ColumnId, PersonalData]) -> list[TypedColumn]:
    """Return the type of every column that the caller may see, by what the index keeps of them; no row is read.

    They are in the order of the index, whatever that in which files were read.
    """
    keys = np.flatnonzero(searcher.directory.visible_columns())
    if not len(keys):
        return []
    columns = ColumnSet(searcher, keys, searcher.directory.tables[keys].astype(np.int64))
    found = [personal.get(column) for column in columns.ids]
    clusters, surety = _clustered(columns, found)
    probabilities = np.where([one is None for one in found], surety, _shares(found))
    names = _names(columns, clusters, found)
    return [
        TypedColumn(column, names[cluster], round(probability, 4), None if one is None else one.kind)
        for column, cluster, probability, one in zip(
            columns.ids, clusters.tolist(), probabilities.tolist(), found, strict=True
        )
    ]


def _clustered(columns: ColumnSet, found: list[PersonalData | None]) -> tuple[Integers, Floats]:
    """Return the cluster of each column, and the probability that it belongs there, (columns,) each."""
    matcher = TypeMatcher.open(TYPES)
    first, numbers = np.unique(first_equals(columns), return_inverse=True)
    distinct = ColumnSet(columns.searcher, columns.keys[first], columns.tables[first])
    graph = ColumnGraph.of(distinct)
    edges = Edges(graph.left, graph.right, matcher.log_odds(graph.features))
    clusters = cluster_columns(edges, _started([found[place] for place in first.tolist()]))
    clusters = merge_named_alike(edges, clusters, _same_names(distinct, clusters))
    is_alone = (np.bincount(clusters[numbers]) == 1)[clusters]
    within = matcher.member.of(mean_log_odds(edges, clusters))
    log_odds = np.where(is_alone, -highest_log_odds(edges, len(clusters)), within)
    return clusters[numbers], probability_of(np.minimum(log_odds, _MOST_LOG_ODDS))[numbers]


def _same_names(columns: ColumnSet, clusters: Integers) -> Integers:
    """Return a number for the most typical header of each cluster, (clusters,)."""
    headers: list[list[str]] = [[] for _ in range(int(clusters.max(initial=-1)) + 1)]
    for column, cluster in zip(columns.ids, clusters.tolist(), strict=True):
        headers[cluster].append(column.name)
    typical = [(typical_names(one) or [""])[0] for one in headers]
    # A header that only tells a column's place is that of no other cluster.
    own = [f"{name}/{place}" if not name or is_positional(name) else name for place, name in enumerate(typical)]
    return np.unique(own, return_inverse=True)[1].astype(np.int64)


def _started(found: list[PersonalData | None]) -> Integers:
    """Return a number a node: columns of personal data of one kind are one, all others are alone."""
    first: dict[PersonalKind, int] = {}
    numbers = [place if one is None else first.setdefault(one.kind, place) for place, one in enumerate(found)]
    return np.array(numbers, np.int64)


def _shares(found: list[PersonalData | None]) -> Floats:
    return np.array([0.0 if one is None else one.share for one in found], np.float64)


def _names(columns: ColumnSet, clusters: Integers, found: list[PersonalData | None]) -> list[str]:
    """Return the name of each cluster."""
    headers: list[list[str]] = [[] for _ in range(int(clusters.max(initial=-1)) + 1)]
    known: dict[int, str] = {}
    for column, cluster, one in zip(columns.ids, clusters.tolist(), found, strict=True):
        headers[cluster].append(column.name)
        if one is not None:
            known[cluster] = str(one.kind).replace("_", " ")
    return name_types(headers, known)
