"""Align the columns of many tables: score pairs, assign them one to one, put them into clusters, name these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.errors import InvalidSetting
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

MOST_COLUMNS = 8_000
"""What memory grows with the square of: some two gigabytes for so many."""
_UNLIKE = -6.0
"""The log-odds of two columns that were not compared."""
_ASSIGNED_FROM = 0.05
"""The least probability of a pair that may be assigned."""
_LOST = -1.0
"""The most that the log-odds may be of two columns of which one has a better partner in the other's table."""


def align(tables: Sequence[TableId], searcher: Searcher, matcher: AttributeMatcher | None = None) -> Alignment:
    """Return which columns of tables are the same attribute, by what the index keeps of them; no row is read.

    The order of the tables makes no difference, and one that is named twice counts once. Raises NotFound, with the
    nearest names, for a table that the index doesn't have, and InvalidSetting for more than MOST_COLUMNS.
    """
    columns = ColumnSet.of(tables, searcher)
    if len(columns) > MOST_COLUMNS:
        raise InvalidSetting(
            f"{len(set(tables))} tables have {len(columns)} columns, expected at most {MOST_COLUMNS} to align: "
            f"name fewer tables"
        )
    matcher = AttributeMatcher.open(ATTRIBUTES) if matcher is None else matcher
    pairs = ColumnPairs.of(columns, *candidate_pairs(columns))
    log_odds = together(pairs, matcher.log_odds(pairs, columns.tables), columns.tables)
    clusters = cluster(log_odds, columns.tables)
    probabilities = probability_of(matcher.member.of(mean_log_odds(log_odds, clusters)))
    return Alignment(attributes_of(columns, clusters, probabilities))


def together(pairs: ColumnPairs, log_odds: Floats, tables: Integers) -> Floats:
    """Return the log-odds of each two columns, (columns, columns), one to one between two tables.

    `log_odds`, (pairs,), are those that pairs of columns are the same attribute; `tables`, (columns,), the columns'.
    """
    blocks = numbered(tables[pairs.left], tables[pairs.right])
    probabilities = probability_of(log_odds)
    gains = np.where(probabilities >= _ASSIGNED_FROM, probabilities, 0.0)
    is_best = best_pairs(pairs.left, pairs.right, blocks, gains)
    found = np.where(is_best, log_odds, np.minimum(log_odds, _LOST))
    matrix = np.full((len(tables), len(tables)), _UNLIKE)
    matrix[pairs.left, pairs.right] = matrix[pairs.right, pairs.left] = found
    return matrix
