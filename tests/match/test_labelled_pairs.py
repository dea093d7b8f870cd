"""Descriptions of pairs are read as they were saved, and found again by their keys."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np

from lakeindex.match.features import FEATURES
from lakeindex.match.labelled_pairs import LabelledPairs

STATE = ["generation 3", "stamp 7"]


def made(rng: np.random.Generator, lefts: list[int], rights: list[int]) -> LabelledPairs:
    count = len(lefts)
    features = rng.uniform(0, 1, (count, len(FEATURES))).astype(np.float32)
    verdicts = rng.choice([-1, 1], count).astype(np.int8)
    return LabelledPairs(np.array(lefts), np.array(rights), verdicts, features, rng.uniform(0, 1, count))


def equal(one: LabelledPairs, other: LabelledPairs) -> bool:
    return all(np.array_equal(getattr(one, name.name), getattr(other, name.name)) for name in fields(LabelledPairs))


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    pairs = made(np.random.default_rng(0), [3, 1], [5, 2])
    pairs.save(tmp_path / "new" / "pairs", STATE)
    read, state = LabelledPairs.open(tmp_path / "new" / "pairs")
    assert equal(read, pairs) and list(state) == STATE
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["pairs"]


def test_a_file_that_is_none_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "pairs"
    made(np.random.default_rng(0), [3, 1], [5, 2]).save(path, STATE)
    whole = path.read_bytes()
    for content in (b"", whole[:100], whole[:-30], b"PK" + whole[:50]):
        path.write_bytes(content)
        read, state = LabelledPairs.open(path)
        assert equal(read, LabelledPairs.nothing()) and list(state) == []
    read, _ = LabelledPairs.open(tmp_path / "none")
    assert equal(read, LabelledPairs.nothing())


def test_a_file_of_other_features_says_nothing(tmp_path: Path) -> None:
    pairs = made(np.random.default_rng(0), [3], [5])
    LabelledPairs(pairs.lefts, pairs.rights, pairs.verdicts, pairs.features[:, 1:], pairs.probabilities).save(
        tmp_path / "pairs", STATE
    )
    assert len(LabelledPairs.open(tmp_path / "pairs")[0]) == 0


def test_pairs_are_found_by_both_keys() -> None:
    rng = np.random.default_rng(1)
    lefts, rights = np.divmod(rng.permutation(10_000)[:300], 100)
    pairs = made(rng, lefts.tolist(), rights.tolist())
    wanted = np.divmod(np.arange(10_000), 100)
    places = {pair: place for place, pair in enumerate(zip(lefts.tolist(), rights.tolist(), strict=True))}
    expected = [places.get(pair, -1) for pair in zip(*(keys.tolist() for keys in wanted), strict=True)]
    assert pairs.places_of(*wanted).tolist() == expected
    assert LabelledPairs.nothing().places_of(*wanted).tolist() == [-1] * 10_000


def test_some_pairs_are_taken_and_others_put_behind() -> None:
    rng = np.random.default_rng(2)
    one, other = made(rng, [1, 2], [8, 9]), made(rng, [3], [7])
    both = one.joined([other])
    assert both.lefts.tolist() == [1, 2, 3]
    taken = both.take(both.places_of(np.array([3, 1]), np.array([7, 8])), np.array([1, -1], np.int8))
    assert (taken.lefts.tolist(), taken.rights.tolist(), taken.verdicts.tolist()) == ([3, 1], [7, 8], [1, -1])
    assert taken.features.tolist() == [other.features[0].tolist(), one.features[0].tolist()]
    assert taken.probabilities.tolist() == [other.probabilities[0], one.probabilities[0]]
