"""Find the semantic types of a lake's columns: compare those that may be of one, cluster them, name the clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.lake_map.semantic_types.clusters import Edges, cluster_columns, highest_log_odds, mean_log_odds
from lakeindex.lake_map.semantic_types.column_graph import ColumnGraph
from lakeindex.lake_map.semantic_types.name_types import name_types
from lakeindex.lake_map.semantic_types.type_matcher import TypeMatcher
from lakeindex.models.weights import TYPES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId
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
    matcher = TypeMatcher.open(TYPES)
    graph = ColumnGraph.of(columns)
    edges = Edges(graph.left, graph.right, matcher.log_odds(graph.features))
    found = [personal.get(column) for column in columns.ids]
    clusters = cluster_columns(edges, _started(found))
    probabilities = np.where([one is None for one in found], _probabilities(edges, clusters, matcher), _shares(found))
    names = _names(columns, clusters, found)
    return [
        TypedColumn(column, names[cluster], round(probability, 4), None if one is None else one.kind)
        for column, cluster, probability, one in zip(
            columns.ids, clusters.tolist(), probabilities.tolist(), found, strict=True
        )
    ]


def _started(found: list[PersonalData | None]) -> Integers:
    """Return a number a node: columns of personal data of one kind are one, all others are alone."""
    first: dict[PersonalKind, int] = {}
    numbers = [place if one is None else first.setdefault(one.kind, place) for place, one in enumerate(found)]
    return np.array(numbers, np.int64)


def _shares(found: list[PersonalData | None]) -> Floats:
    return np.array([0.0 if one is None else one.share for one in found], np.float64)


def _probabilities(edges: Edges, clusters: Integers, matcher: TypeMatcher) -> Floats:
    within = np.minimum(matcher.member.of(mean_log_odds(edges, clusters)), _MOST_LOG_ODDS)
    alone = np.minimum(-highest_log_odds(edges, len(clusters)), _MOST_LOG_ODDS)
    is_alone = np.bincount(clusters, minlength=1)[clusters] == 1
    return probability_of(np.where(is_alone, alone, within))


def _names(columns: ColumnSet, clusters: Integers, found: list[PersonalData | None]) -> list[str]:
    """Return the name of each cluster."""
    headers: list[list[str]] = [[] for _ in range(int(clusters.max(initial=-1)) + 1)]
    known: dict[int, str] = {}
    for column, cluster, one in zip(columns.ids, clusters.tolist(), found, strict=True):
        headers[cluster].append(column.name)
        if one is not None:
            known[cluster] = str(one.kind).replace("_", " ")
    return name_types(headers, known)
