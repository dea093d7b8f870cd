"""Candidates are ranked and accepted by the evidence of their pairs, and scored the same however they come."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.match.user_verdicts import ACCEPTED, NO_VERDICT, REJECTED
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.types.columns import Family, Kind
from tests.match.made_pairs import Candidate, Overlap, Side, counting
from tests.search.scored import Labels, score

CANDIDATES = [
    Candidate(Side(), {family: Overlap(shared=9, cosine=0.9) for family in Family}, cosine=0.9),
    Candidate(Side(), {Family.WORDS: Overlap(shared=5, cosine=0.5)}, cosine=0.5),
    Candidate(Side(Kind.INTEGER), {}, cosine=0.1),
]
LABELLED = [
    Candidate(Side(), {family: Overlap(shared=share, cosine=share / 10) for family in Family}, cosine=share / 10)
    for share in (9.0, 8.0, 4.0, 1.0)
]


def labelled(verdicts: list[int], added: list[float] | None = None) -> ScoredCandidates:
    return score(Side(), LABELLED, labels=Labels(verdicts, added))


def test_more_evidence_is_a_higher_probability() -> None:
    scores = score(Side(), CANDIDATES).scores
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert scores[0] > 0.5 > scores[2]


def test_what_is_accepted_has_a_probability_of_the_threshold_or_more() -> None:
    found = score(Side(), CANDIDATES)
    assert found.accepted is not None
    assert found.accepted.tolist() == (found.scores >= found.threshold).tolist()
    assert found.accepted.tolist()[0] and not found.accepted.tolist()[2]


def test_probabilities_rank_as_the_evidence_does() -> None:
    rng = np.random.default_rng(5)
    candidates = [
        Candidate(
            Side(distinct=int(rng.integers(5, 50))),
            {family: Overlap(shared=float(rng.integers(0, 10)), cosine=rng.uniform()) for family in Family},
            cosine=rng.uniform(),
        )
        for _ in range(40)
    ]
    found = score(Side(), candidates)
    assert np.argsort(-found.evidence).tolist() == np.argsort(-found.scores).tolist()
    assert len(set(found.scores.tolist())) == len(candidates)


def test_two_surrogate_keys_are_no_join_however_much_they_overlap() -> None:
    overlaps = {family: Overlap(shared=10, cosine=1.0) for family in (Family.VALUES, Family.KEYS, Family.GRAMS)}
    keys = score(counting(10), [Candidate(counting(10), overlaps, cosine=0.3)])
    texts = score(Side(), [Candidate(Side(), overlaps, cosine=0.3)])
    assert keys.scores[0] < texts.scores[0]


def test_no_candidates_have_no_scores() -> None:
    found = score(Side(), [])
    assert found.scores.tolist() == [] and found.answers().tolist() == []


def test_answers_come_best_first_and_without_what_has_no_evidence() -> None:
    assert score(Side(), CANDIDATES).answers().tolist() == [0, 1]


def test_a_verdict_decides_whatever_the_evidence() -> None:
    found = labelled([REJECTED, NO_VERDICT, NO_VERDICT, ACCEPTED])
    assert found.accepted is not None
    assert found.scores[3] >= 0.99 and found.accepted[3]
    assert found.scores[0] <= 0.01 and not found.accepted[0]
    assert found.answers()[0] == 3 and found.answers()[-1] == 0


def test_what_was_rejected_is_nobodys_rival() -> None:
    alone = score(Side(), LABELLED[1:])
    rejected = labelled([REJECTED, NO_VERDICT, NO_VERDICT, NO_VERDICT])
    assert rejected.scores[1:] == pytest.approx(alone.scores)
    assert rejected.scores[1] != score(Side(), LABELLED).scores[1]


def test_labels_that_add_to_the_evidence_move_the_ranking() -> None:
    before, found = score(Side(), LABELLED), labelled([NO_VERDICT] * 4, [-3.0, 0.0, 0.0, 0.0])
    assert np.argmax(before.scores) == 0 and np.argmax(found.scores) == 1


def test_labels_that_say_nothing_change_nothing() -> None:
    assert labelled([NO_VERDICT] * 4, [0.0] * 4).scores.tolist() == score(Side(), LABELLED).scores.tolist()
