"""Align the columns of many tables: score pairs, assign them one to one, put them into clusters, name these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.arrays.proportions import probability_of
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.align.candidate_pairs import candidate_pairs
from lakeindex.integrate.align.clusters import cluster
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.membership import mean_log_odds
from lakeindex.integrate.align.name_attributes import attributes_of
from lakeindex.integrate.align.one_to_one import best_pairs
from lakeindex.integrate.align.pair_features import ColumnPairs
from lakeindex.integrate.align.siblings import numbered
from lakeindex.integrate.alignment import Alignment
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_UNLIKE = -6.0
"""The log-odds of two columns that were not compared."""
_LOST = -1.0
"""The most that the log-odds may be of two columns that each have a better partner in the other's table."""


def align(tables: Sequence[TableId], searcher: Searcher, matcher: AttributeMatcher | None = None) -> Alignment:
    """Return which columns of tables are the same attribute, by what the index keeps of them; no row is read.

    The order of the tables makes no difference, and one that is named twice counts once. Raises NotFound, with the
    nearest names, for a table that the index doesn't have.
    """
    columns = ColumnSet.of(tables, searcher)
    matcher = AttributeMatcher.open(ATTRIBUTES) if matcher is None else matcher
    log_odds = log_odds_of(columns, matcher)
    clusters = cluster(log_odds, columns.tables)
    probabilities = probability_of(matcher.member.of(mean_log_odds(log_odds, clusters)))
    return Alignment(attributes_of(columns, clusters, probabilities))


def log_odds_of(columns: ColumnSet, matcher: AttributeMatcher) -> Floats:
    """Return the log-odds that each two columns are the same attribute, (n, n), one to one between two tables."""
    pairs = ColumnPairs.of(columns, *candidate_pairs(columns))
    scores = matcher.log_odds(pairs, columns.tables)
    blocks = numbered(columns.tables[pairs.left], columns.tables[pairs.right])
    is_best = best_pairs(pairs.left, pairs.right, blocks, probability_of(scores))
    scores = np.where(is_best, scores, np.minimum(scores, _LOST))
    log_odds = np.full((len(columns), len(columns)), _UNLIKE)
    log_odds[pairs.left, pairs.right] = scores
    log_odds[pairs.right, pairs.left] = scores
    return log_odds
