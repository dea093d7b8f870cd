"""What a person said of a pair is its probability, and is shown as such."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from lakeindex.arrays.aliases import Floats
from lakeindex.match.matcher import PRIOR, Judged, Matcher
from lakeindex.match.score_parts import Addition, Part
from lakeindex.match.signal_sum import sum_signals
from lakeindex.match.signals import measure
from lakeindex.match.user_verdicts import ACCEPTED, FEEDBACK, NO_VERDICT, REJECTED, with_verdicts
from lakeindex.models.weights import MATCHER
from lakeindex.types.columns import Family
from lakeindex.types.matches import Evidence
from tests.match.made_pairs import Candidate, Overlap, Side, pairs_of

CANDIDATES = [
    Candidate(Side(), {family: Overlap(shared=share, cosine=share / 10) for family in Family}, cosine=share / 10)
    for share in (9.0, 8.0, 4.0, 1.0)
]


def judged(verdicts: list[int] | None = None, most: int = 4, additions: tuple[Addition, ...] = ()) -> Judged:
    pairs = pairs_of(Side(), CANDIDATES)
    told = None if verdicts is None else np.array(verdicts, np.int8)
    return Matcher.open(MATCHER).judge(pairs, sum_signals(measure(pairs), pairs.tables), most, additions, told)


def feedback_in(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    return [one for one in evidence if one.name == FEEDBACK]


def test_told_probabilities_are_sure_and_keep_their_order() -> None:
    probabilities = np.array([0.0, 0.5, 1.0] * 3)
    told = with_verdicts(probabilities, np.array([ACCEPTED] * 3 + [REJECTED] * 3 + [NO_VERDICT] * 3, np.int8))
    assert told.tolist() == pytest.approx([0.9999, 0.99995, 1.0, 0.0, 5e-5, 1e-4, 0.0, 0.5, 1.0], rel=1e-9)


def test_a_verdict_decides_whatever_the_evidence() -> None:
    found = judged([REJECTED, NO_VERDICT, NO_VERDICT, ACCEPTED])
    assert found.probabilities[3] >= 0.99 and found.accepted[3]
    assert found.probabilities[0] <= 0.01 and not found.accepted[0]
    assert np.argmax(found.probabilities) == 3


def test_what_was_rejected_is_nobodys_rival() -> None:
    without = pairs_of(Side(), CANDIDATES[1:])
    alone = Matcher.open(MATCHER).judge(without, sum_signals(measure(without), without.tables), 3)
    rejected = judged([REJECTED, NO_VERDICT, NO_VERDICT, NO_VERDICT])
    assert rejected.probabilities[1:] == pytest.approx(alone.probabilities)
    assert rejected.probabilities[1] != judged().probabilities[1]


def test_an_accepted_candidate_is_among_the_few_that_are_asked_for_and_a_rejected_one_is_not() -> None:
    found = judged([REJECTED, NO_VERDICT, NO_VERDICT, ACCEPTED], most=2)
    assert np.flatnonzero(found.probabilities).tolist() == [1, 3]


def test_the_evidence_of_a_verdict_sums_to_the_probability_and_says_who_decided() -> None:
    found = judged([REJECTED, NO_VERDICT, NO_VERDICT, ACCEPTED])
    for place, said in ((0, "you rejected this pair"), (3, "you accepted this pair")):
        evidence = found.evidence(place)
        assert sum(one.part for one in evidence) == pytest.approx(found.probabilities[place])
        assert [one.meaning for one in feedback_in(evidence)] == [said]
        assert evidence[-1].name == PRIOR
    assert feedback_in(found.evidence(1)) == []


def addition(added: list[float]) -> Addition:
    def add(features: npt.NDArray[np.float64], evidence: Floats) -> Part:
        assert features.shape[0] == len(evidence) == len(CANDIDATES)
        return Part("other", np.array(added), np.full(len(added), 0.5), lambda place: f"said of {place}")

    return add


def test_a_part_moves_the_ranking_and_is_shown_by_its_name() -> None:
    found, before = judged(additions=(addition([-3.0, 0.0, 0.0, 0.0]),)), judged()
    assert np.argmax(before.probabilities) == 0 and np.argmax(found.probabilities) == 1
    evidence = found.evidence(0)
    assert sum(one.part for one in evidence) == pytest.approx(found.probabilities[0])
    (other,) = [one for one in evidence if one.name == "other"]
    assert (other.value, other.meaning) == (0.5, "said of 0")
    assert other.part < 0


def test_without_parts_and_verdicts_nothing_changes() -> None:
    plain = judged()
    assert judged([NO_VERDICT] * 4).probabilities.tolist() == plain.probabilities.tolist()
    assert judged(additions=(addition([0.0] * 4),)).probabilities.tolist() == plain.probabilities.tolist()
