"""Answer a query with a cross-encoder: what promises most is read together with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.match.rerank_fusion import Said, is_sure
from lakeindex.rerank.cur import Plan
from lakeindex.search.budgeted_rerank import BudgetedReranker, Candidates
from lakeindex.search.scored_candidates import Found
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import QueryColumn
from lakeindex.types.cross_input import Read
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Match, PairReading
from lakeindex.types.pairs import AnchorScores

_HARDLY = 1e-6
"""The probability of a column that no source proposes."""
_MOST_ROUNDS, _LEAST_A_ROUND, _LEAST_A_ROUND_OF_LAKE = 8, 25, 8
"""Among its candidates the matcher tells well enough which to read; in the lake it takes the scores of some."""
_TOGETHER = 32
"""Queries that are answered side by side."""


@dataclass(frozen=True)
class RerankingSearcher:
    """A searcher, and what reads columns together."""

    searcher: Searcher
    make_reranker: Callable[[], BudgetedReranker]
    reaches_lake: bool = False
    """Whether columns may be read that no source proposes."""
    open_anchors: Callable[[], AnchorScores | None] = lambda: None
    """Opens what the cross-encoder said of some columns with all others, where an index has that."""

    @cached_property
    def reranker(self) -> BudgetedReranker:
        """The cross-encoder; it is loaded when something is to be read."""
        return self.make_reranker()

    def search(self, query: QueryColumn, k: int, calls: int, chosen: Sequence[str] = (), within: str = "") -> Found:
        """Rank the columns that may join with the query column, of which so many are read at most.

        None is read where the matcher is sure.

        `chosen` asks some sources alone, and nothing is read; only tables whose names match the glob `within` may
        answer. Raises InvalidSetting for a source that there isn't, NotFound where no table matches.
        """
        return self._search_together([query], k, calls, chosen, within)[0]

    def search_many(
        self, queries: Iterable[QueryColumn], k: int, calls: int, chosen: Sequence[str] = (), within: str = ""
    ) -> Iterator[Found]:
        """Answer each of many queries as `search` does, in their order; several are read together."""
        rest = iter(queries)
        while some := list(islice(rest, _TOGETHER)):
            yield from self._search_together(some, k, calls, chosen, within)

    def explain(self, left: ColumnId, right: ColumnId, calls: int) -> Match:
        """Judge one pair, whatever its rank, among the candidates that the query column has, and read it."""
        query, key = self.searcher.column(left), self.searcher.directory.key_of(right)
        found = self.searcher.judged_with(query, key)
        if calls and self._is_to_be_read(found):
            found = self._reranked(query, found, self._said_with(query, found, calls, key))
        match = found.only(key).matches(self.searcher.directory, -1.0)[0]
        unread = PairReading(0, len(found.pairs.keys)) if calls else None
        return replace(match, reading=found.reading_of(key, self.searcher.directory) or unread)

    def _search_together(
        self, queries: Sequence[QueryColumn], k: int, calls: int, chosen: Sequence[str], within: str
    ) -> list[Found]:
        asked = [self.searcher.within(query, within) for query in queries]
        if chosen or not calls:
            return [self.searcher.search(query, k, chosen) for query in asked]
        found = [self._judged(query, k, calls) for query in asked]
        return [one.top(k) for one in self._read_many(asked, found, calls)]

    def _judged(self, query: QueryColumn, k: int, calls: int) -> Found:
        keys = self.searcher.candidates(query, k)
        return self.searcher.judged(query, keys, max(k, min(calls, len(keys))), self.searcher.labels())

    def _read_many(self, queries: Sequence[QueryColumn], found: Sequence[Found], calls: int) -> list[Found]:
        unsure = [place for place, one in enumerate(found) if self._is_to_be_read(one)]
        if not unsure:
            return list(found)
        candidates = [self._candidates(queries[place], found[place]) for place in unsure]
        said = self.reranker.read_many([_read_of(queries[place]) for place in unsure], candidates, self._plan(calls))
        read = {
            place: self._reranked(queries[place], found[place], one) for place, one in zip(unsure, said, strict=True)
        }
        return [read.get(place, one) for place, one in enumerate(found)]

    def _said_with(self, query: QueryColumn, found: Found, calls: int, key: int) -> Said:
        """Read the candidates, and surely the one with a key."""
        place = key if self.reaches_lake else int(np.searchsorted(found.pairs.keys, key))
        return self.reranker.read(_read_of(query), self._candidates(query, found), self._plan(calls), place)

    def _is_to_be_read(self, found: Found) -> bool:
        return not is_sure(found.estimates) and (self.reaches_lake or len(found.pairs.keys) > 0)

    def _plan(self, calls: int) -> Plan:
        """Return in how many rounds calls are best made: more of them predict better, and take longer."""
        least = _LEAST_A_ROUND_OF_LAKE if self.reaches_lake else _LEAST_A_ROUND
        return Plan(calls, rounds=max(1, min(_MOST_ROUNDS, calls // least)))

    def _candidates(self, query: QueryColumn, found: Found) -> Candidates:
        keys, prior = found.pairs.keys, found.estimates
        if self.reaches_lake:
            keys, prior = self._whole_lake(query, keys, prior)
        return Candidates(lambda places: self.searcher.read_of(keys[places]), lambda: self._space(keys), prior)

    def _reranked(self, query: QueryColumn, found: Found, said: Said) -> Found:
        if self.reaches_lake:
            found, said = self._with_those(query, found, said)
        return found.reranked(said, self.reranker.weights)

    def _whole_lake(self, query: QueryColumn, keys: Integers, prior: Floats) -> tuple[Integers, Floats]:
        """Return all keys, and how probable each joins, given that of the candidates: nothing of what is no answer."""
        everything = np.full(len(self.searcher.directory), _HARDLY)
        everything[keys] = np.maximum(prior, _HARDLY)
        everything[query.excluded] = 0.0
        return np.arange(len(everything)), everything

    def _with_those(self, query: QueryColumn, found: Found, said: Said) -> tuple[Found, Said]:
        """Judge the columns, too, that were read though no source proposes them; keys were their places."""
        keys = np.union1d(found.pairs.keys, said.places)
        if len(keys) > len(found.pairs.keys):
            found = self.searcher.judged(query, keys, len(keys), self.searcher.labels())
        return found, said.among(found.pairs.keys)

    def _space(self, keys: Integers) -> npt.NDArray[np.float32]:
        """Return the coordinates in which scores are predicted, (n, d)."""
        return self._space_of_lake if self.reaches_lake else self._coordinates(keys)

    def _coordinates(self, keys: Integers) -> npt.NDArray[np.float32]:
        return self.searcher.vectors.vectors(keys) if self._anchors is None else self._anchors.space(keys)

    @cached_property
    def _space_of_lake(self) -> npt.NDArray[np.float32]:
        return self._coordinates(np.arange(len(self.searcher.directory)))

    @cached_property
    def _anchors(self) -> AnchorScores | None:
        return self.open_anchors()


def _read_of(query: QueryColumn) -> Read:
    return Read(query.reading, query.facts)
