"""Answer a query: column → candidates of every source → signals → probability → exact probe of the top few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.errors import InvalidSetting
from lakeindex.hashing.content_hash import hash_content
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.index.candidate_sources import make_sources
from lakeindex.index.inverted_index import TermIndex
from lakeindex.index.term_stats import Totals
from lakeindex.index.token_store import open_readings
from lakeindex.index.vector_index import VectorIndex
from lakeindex.match.matcher import Matcher
from lakeindex.match.message_passing import PathWeights
from lakeindex.match.score_parts import Addition
from lakeindex.match.signal_sum import fuse, fuse_sources
from lakeindex.match.signals import measure
from lakeindex.models.weights import MATCHER, PATHS
from lakeindex.protocols import CandidateSource
from lakeindex.search.candidate_graph import Partners, surroundings
from lakeindex.search.retrieve import retrieve
from lakeindex.search.scored_candidates import MOST_PARTNERS, Found
from lakeindex.store.feedback_log import FeedbackFile
from lakeindex.store.generations import Generation
from lakeindex.store.layout import READINGS, TERMS, VECTORS
from lakeindex.types.column_tokens import Readings
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.cross_input import Read
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Match
from lakeindex.types.pairs import Pairs, Ranking

if TYPE_CHECKING:
    from lakeindex.search.labels import LabelReader, Labels

_LEAST_CANDIDATES = 100
_MOST_ASKED = 20_000
"""Columns whose partners are remembered, about a kilobyte each."""
_OF_A_BRIDGE = 30
_RIVALS = 10
"""Candidates of each source that are enough to tell which is the best of all."""


@dataclass(frozen=True)
class Searcher:
    """A generation's indexes, memory-mapped and ready to be asked."""

    directory: Directory
    terms: Mapping[Family, TermIndex]
    vectors: VectorIndex
    readings: Readings
    device: str
    """Where vectors are searched; what a build of FAISS without a GPU can't do there, it does on the CPU."""
    generation: str
    """What tells the generation from others."""
    feedback: FeedbackFile | None = None
    """What people said of pairs; None where that doesn't count."""

    @classmethod
    def open(cls, generation: Generation, device: str, feedback: FeedbackFile | None = None) -> Searcher:
        """Open what a query needs: no encoder, no DuckDB."""
        folder = generation.folder
        return cls(
            Directory.open(folder),
            _open_terms(folder / TERMS),
            VectorIndex.open(folder / VECTORS),
            open_readings(folder / READINGS),
            device,
            generation.manifest.checksum,
            feedback,
        )

    @cached_property
    def matcher(self) -> Matcher:
        """What makes signals a probability."""
        return Matcher.open(MATCHER)

    @cached_property
    def paths(self) -> PathWeights:
        """What a path over a third column says of a join."""
        return PathWeights.open(PATHS)

    @cached_property
    def sources(self) -> dict[str, CandidateSource]:
        """Every source of candidates, by name."""
        return make_sources(self.terms, self.vectors.searchable_on(self.device))

    def labels(self) -> Labels | None:
        """Return what people have said of pairs by now, None for nothing. Raises IndexDamaged when it can't be read."""
        if self.feedback is None or self.feedback.stamp() is None:
            return None
        return self._label_reader.labels(self.feedback)

    @cached_property
    def _label_reader(self) -> LabelReader:
        # Most indexes have no feedback, and a cold query of them shall not wait for what reads it.
        from lakeindex.search.labels import LabelReader

        with MATCHER.open("rb") as file:
            made_with = f"{self.generation} {hash_content(file)}"
        return LabelReader(self.directory, self.vectors.vectors, self._describe, made_with)

    def column(self, column: ColumnId) -> QueryColumn:
        """Make a column of the lake ready to be asked about. Raises NotFound with the nearest names."""
        key = self.directory.key_of(column)
        return QueryColumn(
            id=column,
            facts=self.directory.facts.take(np.array([key])),
            terms={family: index.column(key) for family, index in self.terms.items()},
            vector=self.vectors.vectors(np.array([key]))[0],
            reading=self.readings.take(np.array([key])),
            table_names=self.directory.name_hashes[self.directory.keys_of_table(column.table)],
            own_keys=self.directory.keys_of_table(column.table),
            key=key,
        )

    def explain_column(self, query: QueryColumn, right: ColumnId) -> Match:
        """Judge the pair of a column, as it is given, with one of the lake, whatever its rank."""
        key = self.directory.key_of(right)
        return self.judged_with(query, key).only(key).matches(self.directory, -1.0)[0]

    def judged_with(self, query: QueryColumn, key: int) -> Found:
        """Judge the candidates that the query has, and surely the column with a key."""
        keys = retrieve(query, list(self.sources.values()), _LEAST_CANDIDATES)
        if key not in keys:
            # With the other columns of its table, which may be the better match.
            keys = np.union1d(keys, self.directory.keys_of_table(self.directory.id_of(key).table))
        return self.judged(query, keys, len(keys), self.labels())

    def search(self, query: QueryColumn, k: int, chosen: Sequence[str] = ()) -> Found:
        """Rank the columns that may join with the query column; `chosen` asks some sources alone.

        Raises InvalidSetting for a source that there isn't.
        """
        sources = self._chosen(chosen)
        keys = self.candidates(query, k, sources)
        if not chosen:
            return self.judged(query, keys, k, self.labels())
        pairs = self.pairs(query, keys)
        scored = fuse_sources({source.name: source.scores(query, pairs) for source in sources})
        ranking = Ranking.of(keys, scored.scores, "fused").top(k)
        return Found(query.id, ranking, pairs, scored, None, tuple(chosen))

    def within(self, query: QueryColumn, glob: str) -> QueryColumn:
        """Let only tables answer whose names match a glob. Raises NotFound where none does."""
        return replace(query, elsewhere=self.directory.keys_outside(glob)) if glob else query

    def candidates(self, query: QueryColumn, k: int, sources: Sequence[CandidateSource] = ()) -> Integers:
        """Return what the sources, all unless some are named, propose; where few columns may answer, all of them."""
        asked, limit = sources or list(self.sources.values()), max(_LEAST_CANDIDATES, 2 * k)
        if not len(query.elsewhere) or len(self.directory) - len(query.elsewhere) > limit * len(asked):
            return retrieve(query, asked, limit)
        return np.setdiff1d(np.arange(len(self.directory)), query.excluded)

    def partners(self, key: int) -> Partners:
        """Return the columns that may join with one of the lake, by what speaks for each pair alone."""
        if len(self._asked) > _MOST_ASKED:
            self._asked.clear()
        if key not in self._asked:
            query = self.column(self.directory.id_of(key))
            keys = retrieve(query, list(self.sources.values()), _OF_A_BRIDGE)
            self._asked[key] = self.judged_alone(query, keys, MOST_PARTNERS).partners
        return self._asked[key]

    @cached_property
    def _asked(self) -> dict[int, Partners]:
        return {}

    def judged(self, query: QueryColumn, keys: Integers, k: int, labels: Labels | None = None) -> Found:
        """Judge the candidates of a query, and those that only its likeliest partners name."""
        most = max(k, MOST_PARTNERS)
        found = self.judged_alone(query, keys, most, labels)
        around = surroundings(query.excluded, found.partners, self.partners, partial(self._answer, query, found.pairs))
        if len(np.setdiff1d(around.keys, found.pairs.keys)):
            found = self.judged_alone(query, np.union1d(found.pairs.keys, around.keys), most, labels)
        places = np.searchsorted(found.pairs.keys, around.keys)
        return found.passed_on([bridge.moved(places) for bridge in around.bridges], self.paths, self.directory).top(k)

    def read_of(self, keys: Integers) -> Read:
        """Return columns as a cross-encoder is given them."""
        return Read(self.readings.take(keys), self.directory.facts.take(keys))

    def _answer(self, query: QueryColumn, pairs: Pairs, key: int) -> float:
        """Return the probability that a column of the lake gives a query, of which it may not know."""
        if query.key is not None:
            return self.partners(key).probability(query.key)
        bridge = self.column(self.directory.id_of(key))
        stranger = pairs.asked_back(int(np.searchsorted(pairs.keys, key)), len(bridge.table_names))
        known = self.pairs(bridge, retrieve(bridge, list(self.sources.values()), _OF_A_BRIDGE))
        asked = known.joined(stranger)
        return float(self.matcher.judge(asked, fuse(measure(asked), asked.tables), MOST_PARTNERS).probabilities[-1])

    def judged_alone(self, query: QueryColumn, keys: Integers, k: int, labels: Labels | None = None) -> Found:
        """Judge candidates by what speaks for each pair alone."""
        own_key = self.directory.key_of(query.id) if labels is not None and len(query.own_keys) else None
        if labels is not None and own_key is not None:
            keys = np.setdiff1d(np.union1d(keys, labels.accepted_with(own_key)), query.excluded)
        pairs = self.pairs(query, keys)
        scored = fuse(measure(pairs), pairs.tables)
        additions: Sequence[Addition] = ()
        verdicts = None
        if labels is not None:
            additions = labels.additions(query, lambda places: self.vectors.vectors(keys[places]))
            verdicts = None if own_key is None else labels.verdicts_on(own_key, keys)
        judged = self.matcher.judge(pairs, scored, k, additions, verdicts)
        ranking = Ranking.of(keys, judged.probabilities, "judged").top(k)
        return Found(query.id, ranking, pairs, scored, judged, tuple(self.sources))

    def _describe(self, key: int, others: Integers) -> tuple[Features, Floats]:
        """Return the features and the probabilities that pairs have among the candidates of one column."""
        query = self.column(self.directory.id_of(key))
        tables = [self.directory.keys_of_table(self.directory.id_of(other).table) for other in others.tolist()]
        keys = reduce(np.union1d, [retrieve(query, list(self.sources.values()), _RIVALS), *tables])
        found = self.judged(query, keys, len(keys))
        assert found.judged is not None
        places = np.searchsorted(found.pairs.keys, others)
        return found.judged.features[places], found.judged.probabilities[places]

    def pairs(self, query: QueryColumn, keys: Integers) -> Pairs:
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
