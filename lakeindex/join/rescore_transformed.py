"""Judge a join anew where a program makes its values meet: the index is asked as if one column were written so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.config.profile_limits import Limits
from lakeindex.join.transform.transformation import Transformation
from lakeindex.search.external_column import prepare_stream_column
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.matches import JoinKind, Match

_OF_VALUES = (Family.VALUES, Family.KEYS, Family.WORDS, Family.GRAMS)


@dataclass(frozen=True, slots=True)
class Rewriter:
    """An index, and how columns were profiled for it."""

    searcher: Searcher
    limits: Limits

    def judged(self, match: Match, found: Transformation, values: pa.Array[Any]) -> Match:
        """Return a match as a join by a program, at least as probable as it was.

        `values` are the distinct values, as text, of the side that the program rewrites.
        """
        sides = match.query, match.column
        one, other = sides if found.is_of_left else sides[::-1]
        asked = self._rewritten(self.searcher.column(one), found.apply(values))
        told = self.searcher.explain_column(asked, other)
        likelier = told if told.score > match.score else match
        return replace(
            match,
            kind=JoinKind.TRANSFORM,
            program=found.told(),
            score=likelier.score,
            accepted=likelier.accepted,
            evidence=likelier.evidence,
        )

    def _rewritten(self, column: QueryColumn, values: pa.Array[Any]) -> QueryColumn:
        """Return a column of the lake as if it had other values; its names, its table and what it means stay."""
        prepared = prepare_stream_column(
            pa.table({column.id.name: values}), column.id.name, self.limits, lambda _: column.vector[np.newaxis]
        )
        shaped = replace(
            column.facts,
            kinds=prepared.facts.kinds,
            lengths=prepared.facts.lengths,
            patterns=prepared.facts.patterns,
        )
        terms = column.terms | {family: prepared.terms[family] for family in _OF_VALUES}
        return replace(column, facts=shaped, terms=terms, key=None)
