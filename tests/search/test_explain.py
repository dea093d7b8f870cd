"""The parts of a probability sum to it, whatever stages it went through, and name who decided."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lakeindex.match.matcher import Matcher
from lakeindex.match.message_passing import Intermediate, MessageWeights, pass_messages
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.match.signals import MEANINGS
from lakeindex.match.user_verdicts import ACCEPTED, FEEDBACK, NO_VERDICT, REJECTED
from lakeindex.models.weights import MATCHER
from lakeindex.rerank.cur import SearchResult
from lakeindex.search.explain import ANSWERS, PATHS, PRIOR, READING, Explainer
from lakeindex.search.scored_candidates import ScoredCandidates
from tests.match.made_pairs import Side
from tests.search.scored import Labels, evidence_of, score
from tests.search.test_score_candidates import CANDIDATES, LABELLED

MESSAGES = MessageWeights(path_bias=-1.0, reverse_slope=0.3, reverse_bias=-1.0)
WEIGHTS = RerankWeights(slope=1.0, share=0.3, bias=0.3, most=-1.0)


def after_messages(candidates: ScoredCandidates) -> ScoredCandidates:
    first = Intermediate(0, np.array([2, 3]), np.array([0.9, 0.4]), 0.7)
    return candidates.with_messages(pass_messages(candidates.estimates, [first]), MESSAGES)


def reranked(candidates: ScoredCandidates) -> ScoredCandidates:
    scores = SearchResult(np.array([1, 0]), np.array([-6.0, 2.0]), np.zeros(2), np.array([0, 1]))
    return candidates.reranked(scores, WEIGHTS)


def test_evidence_sums_to_the_probability() -> None:
    found = score(Side(), CANDIDATES)
    for evidence, probability in zip(evidence_of(found), found.scores.tolist(), strict=True):
        assert sum(one.part for one in evidence) == pytest.approx(probability)
        assert evidence[-1].name == PRIOR and 0 < evidence[-1].part < 1
        assert [one.part for one in evidence[:-1]] == sorted((one.part for one in evidence[:-1]), reverse=True)
        assert all(one.meaning == MEANINGS[one.name] for one in evidence)


def test_evidence_sums_to_the_probability_after_every_stage() -> None:
    labels = Labels([NO_VERDICT, ACCEPTED, NO_VERDICT, REJECTED], [0.0, 0.5, 0.0, -0.5])
    stages = [score(Side(), LABELLED, labels=labels)]
    stages += [after_messages(stages[-1])]
    stages += [reranked(stages[-1])]
    assert len({tuple(stage.scores.tolist()) for stage in stages}) == 3
    for stage in stages:
        for evidence, probability in zip(evidence_of(stage), stage.scores.tolist(), strict=True):
            assert sum(one.part for one in evidence) == pytest.approx(probability, abs=1e-12)


def test_the_evidence_of_a_verdict_names_who_decided() -> None:
    found = evidence_of(score(Side(), LABELLED, labels=Labels([REJECTED, NO_VERDICT, NO_VERDICT, ACCEPTED])))
    verdicts = [[one.meaning for one in evidence if one.name == FEEDBACK] for evidence in found]
    assert verdicts == [["you rejected this pair"], [], [], ["you accepted this pair"]]


def test_labelled_pairs_that_are_near_are_counted() -> None:
    found = evidence_of(score(Side(), LABELLED, labels=Labels([NO_VERDICT] * 4, [-3.0, 0.0, 0.0, 0.0])))
    (feedback,) = [one for one in found[0] if one.name == FEEDBACK]
    assert (feedback.value, feedback.meaning) == (0.5, "1 pair that you judged is like this one")
    assert feedback.part < 0


def test_messages_name_their_sender_and_the_reverse_query() -> None:
    found = after_messages(score(Side(), LABELLED))
    evidence = [{one.name: one for one in listed} for listed in evidence_of(found)]
    assert evidence[2][PATHS].meaning == "both may join with column 0"
    assert evidence[0][ANSWERS].part == pytest.approx(float(found.scores[0] - score(Side(), LABELLED).scores[0]))
    assert ANSWERS not in evidence[1] and PATHS not in evidence[1]


def test_the_evidence_of_the_cross_encoder_is_what_it_changed() -> None:
    before, found = score(Side(), LABELLED), reranked(score(Side(), LABELLED))
    evidence = [{one.name: one for one in listed} for listed in evidence_of(found)]
    assert evidence[1][READING].part == pytest.approx(float(found.scores[1] - before.scores[1]))
    assert evidence[1][READING].meaning.startswith("against")
    assert READING not in evidence[2]


def test_sources_alone_are_explained_by_themselves() -> None:
    found = score(Side(), CANDIDATES)
    alone = replace(found, by_matcher=None)
    for evidence, total in zip(evidence_of(alone), found.signals.total.tolist(), strict=True):
        assert sum(one.part for one in evidence) == pytest.approx(total)


def explainer() -> Explainer:
    directory: Any = SimpleNamespace(id_of="column {}".format)
    return Explainer(directory, Matcher.open(MATCHER))


def test_anchors_are_those_of_the_rounds_before_the_last() -> None:
    scores = SearchResult(
        np.array([2, 0, 1]), np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.0, 2.5]), np.array([0, 0, 1])
    )
    found = score(Side(), LABELLED).reranked(scores, WEIGHTS)
    explained = explainer().cross_score(found, 1)
    assert explained is not None
    assert [(anchor.column, anchor.predicted, anchor.score) for anchor in explained.anchors] == [
        ("column 2", None, 1.0), ("column 0", None, 2.0)
    ]  # fmt: skip
    assert (explained.calls, explained.candidates, explained.predicted, explained.score) == (3, 4, 2.5, 3.0)
    assert "+2.50 was predicted for this one, and it gave +3.00" in explained.lines()[0]


def test_a_candidate_beyond_the_budget_is_described_as_not_scored() -> None:
    explained = explainer().cross_score(reranked(score(Side(), LABELLED)), 3)
    assert explained is not None and explained.lines() == [
        "the cross-encoder scored 2 of 4 candidates, and not this one"
    ]
    assert explainer().cross_score(score(Side(), LABELLED), 3) is None
