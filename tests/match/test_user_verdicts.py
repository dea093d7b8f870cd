"""A verdict is nearly certain, and keeps the order of pairs with the same verdict."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.match.user_verdicts import ACCEPTED, NO_VERDICT, REJECTED, ordered_by_verdicts, with_verdicts


def test_probabilities_with_verdicts_are_sure_and_keep_their_order() -> None:
    probabilities = np.array([0.0, 0.5, 1.0] * 3)
    verdicts = np.array([ACCEPTED] * 3 + [REJECTED] * 3 + [NO_VERDICT] * 3, np.int8)
    found = with_verdicts(probabilities, verdicts)
    assert found.tolist() == pytest.approx([0.9999, 0.99995, 1.0, 0.0, 5e-5, 1e-4, 0.0, 0.5, 1.0], rel=1e-9)


def test_without_a_verdict_probabilities_stay_as_they_are() -> None:
    probabilities = np.array([0.1, 0.9])
    assert with_verdicts(probabilities, np.zeros(2, np.int8)).tolist() == probabilities.tolist()


def test_accepted_candidates_come_first_and_rejected_ones_last() -> None:
    ordered = ordered_by_verdicts(np.array([5.0, 1.0, 9.0, 0.0]), np.array([0, ACCEPTED, REJECTED, ACCEPTED], np.int8))
    assert np.argsort(-ordered).tolist() == [1, 3, 0, 2]
