"""Make answers: of scored candidates the best few, counted in the files, with the column's own table beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lakeindex.config.profile_limits import RawValues
from lakeindex.config.ranges import NO_OR_SOME_ANSWERS, SCORED_PAIRS, SHARE
from lakeindex.open_index import OpenIndex
from lakeindex.search.answer import Answer, Counting, Cut, matches_of
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Match

if TYPE_CHECKING:
    from lakeindex.search.external_column import ExternalColumn
    from lakeindex.search.scored_candidates import ScoredCandidates


MOST_COUNTED = 1_000_000
"""Distinct values of both columns of a pair up to which their join is counted in the source files."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Makes answers out of what an open index finds."""

    opened: OpenIndex

    def answer(self, found: ScoredCandidates, cut: Cut, counting: Counting, column: ColumnId | None) -> Answer:
        """Make an answer of scored candidates; `column` is the lake's that is asked for, None for none."""
        answers = found.answers()[: cut.k]
        places = answers if found.accepted is None else answers[found.scores[answers] >= cut.min_probability]
        matches = matches_of(found, places, self.opened.explainer)
        within = [] if column is None or found.accepted is None else self._self_matches(column, cut)
        if counting.probe:
            matches = self.count(matches, counting, column)
            within = self.count(within, replace(counting, outside=None), column)
        return Answer(
            found.query, tuple(matches), found.tried, len(answers) - len(matches),
            self_matches=tuple(replace(match, query=found.query) for match in within),
        )  # fmt: skip

    def count(self, matches: Sequence[Match], counting: Counting, column: ColumnId | None) -> list[Match]:
        """Count the first matches of one query in the source files, each by the condition that `join` would choose.

        `column` is the query column, or the one of the lake that it is a copy of; None where the lake has none like it.
        What can't be counted keeps its estimates, with a note, and so does a match of which more values may meet.
        Where the index knows no names, nothing is counted.
        """
        if not self.opened.has_names:
            return list(matches)
        from lakeindex.join.count_matches import Lookups, MatchCounter

        lookups = Lookups(self.opened.searcher, self.opened.model) if counting.is_thorough else None
        counter = MatchCounter(self.opened.tables, lookups, counting.outside, column)
        probed = [self._unless_too_large(match, column) for match in matches[: counting.probe]]
        counted = iter(counter.count([match for match in probed if not match.note]))
        return [*(match if match.note else next(counted) for match in probed), *matches[counting.probe :]]

    def _unless_too_large(self, match: Match, column: ColumnId | None) -> Match:
        """Return a match, with a note where its columns have too many distinct values to be counted in seconds."""
        directory = self.opened.searcher.directory
        sides = [match.column] if column is None else [column, match.column]
        values = sum(int(directory.facts.distinct[directory.key_of(side)]) for side in sides)
        if values <= MOST_COUNTED:
            return match
        return replace(match, note=f"estimated from samples: {values:,} distinct values take too long to be counted")

    def _self_matches(self, column: ColumnId, cut: Cut) -> list[Match]:
        """Return the columns of a column's own table that it refers to, or that refer to it."""
        from lakeindex.search.self_references import self_candidates

        key = self.opened.searcher.directory.key_of(column)
        if cut.within and key in self.opened.searcher.directory.keys_outside(cut.within):
            return []
        found = self_candidates(self.opened.searcher, key)
        if found is None or not self.opened.has_names:
            return []
        from lakeindex.join.self_references import verified

        likely = matches_of(found, np.arange(len(found)), self.opened.explainer)
        matches = verified(likely, self.opened.tables, found.threshold)
        return [match for match in matches if match.score >= cut.min_probability][: cut.k]

    def cut(self, k: int, min_probability: float, within: str) -> Cut:
        """Return what of an answer is given. Raises InvalidSetting for a number out of its range."""
        # No more can answer than there are: nothing is allocated for a number that somebody made up.
        most = min(NO_OR_SOME_ANSWERS.require(k, "k"), len(self.opened.searcher.directory))
        return Cut(most, SHARE.require(min_probability, "min_probability"), within)

    def budget(self, budget: int | None) -> int:
        """Return how many candidates the cross-encoder may score. Raises InvalidSetting as `cut`."""
        given = None if budget is None else SCORED_PAIRS.require(budget, "budget")
        if given is None or self.opened.kept_values is not RawValues.SAMPLE:
            return self.opened.budget
        return given

    def profile_outside(self, table: object, column: str) -> ExternalColumn:
        """Profile a column of a file, or of an Arrow stream. Raises what `Lake.query` does."""
        from lakeindex.search.external_column import profile_file_column, profile_stream_column, table_of

        if isinstance(table, Path):
            self.opened.require_allowed_file(table)
            return profile_file_column(table, column, self.opened.settings, self.opened.profile_limits)
        return profile_stream_column(table_of(table), column, self.opened.profile_limits)

    def rows_outside(self, table: object, column: ColumnId) -> pa.Table:
        """Return the values of a column from outside, to be counted."""
        from lakeindex.build.read_table import read_file
        from lakeindex.search.external_column import table_of

        if not isinstance(table, Path):
            return table_of(table).select([column.name])
        read = read_file(table, self.opened.settings, table=column.table)
        schema = pa.schema([read.schema.field(column.name)])
        return pa.Table.from_batches((batch.select([column.name]) for batch in read.batches), schema)
