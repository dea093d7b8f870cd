"""Answer a query: column → candidates of every source → signals → probability → messages of its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.errors import InvalidSetting
from lakeindex.hashing.content_hash import hash_content
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.index.candidate_sources import make_sources, retrieve
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_stats import TermStats
from lakeindex.index.vector_index import VectorIndex
from lakeindex.match.matcher import Matcher
from lakeindex.match.message_passing import MessageWeights, pass_messages
from lakeindex.match.signals import sum_sources
from lakeindex.match.user_verdicts import NO_VERDICT
from lakeindex.models.weights import MATCHER, PATHS
from lakeindex.protocols import CandidateSource
from lakeindex.search.candidate_graph import Neighbours, candidate_graph
from lakeindex.search.score_candidates import CandidateScorer
from lakeindex.search.scored_candidates import LEAST_BY_PATH, ScoredCandidates
from lakeindex.store.feedback_log import FeedbackFile
from lakeindex.store.generations import Generation
from lakeindex.store.layout import COLUMN_TOKENS, TERMS, VECTORS
from lakeindex.types.column_tokens import ColumnTokens, open_tokens
from lakeindex.types.columns import CrossInput, Family, QueryColumn
from lakeindex.types.lake import ColumnId

if TYPE_CHECKING:
    from lakeindex.search.labels import LabelReader, PairLabels

CANDIDATES = 40
"""Columns that each source proposes for a query, however many of them are answered: k only cuts."""
CANDIDATES_ALONE = 200
"""Columns that each source proposes where some sources alone answer."""
MOST_NEIGHBOURS = 60
"""Candidates that may send or carry messages, the likeliest."""
_OF_A_NEIGHBOUR = 30
"""Columns that each source proposes for a column whose neighbours are looked up."""
_RIVALS = 10
"""Columns that each source proposes where only the best of all is wanted."""
_CACHED_COLUMNS = 20_000
"""Columns whose neighbours stay in memory, about a kilobyte each."""


def _cache() -> LRUCache[int, Neighbours]:
    return LRUCache(_CACHED_COLUMNS)


@dataclass(frozen=True)
class Searcher:
    """A generation's indexes, memory-mapped and ready for queries; safe for threads."""

    directory: Directory
    terms: Mapping[Family, InvertedIndex]
    vectors: VectorIndex
    tokens: ColumnTokens
    device: str
    """Where vectors are searched; what a build of FAISS without a GPU can't do there, it does on the CPU."""
    generation: str
    """The checksum of the generation."""
    feedback: FeedbackFile | None = None
    """People's verdicts on pairs; None to ignore them."""
    _neighbours: LRUCache[int, Neighbours] = field(default_factory=_cache, init=False, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @classmethod
    def open(
        cls,
        generation: Generation,
        device: str,
        feedback: FeedbackFile | None = None,
        allowed: Sequence[str] | None = None,
    ) -> Searcher:
        """Open what a query needs: no encoder, no DuckDB.

        Only the tables that match any of the globs `allowed` are there; None for all. How rare a value is, is still
        counted over all tables.
        """
        folder = generation.folder
        return cls(
            Directory.open(folder).restricted(allowed),
            _open_terms(folder / TERMS),
            VectorIndex.open(folder / VECTORS),
            open_tokens(folder / COLUMN_TOKENS),
            device,
            generation.manifest.checksum,
            feedback,
        )

    @cached_property
    def scorer(self) -> CandidateScorer:
        """Scores pairs of columns, each alone."""
        return CandidateScorer(self.directory, self.terms, self.vectors, Matcher.open(MATCHER), tuple(self.sources))

    @cached_property
    def message_weights(self) -> MessageWeights:
        """The weights of messages over intermediates."""
        return MessageWeights.open(PATHS)

    @cached_property
    def sources(self) -> dict[str, CandidateSource]:
        """Every source of candidates, by name."""
        return make_sources(self.terms, self.vectors.searchable_on(self.device))

    def labels(self) -> PairLabels | None:
        """Return the pairs that people labelled so far, None for none. Raises IndexDamaged when they can't be read."""
        if self.feedback is None or self.feedback.stamp() is None:
            return None
        return self._label_reader.labels(self.feedback, self)

    @cached_property
    def _label_reader(self) -> LabelReader:
        # Most indexes have no feedback, and a cold query of them shall not wait for what reads it.
        from lakeindex.search.labels import LabelReader

        with MATCHER.open("rb") as file:
            made_with = f"{self.generation} {hash_content(file)}"
        return LabelReader(self.directory, self.vectors, made_with)

    def column(self, column: ColumnId) -> QueryColumn:
        """Make a column of the lake ready to be a query. Raises NotFound with the nearest names."""
        return self.column_at(self.directory.key_of(column))

    def column_at(self, key: int) -> QueryColumn:
        """Make the column with a key ready to be a query."""
        column, keys = self.directory.id_of(key), np.array([key])
        own_keys = self.directory.keys_of_table(column.table)
        return QueryColumn(
            id=column,
            facts=self.directory.facts.take(keys),
            terms={family: index.column(key) for family, index in self.terms.items()},
            vector=self.vectors.vectors(keys)[0],
            tokens=self.tokens.take(keys),
            table_names=self.directory.name_hashes[own_keys],
            own_keys=own_keys,
            key=key,
            elsewhere=self.hidden,
        )

    @cached_property
    def hidden(self) -> Integers:
        """The keys of the columns that the caller may not see, ascending."""
        return self.directory.hidden_keys()

    def within(self, query: QueryColumn, glob: str) -> QueryColumn:
        """Let only tables answer that the caller may see, and whose names match a glob. Raises NotFound for none."""
        outside = self.directory.keys_outside(glob) if glob else self.hidden
        return replace(query, elsewhere=np.union1d(query.elsewhere, outside)) if len(outside) else query

    def search(self, query: QueryColumn, limit: int = CANDIDATES) -> ScoredCandidates:
        """Score the columns that may join with the query column; each source proposes `limit`."""
        return self.score(query, self.candidates(query, list(self.sources.values()), limit), self.labels())

    def search_sources(self, query: QueryColumn, chosen: Sequence[str]) -> ScoredCandidates:
        """Score by the `chosen` sources alone. Raises InvalidSetting for a source that there isn't."""
        unknown = [name for name in chosen if name not in self.sources]
        if unknown:
            raise InvalidSetting(f"there is no source {unknown[0]!r}; there are: {', '.join(self.sources)}")
        sources = [self.sources[name] for name in chosen]
        pairs = self.scorer.pairs(query, self.candidates(query, sources, CANDIDATES_ALONE))
        signals = sum_sources({source.name: source.scores(query, pairs) for source in sources})
        nothing = np.zeros((len(pairs.keys), 0))
        return ScoredCandidates(
            query.id, tuple(chosen), pairs, signals, nothing, signals.scores, signals.scores, 0.0, 0.0,
            np.full(len(pairs.keys), NO_VERDICT, np.int8), None,
        )  # fmt: skip

    def search_with(self, query: QueryColumn, key: int) -> ScoredCandidates:
        """Score the candidates of a query and the column with a key, whether or not any source proposes it."""
        found = self.search(query)
        if key in found.keys:
            return found
        # With the other columns of its table, which may be the better match.
        of_table = self.directory.keys_of_table(self.directory.id_of(key).table)
        return self.score(query, np.union1d(found.keys, of_table), self.labels())

    def score(self, query: QueryColumn, keys: Integers, labels: PairLabels | None = None) -> ScoredCandidates:
        """Score candidates, given the keys, (n,), and those that people accepted or that only neighbours propose."""
        if labels is not None and query.key is not None:
            keys = np.union1d(keys, np.setdiff1d(labels.accepted_with(query.key), query.excluded))
        candidates = self.scorer.score(query, keys, labels)
        likeliest = Neighbours.of(candidates.keys, candidates.scores, MOST_NEIGHBOURS)
        lookup, least = _QueryNeighbours(self, query, candidates), self.message_weights.least_strength(LEAST_BY_PATH)
        graph = candidate_graph(query.excluded, likeliest, lookup, candidates.keys, least)
        new = np.setdiff1d(graph.keys, candidates.keys)
        if len(new):
            candidates = self.scorer.extended(candidates, query, new, labels)
        places = np.searchsorted(candidates.keys, graph.keys)
        moved = [one.moved(places) for one in graph.intermediates]
        return candidates.with_messages(pass_messages(candidates.estimates, moved), self.message_weights)

    def candidates(self, query: QueryColumn, sources: Sequence[CandidateSource], limit: int = CANDIDATES) -> Integers:
        """Return the keys that sources propose, ascending; where few columns may answer, all of those."""
        is_within = len(query.elsewhere) > len(self.hidden)
        if not is_within or len(self.directory) - len(query.elsewhere) > limit * len(sources):
            return retrieve(query, sources, limit)
        return np.setdiff1d(np.arange(len(self.directory)), query.excluded)

    def neighbours(self, key: int) -> Neighbours:
        """Return the columns that may join with one of the lake, each scored by its pair alone."""
        with self._lock:
            known = self._neighbours.get(key)
        if known is not None:
            return known
        found = self.neighbour_candidates(self.column_at(key))
        neighbours = Neighbours.of(found.keys, found.scores, MOST_NEIGHBOURS)
        with self._lock:
            self._neighbours[key] = neighbours
        return neighbours

    def neighbour_candidates(self, column: QueryColumn) -> ScoredCandidates:
        """Score the few candidates of a column that its neighbours are chosen from."""
        return self.scorer.score(column, retrieve(column, list(self.sources.values()), _OF_A_NEIGHBOUR))

    def cross_input(self, keys: Integers) -> CrossInput:
        """Return columns as the input of a cross-encoder."""
        return CrossInput(self.tokens.take(keys), self.directory.facts.take(keys))

    def describe(self, key: int, others: Integers) -> tuple[Features, Floats]:
        """Return the features, (n, f), and the probabilities, (n,), of pairs among the candidates of one column."""
        query = self.column_at(key)
        tables = [self.directory.keys_of_table(self.directory.id_of(other).table) for other in others.tolist()]
        keys = reduce(np.union1d, [retrieve(query, list(self.sources.values()), _RIVALS), *tables])
        found = self.score(query, keys)
        places = np.searchsorted(found.keys, others)
        return found.features[places], found.scores[places]


@dataclass(frozen=True, slots=True)
class _QueryNeighbours:
    """Looks up the neighbours of the candidates of one query in a lake."""

    searcher: Searcher
    query: QueryColumn
    candidates: ScoredCandidates

    def neighbours(self, key: int) -> Neighbours:
        return self.searcher.neighbours(key)

    def reverse_probability(self, key: int) -> float:
        """Return the probability of the query, which may be from outside, among the neighbours of a column."""
        if self.query.key is not None:
            return self.searcher.neighbours(key).probability(self.query.key)
        column = self.searcher.column_at(key)
        place = self.candidates.place_of(key)
        reverse = self.candidates.pairs.reversed(place, len(column.table_names))
        return self.searcher.scorer.reverse_probability(self.searcher.neighbour_candidates(column), reverse)


def _open_terms(folder: Path) -> dict[Family, InvertedIndex]:
    opened: dict[Family, InvertedIndex] = {
        family: InvertedIndex.open(folder / family) for family in Family if family is not Family.KEYS
    }
    keys = opened[Family.VALUES].folded(KEY_MASK, TermStats.open(folder / Family.KEYS))
    alternates = opened[Family.ALTERNATES].folded(KEY_MASK, opened[Family.ALTERNATES].stats)
    return {**opened, Family.KEYS: keys, Family.ALTERNATES: alternates}
