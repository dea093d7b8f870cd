"""Explain scores: the parts of each answer's probability, which sum to it, computed for all answers in one pass."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.match.features import FEATURES
from lakeindex.match.matcher import Matcher
from lakeindex.match.message_passing import NO_SENDER
from lakeindex.match.signals import MEANINGS
from lakeindex.match.user_verdicts import FEEDBACK, VERDICT_MEANINGS
from lakeindex.rerank.cur import SearchResult
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import AnchorScore, CrossScore, Evidence

PRIOR = "prior"
PATHS, ANSWERS = "paths", "answers"
CALIBRATION = "calibration"
READING = "reading"
"""The name of the cross-encoder's evidence, which scripts rely on."""

_REVERSE = {
    True: "when it is the query, its own candidates include this query column",
    False: "against: when it is the query, its own candidates hardly include this query column",
}
_CROSS = {
    True: "scored together, both columns look more like a join than their figures say",
    False: "against: scored together, both columns look less like a join than their figures say",
}
_CALIBRATED = {
    True: "answers that look so, among such others, joined more often than their figures say",
    False: "against: answers that look so, among such others, joined less often than their figures say",
}
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains scores by a matcher's parts; the directory names the columns that explanations mention."""

    directory: Directory
    matcher: Matcher

    def evidence(self, candidates: ScoredCandidates, places: Integers) -> list[tuple[Evidence, ...]]:
        """Return the evidence of some candidates, the largest part first; its parts sum to the candidate's score."""
        if candidates.by_matcher is None:
            return [_of_sources(candidates, place) for place in places.tolist()]
        contributions = self.matcher.calibration.trees * self.matcher.pair.contributions(candidates.features[places])
        return [
            self._evidence(candidates, place, added)
            for place, added in zip(places.tolist(), contributions, strict=True)
        ]

    def cross_score(self, candidates: ScoredCandidates, key: int) -> CrossScore | None:
        """Return how the cross-encoder came to score a candidate; None where it scored none."""
        if candidates.cross_scores is None:
            return None
        scores, place = candidates.cross_scores, candidates.place_of(key)
        calls, count = len(scores.places), len(candidates)
        rounds = scores.rounds < scores.rounds.max(initial=0)
        anchors = [one for one in np.flatnonzero(rounds).tolist() if scores.places[one] != place]
        for one in np.flatnonzero(scores.places == place).tolist():
            return CrossScore(
                calls=calls,
                candidates=count,
                predicted=float(scores.forecasts[one]),
                score=float(scores.scores[one]),
                anchors=tuple(self._anchor(candidates, scores, anchor) for anchor in anchors),
            )
        return CrossScore(calls, count)

    def rival(self, candidates: ScoredCandidates, key: int) -> ColumnId | None:
        """Return the column of a candidate's table that fits the query better, if any."""
        leads, place = candidates.signals.leads, candidates.place_of(key)
        if not leads[place] > _NOTHING:
            return None
        keys = self.directory.keys_of_table(self.directory.id_of(key).table)
        beside = np.flatnonzero(np.isin(candidates.keys, keys))
        return self.directory.id_of(int(candidates.keys[beside[np.argmin(leads[beside])]]))

    def _evidence(self, candidates: ScoredCandidates, place: int, contributions: Floats) -> tuple[Evidence, ...]:
        """List the parts of one probability.

        What lies between the prior and the matcher's probability is shared out in proportion to what each part adds to
        the evidence.
        """
        assert candidates.by_matcher is not None
        added = self._added(candidates, place, contributions)
        total = sum(part for part, _, _ in added.values())
        scale = (float(candidates.by_matcher[place]) - candidates.prior) / total if abs(total) > _NOTHING else 0.0
        listed = {
            name: Evidence(name, part * scale, strength, meaning)
            for name, (part, strength, meaning) in added.items()
            if part or not math.isnan(strength)
        }
        listed |= {one.name: one for one in (*self._of_messages(candidates, place), *_of_reranker(candidates, place))}
        listed |= {one.name: one for one in _of_calibration(candidates, place)}
        score = float(candidates.scores[place])
        if verdict := int(candidates.verdicts[place]):
            shared = listed[FEEDBACK].part if FEEDBACK in listed else 0.0
            by_verdict = score - float(candidates.estimates[place])
            listed[FEEDBACK] = Evidence(FEEDBACK, shared + by_verdict, 1.0, VERDICT_MEANINGS[verdict])
        largest_first = sorted(listed.values(), key=lambda one: -one.part)
        rest = score - sum(one.part for one in largest_first)
        return (*largest_first, Evidence(PRIOR, rest, 1.0, MEANINGS[PRIOR]))

    def _added(
        self, candidates: ScoredCandidates, place: int, contributions: Floats
    ) -> dict[str, tuple[float, float, str]]:
        """Return what adds to the evidence of a pair by its name: how much, how strong that is, and what it means."""
        weight = self.matcher.calibration.score
        parts = {signal.name: weight * float(added[place]) for signal, _, added in candidates.signals.parts}
        strengths = {signal.name: float(values[place]) for signal, values, _ in candidates.signals.parts}
        for feature, part in zip(FEATURES, contributions.tolist(), strict=True):
            parts[feature.group] = parts.get(feature.group, 0.0) + part
        named = {name: (part, strengths.get(name, math.nan), MEANINGS[name]) for name, part in parts.items()}
        if (labels := candidates.labels) is not None:
            named[FEEDBACK] = float(labels.added[place]), float(labels.strengths[place]), labels.meaning(place)
        return named

    def _of_messages(self, candidates: ScoredCandidates, place: int) -> Iterator[Evidence]:
        messages = candidates.messages
        if messages is None or candidates.by_reverse is None or candidates.by_paths is None:
            return
        assert candidates.by_matcher is not None
        if messages.is_intermediate[place]:
            part = float(candidates.by_reverse[place] - candidates.by_matcher[place])
            yield Evidence(ANSWERS, part, _probability(float(messages.reverse[place])), _REVERSE[part >= 0])
        if (sender := int(messages.sender[place])) != NO_SENDER:
            part = float(candidates.by_paths[place] - candidates.by_reverse[place])
            meaning = f"both may join with {self.directory.id_of(int(candidates.keys[sender]))}"
            yield Evidence(PATHS, part, _probability(float(messages.widest[place])), meaning)

    def _anchor(self, candidates: ScoredCandidates, scores: SearchResult, one: int) -> AnchorScore:
        column = str(self.directory.id_of(int(candidates.keys[scores.places[one]])))
        forecast = float(scores.forecasts[one]) if scores.rounds[one] else None
        return AnchorScore(column, forecast, float(scores.scores[one]))


def _of_sources(candidates: ScoredCandidates, place: int) -> tuple[Evidence, ...]:
    listed = [
        Evidence(signal.name, float(added[place]), float(values[place]), signal.meaning)
        for signal, values, added in candidates.signals.parts
    ]
    return tuple(sorted(listed, key=lambda one: -one.part))


def _of_reranker(candidates: ScoredCandidates, place: int) -> Iterator[Evidence]:
    scores, before, after = candidates.cross_scores, candidates.before_reranking, candidates.by_reranker
    if scores is None or after is None:
        return
    for one in np.flatnonzero(scores.places == place).tolist():
        part = float(after[place] - before[place])
        yield Evidence(READING, part, _probability(float(scores.scores[one])), _CROSS[part >= 0])


def _of_calibration(candidates: ScoredCandidates, place: int) -> Iterator[Evidence]:
    before, after = candidates.before_calibration, candidates.by_calibration
    if after is not None and after[place] != before[place]:
        part = float(after[place] - before[place])
        yield Evidence(CALIBRATION, part, float(after[place]), _CALIBRATED[part >= 0])


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(log_odds, -500.0), 500.0)))
