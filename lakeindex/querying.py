"""Answer a query: column → candidates of every source → signals → probability → exact probe of the top few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from lakeindex.catalog.directory import Directory
from lakeindex.catalog.generations import Generation
from lakeindex.errors import InvalidSetting
from lakeindex.index.sources import make_sources
from lakeindex.index.term_index import TermIndex
from lakeindex.index.totals import Totals
from lakeindex.index.vector_index import VectorIndex
from lakeindex.layout import TERMS, VECTORS
from lakeindex.match.fusion import Scored, fuse, fuse_sources
from lakeindex.match.join_kind import KINDS_OF_JOIN, kinds_of
from lakeindex.match.matcher import Judged, Matcher
from lakeindex.match.signals import measure
from lakeindex.pairs import Numbers, Pairs, QueryColumn, Ranking, Weights
from lakeindex.protocols import CandidateSource
from lakeindex.search.retrieve import retrieve
from lakeindex.text_hash import KEY_MASK
from lakeindex.types import Cardinality, ColumnId, Evidence, Family, Match
from lakeindex.weights import MATCHER

LEAST_SCORE = 0.1
"""Of the signals: below it a pair has no evidence to speak of, and is no answer."""

_LEAST_CANDIDATES = 100


@dataclass(frozen=True)
class Searcher:
    """A generation's indexes, memory-mapped and ready to be asked."""

    directory: Directory
    terms: Mapping[Family, TermIndex]
    vectors: VectorIndex
    device: str
    """Where vectors are searched; what a build of FAISS without a GPU can't do there, it does on the CPU."""

    @classmethod
    def open(cls, generation: Generation, device: str) -> Searcher:
        """Open what a query needs: no encoder, no DuckDB."""
        folder = generation.folder
        return cls(
            Directory.open(folder),
            _open_terms(folder / TERMS),
            VectorIndex.open(folder / VECTORS),
            device,
        )

    @cached_property
    def matcher(self) -> Matcher:
        """What makes signals a probability."""
        return Matcher.open(MATCHER)

    @cached_property
    def sources(self) -> dict[str, CandidateSource]:
        """Every source of candidates, by name."""
        return make_sources(self.terms, self.vectors.searchable_on(self.device))

    def column(self, column: ColumnId) -> QueryColumn:
        """Make a column of the lake ready to be asked about. Raises NotFound with the nearest names."""
        key = self.directory.key_of(column)
        return QueryColumn(
            id=column,
            facts=self.directory.facts.take(np.array([key])),
            terms={family: index.column(key) for family, index in self.terms.items()},
            vector=self.vectors.vectors(np.array([key]))[0],
            table_names=self.directory.name_hashes[self.directory.keys_of_table(column.table)],
            own_keys=self.directory.keys_of_table(column.table),
        )

    def explain(self, left: ColumnId, right: ColumnId) -> Match:
        """Judge one pair, whatever its rank, among the candidates that the query column has."""
        query, key = self.column(left), self.directory.key_of(right)
        keys = retrieve(query, list(self.sources.values()), _LEAST_CANDIDATES)
        if key not in keys:
            # With the other columns of its table, which may be the better match.
            keys = np.union1d(keys, self.directory.keys_of_table(right.table))
        found = self._judged(query, keys, len(keys))
        return replace(found, ranking=Ranking(np.array([key]), np.ones(1), "explained")).matches(self.directory, -1.0)[
            0
        ]

    def search(self, query: QueryColumn, k: int, chosen: Sequence[str] = ()) -> Found:
        """Rank the columns that may join with the query column; `chosen` asks some sources alone.

        Raises InvalidSetting for a source that there isn't.
        """
        sources = self._chosen(chosen)
        keys = retrieve(query, sources, max(_LEAST_CANDIDATES, 2 * k))
        if not chosen:
            return self._judged(query, keys, k)
        pairs = self.pairs(query, keys)
        scored = fuse_sources({source.name: source.scores(query, pairs) for source in sources})
        ranking = Ranking.of(keys, scored.scores, "fused").top(k)
        return Found(query.id, ranking, pairs, scored, None, tuple(chosen))

    def _judged(self, query: QueryColumn, keys: Numbers, k: int) -> Found:
        pairs = self.pairs(query, keys)
        scored = fuse(measure(pairs), pairs.tables)
        judged = self.matcher.judge(pairs, scored, k)
        ranking = Ranking.of(keys, judged.probabilities, "judged").top(k)
        return Found(query.id, ranking, pairs, scored, judged, tuple(self.sources))

    def pairs(self, query: QueryColumn, keys: Numbers) -> Pairs:
        """Look up all that is known of the query column and each candidate."""
        return Pairs(
            keys=keys,
            query=query.facts,
            candidates=self.directory.facts.take(keys),
            compared={family: index.compare(query.terms[family], keys) for family, index in self.terms.items()},
            cosine=(self.vectors.vectors(keys) @ query.vector).astype(np.float64),
            tables=self.directory.tables[keys].astype(np.int64),
            same_schema=self.directory.same_schema(query.table_names, keys),
            lake_columns=len(self.directory),
            query_columns=len(query.table_names),
        )

    def _chosen(self, names: Sequence[str]) -> list[CandidateSource]:
        unknown = [name for name in names if name not in self.sources]
        if unknown:
            raise InvalidSetting(f"there is no source {unknown[0]!r}; there are: {', '.join(self.sources)}")
        return [self.sources[name] for name in names] if names else list(self.sources.values())


def _open_terms(folder: Path) -> dict[Family, TermIndex]:
    opened: dict[Family, TermIndex] = {
        family: TermIndex.open(folder / family) for family in Family if family is not Family.KEYS
    }
    keys = opened[Family.VALUES].folded(KEY_MASK, Totals.open(folder / Family.KEYS))
    return {**opened, Family.KEYS: keys}


@dataclass(frozen=True, slots=True)
class Found:
    """A ranking with all that it rests on."""

    query: ColumnId
    ranking: Ranking
    pairs: Pairs
    scored: Scored
    """By the signals alone, without training."""
    judged: Judged | None
    """None where some sources alone were asked, and what they say is the score."""
    tried: tuple[str, ...]

    @property
    def scores(self) -> Weights:
        """Return what the ranking is by, (n,): the probabilities where there are any."""
        return self.scored.scores if self.judged is None else self.judged.probabilities

    def evidence(self, place: int) -> tuple[Evidence, ...]:
        """List the parts of one pair's score, the largest first; they sum to it."""
        return self.scored.evidence(place) if self.judged is None else self.judged.evidence(place)

    def matches(self, directory: Directory, least: float = LEAST_SCORE) -> list[Match]:
        """Spell out the ranking, best first; the signals must say more than `least` of a pair for it to be a match."""
        kinds, scores = kinds_of(self.pairs), self.scores
        values = self.pairs.compared[Family.VALUES]
        forward, backward = values.containment(), values.reverse_containment()
        places = np.searchsorted(self.pairs.keys, self.ranking.keys)
        is_key = bool(self.pairs.query.is_key[0])
        return [
            Match(
                query=self.query,
                column=directory.id_of(int(self.pairs.keys[place])),
                rank=rank,
                score=float(scores[place]),
                kind=KINDS_OF_JOIN[kinds[place]],
                containment=float(forward[place]),
                reverse_containment=float(backward[place]),
                cardinality=Cardinality.of(is_key, bool(self.pairs.candidates.is_key[place])),
                evidence=self.evidence(int(place)),
                accepted=None if self.judged is None else bool(self.judged.accepted[place]),
            )
            for rank, place in enumerate(places.tolist(), 1)
            if self.scored.scores[place] > least
        ]
