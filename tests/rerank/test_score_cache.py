"""Scores go from one process to the next, and nothing is lost but time where they can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.rerank import score_cache
from lakeindex.rerank.score_cache import ScoreCache

HASHES = np.array([3, 2**64 - 1, 7], np.uint64)
WRITE = """
import sys, numpy as np
from lakeindex.rerank.score_cache import ScoreCache
from pathlib import Path
cache, first = ScoreCache(Path(sys.argv[1])), int(sys.argv[2])
for start in range(first, first + 2_000, 10):
    cache.add(np.arange(start, start + 10, dtype=np.uint64), np.arange(start, start + 10) / 4)
"""


def scores_of(path: Path, hashes: range) -> Floats:
    return ScoreCache(path).look_up(np.array(hashes, np.uint64))


def test_scores_outlive_the_process_that_found_them(tmp_path: Path) -> None:
    ScoreCache(tmp_path / "below" / "scores").add(HASHES[:2], np.array([1.25, -3.0]))
    second = ScoreCache(tmp_path / "below" / "scores")
    assert second.look_up(HASHES[:2]).tolist() == [1.25, -3.0]
    assert np.isnan(second.look_up(HASHES[2:])).all()


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE, str(tmp_path / "scores")]
    running = [subprocess.Popen([*command, str(first)]) for first in (0, 2_000)]
    assert [process.wait() for process in running] == [0, 0]
    assert scores_of(tmp_path / "scores", range(4_000)).tolist() == (np.arange(4_000) / 4).tolist()
    assert (tmp_path / "scores").stat().st_size == 4_000 * 24, "a score was written twice"


def test_what_another_process_adds_is_seen_without_opening_the_file_anew(tmp_path: Path) -> None:
    one, other = ScoreCache(tmp_path / "scores"), ScoreCache(tmp_path / "scores")
    one.add(HASHES[:1], np.array([1.0]))
    assert other.look_up(HASHES[:1]).tolist() == [1.0]
    one.add(HASHES[1:], np.array([2.0, 3.0]))
    assert other.look_up(HASHES).tolist() == [1.0, 2.0, 3.0]


def test_threads_share_a_cache(tmp_path: Path) -> None:
    cache = ScoreCache(tmp_path / "scores")

    def work(first: int) -> None:
        for start in range(first, first + 500, 5):
            hashes = np.arange(start, start + 5, dtype=np.uint64)
            cache.add(hashes, hashes / 2)
            assert cache.look_up(hashes).tolist() == (hashes / 2).tolist()

    threads = [Thread(target=work, args=(first,)) for first in (0, 500, 1_000, 1_500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.look_up(np.arange(2_000, dtype=np.uint64)).tolist() == (np.arange(2_000) / 2).tolist()


def test_records_that_are_damaged_or_cut_off_are_scored_again(tmp_path: Path) -> None:
    path = tmp_path / "scores"
    ScoreCache(path).add(HASHES, np.array([1.0, 2.0, 3.0]))
    content = bytearray(path.read_bytes())
    content[8] ^= 1
    path.write_bytes(bytes(content[:-5]))
    assert np.isnan(ScoreCache(path).look_up(HASHES)).tolist() == [True, False, True]
    ScoreCache(path).add(HASHES, np.array([4.0, 5.0, 6.0]))
    assert ScoreCache(path).look_up(HASHES).tolist() == [4.0, 5.0, 6.0]


def test_a_file_that_is_none_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "scores"
    path.write_bytes(b"not a file of scores, and longer than a record")
    scores = ScoreCache(path)
    assert np.isnan(scores.look_up(HASHES)).all()
    scores.add(HASHES, np.ones(3))
    assert ScoreCache(path).look_up(HASHES).tolist() == [1.0, 1.0, 1.0]


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    scores = ScoreCache(tmp_path / "file" / "scores")
    scores.add(HASHES, np.ones(3))
    assert scores.look_up(HASHES).tolist() == [1.0, 1.0, 1.0]


def test_a_later_score_of_a_pair_counts() -> None:
    scores = ScoreCache()
    scores.add(HASHES, np.array([1.0, 2.0, 3.0]))
    scores.add(HASHES[:1], np.array([9.0]))
    assert scores.look_up(HASHES).tolist() == [9.0, 2.0, 3.0]


def test_memory_and_file_are_bounded_and_keep_the_newest(tmp_path: Path) -> None:
    cache = ScoreCache(tmp_path / "scores", most=100)
    for start in range(0, 1_000, 50):
        cache.add(np.arange(start, start + 50, dtype=np.uint64), np.arange(start, start + 50) * 1.0)
        assert sum(map(len, cache._known)) <= 150
        assert (tmp_path / "scores").stat().st_size <= (2 * 100 + 50) * 24
    newest = np.arange(950, 1_000, dtype=np.uint64)
    assert cache.look_up(newest).tolist() == newest.tolist()
    assert ScoreCache(tmp_path / "scores", most=100).look_up(newest).tolist() == newest.tolist()


def test_an_addition_to_many_scores_does_not_write_them_again(tmp_path: Path) -> None:
    cache = ScoreCache(tmp_path / "scores")
    rng = np.random.default_rng(0)
    cache.add(rng.integers(0, 2**63, 200_000).astype(np.uint64), rng.random(200_000))
    before = (tmp_path / "scores").stat().st_size
    cache.add(HASHES, np.ones(3))
    assert (tmp_path / "scores").stat().st_size == before + 3 * 24
    assert len(cache._known[1]) == 3 < score_cache._RECENT
