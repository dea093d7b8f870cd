"""Score the candidates of a query by what is known of each pair alone: signals, trees, labels, probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.index.alternates import compare_alternates
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.vector_index import VectorIndex
from lakeindex.match.features import features_of, signal_values, with_rivals
from lakeindex.match.matcher import Matcher, best_candidate
from lakeindex.match.signals import are_strangers, measure, sum_signals
from lakeindex.match.user_verdicts import NO_VERDICT
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.columns import Family, QueryColumn
from lakeindex.types.pairs import Pairs

if TYPE_CHECKING:
    from lakeindex.search.labels import PairLabels


_COMPARED = frozenset(Family) - {Family.ALTERNATES}


@dataclass(frozen=True, slots=True)
class CandidateScorer:
    """The indexes that compare pairs of columns, and the matcher that turns the comparison into a probability."""

    directory: Directory
    terms: Mapping[Family, InvertedIndex]
    vectors: VectorIndex
    matcher: Matcher
    sources: tuple[str, ...]
    """The names of the sources that propose candidates."""

    def score(self, query: QueryColumn, keys: Integers, labels: PairLabels | None = None) -> ScoredCandidates:
        """Score candidates, ascending by key, each by its pair with the query alone."""
        return self.score_pairs(query, self.pairs(query, keys), labels)

    def score_pairs(self, query: QueryColumn, pairs: Pairs, labels: PairLabels | None = None) -> ScoredCandidates:
        """Score pairs that were looked up before."""
        features = features_of(pairs, measure(pairs))
        return self._scored(query, pairs, features, np.full(len(features), np.nan), labels)

    def extended(
        self, candidates: ScoredCandidates, query: QueryColumn, keys: Integers, labels: PairLabels | None = None
    ) -> ScoredCandidates:
        """Add the candidates with `keys`: they alone are compared, and only those with a new rival are scored again."""
        added = self.pairs(query, keys)
        order = np.argsort(np.concatenate([candidates.keys, keys]))
        features = np.concatenate([candidates.features, features_of(added, measure(added))])[order]
        tree_scores = np.concatenate([candidates.tree_scores, np.full(len(keys), np.nan)])[order]
        return self._scored(query, candidates.pairs.joined(added).take(order), features, tree_scores, labels)

    def pairs(self, query: QueryColumn, keys: Integers) -> Pairs:
        """Compare the query column with each candidate, given the keys, (n,), by every index."""
        looked_up = {
            family: query.terms_in(family, index) for family, index in self.terms.items() if family in _COMPARED
        }
        compared = {family: self.terms[family].compare(terms, keys) for family, terms in looked_up.items()}
        compared[Family.ALTERNATES] = compare_alternates(query, self.terms, keys)
        return Pairs(
            keys=keys,
            query=query.facts,
            candidates=self.directory.facts.take(keys),
            compared=compared,
            # Not `@`: a candidate's cosine must not depend on which others it is computed with.
            cosine=np.einsum("nd,d->n", self.vectors.vectors(keys), query.vector).astype(np.float64),
            tables=self.directory.tables[keys].astype(np.int64),
            same_schema=self.directory.same_schema(query.table_names, keys),
            lake_columns=len(self.directory),
            query_columns=len(query.table_names),
        )

    def reverse_probability(self, neighbours: ScoredCandidates, reverse: Pairs) -> float:
        """Return the probability of a column from outside among the neighbours of one of the lake, given their pair."""
        pairs = neighbours.pairs.joined(reverse)
        features = np.concatenate([neighbours.features, features_of(reverse, measure(reverse))])
        signals = sum_signals(signal_values(features), pairs.tables, are_strangers(pairs))
        features, _ = with_rivals(features, signals.leads)
        tree_scores = np.append(neighbours.tree_scores, self.matcher.pair.sums(features[-1:]))
        evidence = self.matcher.evidence(signals, tree_scores)
        best = best_candidate(evidence, features, np.full(len(evidence), NO_VERDICT, np.int8), pairs)
        return float(self.matcher.probabilities(evidence[-1:], best)[0])

    def _scored(
        self, query: QueryColumn, pairs: Pairs, features: Features, tree_scores: Floats, labels: PairLabels | None
    ) -> ScoredCandidates:
        signals = sum_signals(signal_values(features), pairs.tables, are_strangers(pairs))
        features, is_changed = with_rivals(features, signals.leads)
        stale = np.flatnonzero(is_changed | np.isnan(tree_scores))
        tree_scores[stale] = self.matcher.pair.sums(features[stale])
        evidence = self.matcher.evidence(signals, tree_scores)
        effect = None
        if labels is not None:
            effect = labels.memory.effect(query.vector, pairs.keys, self.vectors, features, evidence)
            evidence = evidence + effect.added
        verdicts = self._verdicts(query, pairs.keys, labels)
        best = best_candidate(evidence, features, verdicts, pairs)
        probabilities = self.matcher.probabilities(np.append(evidence, self.matcher.evidence_of_nothing), best)
        return ScoredCandidates(
            query=query.id,
            tried=self.sources,
            pairs=pairs,
            signals=signals,
            features=features,
            tree_scores=tree_scores,
            evidence=evidence,
            prior=float(probabilities[-1]),
            threshold=self.matcher.calibration.threshold,
            verdicts=verdicts,
            by_matcher=probabilities[:-1],
            labels=effect,
        )

    def _verdicts(self, query: QueryColumn, keys: Integers, labels: PairLabels | None) -> Codes:
        if labels is None or query.key is None:
            return np.full(len(keys), NO_VERDICT, np.int8)
        return labels.verdicts_on(query.key, keys)
