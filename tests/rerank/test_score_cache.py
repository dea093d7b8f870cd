"""Scores are remembered from one process to the next, and nothing is lost but time where they can't be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.rerank.score_cache import ScoreCache

HASHES = np.array([3, 2**64 - 1, 7], np.uint64)


def test_scores_outlive_the_process_that_found_them(tmp_path: Path) -> None:
    first = ScoreCache(tmp_path / "below" / "scores")
    first.keep(HASHES[:2], np.array([1.25, -3.0]))
    first.save()
    second = ScoreCache(tmp_path / "below" / "scores")
    assert second.of(HASHES[:2]).tolist() == [1.25, -3.0]
    assert np.isnan(second.of(HASHES[2:])).all()
    assert [path.name for path in (tmp_path / "below").iterdir()] == ["scores"]


def test_a_file_that_is_none_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "scores"
    path.write_bytes(b"not a file of scores")
    scores = ScoreCache(path)
    assert np.isnan(scores.of(HASHES)).all()
    scores.keep(HASHES, np.ones(3))
    scores.save()
    assert ScoreCache(path).of(HASHES).tolist() == [1.0, 1.0, 1.0]


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    scores = ScoreCache(tmp_path / "file" / "scores")
    scores.keep(HASHES, np.ones(3))
    scores.save()
    assert scores.of(HASHES).tolist() == [1.0, 1.0, 1.0]


def test_the_oldest_are_forgotten_first() -> None:
    scores = ScoreCache(most=2)
    scores.keep(HASHES, np.array([1.0, 2.0, 3.0]))
    assert np.isnan(scores.of(HASHES)).tolist() == [True, False, False]
