"""Answer a query: column → candidates of every source → signals → fused score → exact probe of the top few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from lakeindex.match.signals import measure
from lakeindex.pairs import Numbers, Pairs, QueryColumn, Ranking
from lakeindex.protocols import CandidateSource
from lakeindex.search.retrieve import retrieve
from lakeindex.text_hash import KEY_MASK
from lakeindex.types import Cardinality, ColumnId, Family, Match

LEAST_SCORE = 0.1
"""Below it a pair has no evidence to speak of, and is no answer."""

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
        """Score one pair, whatever its rank."""
        query = self.column(left)
        # With the other columns of its table, which may be the better match.
        pairs = self.pairs(query, self.directory.keys_of_table(right.table))
        scored = fuse(measure(pairs), pairs.tables)
        key = self.directory.key_of(right)
        found = Found(left, Ranking(np.array([key]), scored.scores[pairs.keys == key], "explained"), pairs, scored, ())
        return found.matches(self.directory, least=-1.0)[0]

    def search(self, query: QueryColumn, k: int, chosen: Sequence[str] = ()) -> Found:
        """Rank the columns that may join with the query column; `chosen` asks some sources alone.

        Raises InvalidSetting for a source that there isn't.
        """
        sources = self._chosen(chosen)
        keys = retrieve(query, sources, max(_LEAST_CANDIDATES, 2 * k))
        pairs = self.pairs(query, keys)
        scored = (
            fuse_sources({s.name: s.scores(query, pairs) for s in sources})
            if chosen
            else fuse(measure(pairs), pairs.tables)
        )
        ranking = Ranking.of(keys, scored.scores, "fused").top(k)
        return Found(query.id, ranking, pairs, scored, tuple(source.name for source in sources))

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
    tried: tuple[str, ...]

    def matches(self, directory: Directory, least: float = LEAST_SCORE) -> list[Match]:
        """Spell out the ranking, best first; a pair must score more than `least` to be a match."""
        kinds = kinds_of(self.pairs)
        values = self.pairs.compared[Family.VALUES]
        forward, backward = values.containment(), values.reverse_containment()
        places = np.searchsorted(self.pairs.keys, self.ranking.keys)
        is_key = bool(self.pairs.query.is_key[0])
        return [
            Match(
                query=self.query,
                column=directory.id_of(int(self.pairs.keys[place])),
                rank=rank,
                score=float(self.scored.scores[place]),
                kind=KINDS_OF_JOIN[kinds[place]],
                containment=float(forward[place]),
                reverse_containment=float(backward[place]),
                cardinality=Cardinality.of(is_key, bool(self.pairs.candidates.is_key[place])),
                evidence=self.scored.evidence(int(place)),
            )
            for rank, place in enumerate(places.tolist(), 1)
            if self.scored.scores[place] > least
        ]
