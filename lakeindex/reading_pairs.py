"""Answer a query with a cross-encoder: what promises most is read together with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lakeindex.found import Found
from lakeindex.match.reread import Said, is_sure
from lakeindex.pair_reading import PairReading
from lakeindex.pairs import AnchorScores, Numbers, QueryColumn, Weights
from lakeindex.querying import Searcher
from lakeindex.read_columns import Read
from lakeindex.rereading import Candidates, Rereader
from lakeindex.types import ColumnId, Match

_HARDLY = 1e-6
"""The probability of a column that no source proposes."""


@dataclass(frozen=True)
class Reader:
    """A searcher, and what reads columns together."""

    searcher: Searcher
    make_rereader: Callable[[], Rereader]
    reaches_lake: bool = False
    """Whether columns may be read that no source proposes."""
    open_anchors: Callable[[], AnchorScores | None] = lambda: None
    """Opens what the cross-encoder said of some columns with all others, where an index has that."""

    @cached_property
    def rereader(self) -> Rereader:
        """The cross-encoder; it is loaded when something is to be read."""
        return self.make_rereader()

    def search(self, query: QueryColumn, k: int, calls: int, chosen: Sequence[str] = (), within: str = "") -> Found:
        """Rank the columns that may join with the query column, of which so many are read at most.

        None is read where the matcher is sure.

        `chosen` asks some sources alone, and nothing is read; only tables whose names match the glob `within` may
        answer. Raises InvalidSetting for a source that there isn't, NotFound where no table matches.
        """
        query = self.searcher.within(query, within)
        if chosen or not calls:
            return self.searcher.search(query, k, chosen)
        keys = self.searcher.candidates(query, k)
        found = self.searcher.judged(query, keys, max(k, min(calls, len(keys))), self.searcher.labels())
        return self._read(query, found, calls).top(k)

    def explain(self, left: ColumnId, right: ColumnId, calls: int) -> Match:
        """Judge one pair, whatever its rank, among the candidates that the query column has, and read it."""
        query, key = self.searcher.column(left), self.searcher.directory.key_of(right)
        found = self.searcher.judged_with(query, key)
        if calls:
            found = self._read(query, found, calls, key)
        match = found.only(key).matches(self.searcher.directory, -1.0)[0]
        unread = PairReading(0, len(found.pairs.keys)) if calls else None
        return replace(match, reading=found.reading_of(key, self.searcher.directory) or unread)

    def _read(self, query: QueryColumn, found: Found, calls: int, explained: int | None = None) -> Found:
        keys, prior = found.pairs.keys, found.estimates
        if is_sure(prior):
            return found
        if self.reaches_lake:
            keys, prior = self._whole_lake(query, keys, prior)
        if not len(keys):
            return found
        candidates = Candidates(lambda places: self.searcher.read_of(keys[places]), lambda: self._space(keys), prior)
        surely = None if explained is None else int(np.searchsorted(keys, explained))
        said = self.rereader.read(Read(query.reading, query.facts), candidates, calls, surely)
        if self.reaches_lake:
            found, said = self._with_those(query, found, said)
        return found.reread(said, self.rereader.weights)

    def _whole_lake(self, query: QueryColumn, keys: Numbers, prior: Weights) -> tuple[Numbers, Weights]:
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

    def _space(self, keys: Numbers) -> npt.NDArray[np.float32]:
        """Return the coordinates in which scores are predicted, (n, d)."""
        return self._space_of_lake if self.reaches_lake else self._coordinates(keys)

    def _coordinates(self, keys: Numbers) -> npt.NDArray[np.float32]:
        return self.searcher.vectors.vectors(keys) if self._anchors is None else self._anchors.space(keys)

    @cached_property
    def _space_of_lake(self) -> npt.NDArray[np.float32]:
        return self._coordinates(np.arange(len(self.searcher.directory)))

    @cached_property
    def _anchors(self) -> AnchorScores | None:
        return self.open_anchors()
