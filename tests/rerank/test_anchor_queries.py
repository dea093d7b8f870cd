"""Updated anchor scores equal those computed anew, and only new pairs are scored."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.arrays.aliases import Floats, Hashes, Integers
from lakeindex.rerank.anchor_queries import choose, update
from lakeindex.types.pairs import AnchorScores

LAKES = st.lists(st.integers(0, 60), min_size=1, max_size=30)


def hashed(columns: list[int]) -> Hashes:
    return np.array([(number * 2_654_435_761) % 2**32 for number in columns], np.uint64)


class Counted:
    """Scores a pair by what both columns are, and counts."""

    def __init__(self, columns: Hashes) -> None:
        self.columns = columns
        self.scored: list[tuple[int, int]] = []

    def __call__(self, left: Integers, right: Integers) -> Floats:
        pairs = self.columns[left], self.columns[right]
        self.scored += list(zip(*(one.tolist() for one in pairs), strict=True))
        return np.asarray((pairs[0] % np.uint64(97)).astype(float) - (pairs[1] % np.uint64(89)).astype(float))


def anchored(columns: list[int], count: int, before: AnchorScores | None) -> tuple[AnchorScores, Counted]:
    hashes = hashed(columns)
    score = Counted(hashes)
    return update(hashes, choose(hashes, count), before, score), score


@given(LAKES, LAKES, st.integers(1, 8))
@settings(max_examples=80)
def test_anchors_that_are_kept_up_are_those_made_anew(before: list[int], after: list[int], count: int) -> None:
    earlier, _ = anchored(before, count, None)
    kept, scorer = anchored(after, count, earlier)
    anew, _ = anchored(after, count, None)
    assert np.array_equal(kept.scores, anew.scores)
    assert np.array_equal(kept.queries, anew.queries)
    known = {(one, other) for one in earlier.queries.tolist() for other in earlier.columns.tolist()}
    assert not known & set(scorer.scored), "a pair was scored again"


def test_a_lake_that_did_not_change_scores_nothing() -> None:
    earlier, first = anchored(list(range(20)), 4, None)
    assert len(first.scored) == 4 * 20
    again, second = anchored(list(range(20))[::-1], 4, earlier)
    assert second.scored == []
    one, other = (anchors.space(np.arange(20))[:, np.argsort(anchors.queries)] for anchors in (earlier, again))
    assert np.array_equal(one, other[::-1])


def test_one_table_more_changes_few_anchors() -> None:
    hashes = np.random.default_rng(0).integers(0, 2**63, 1000, np.uint64)
    more = np.concatenate([hashes, np.random.default_rng(1).integers(0, 2**63, 10, np.uint64)])
    shared = set(hashes[choose(hashes, 100)].tolist()) & set(more[choose(more, 100)].tolist())
    assert len(shared) >= 95
