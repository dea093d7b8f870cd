"""Messages over the graph of candidates: against all paths listed one by one."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from lakeindex.errors import IndexDamaged
from lakeindex.match.message_passing import (
    LEAST,
    NO_SENDER,
    Intermediate,
    MessageWeights,
    choose_intermediates,
    pass_messages,
)

WEIGHTS = MessageWeights(path_bias=-1.1, reverse_slope=0.3, reverse_bias=1.0)
CANDIDATES = 30


def random_graph(seed: int) -> tuple[np.ndarray, list[Intermediate]]:
    rng = np.random.default_rng(seed)
    own = rng.beta(0.3, 2, CANDIDATES)
    intermediates = [
        Intermediate(int(place), rng.permutation(CANDIDATES)[:12], rng.beta(0.3, 1, 12), float(rng.random()))
        for place in choose_intermediates(own)
    ]
    return own, intermediates


def log_odds(probability: float) -> float:
    sure = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(sure / (1 - sure)))


@pytest.mark.parametrize("seed", range(20))
def test_what_arrives_is_the_widest_of_all_paths_listed_one_by_one(seed: int) -> None:
    own, intermediates = random_graph(seed)
    found = WEIGHTS.probabilities(pass_messages(own, intermediates))
    for place in range(CANDIDATES):
        paths = [
            min(log_odds(own[intermediate.place]), log_odds(probability))
            for intermediate in intermediates
            for partner, probability in zip(intermediate.neighbours, intermediate.probabilities, strict=True)
            if partner == place and probability >= LEAST
        ]
        answers = [intermediate.reverse_probability for intermediate in intermediates if intermediate.place == place]
        odds = np.exp(np.log(own[place] / (1 - own[place])) + sum(1.0 + 0.3 * log_odds(answer) for answer in answers))
        odds += np.exp(-1.1 + max(paths)) if paths else 0.0
        assert found[place] == pytest.approx(odds / (1 + odds), abs=1e-12)


def test_neither_the_order_of_intermediates_matters_nor_how_often_one_is_there() -> None:
    own, intermediates = random_graph(3)
    first = WEIGHTS.probabilities(pass_messages(own, intermediates))
    for order in itertools.permutations([*intermediates, intermediates[0]]):
        np.testing.assert_array_equal(WEIGHTS.probabilities(pass_messages(own, order)), first)


def test_a_path_never_makes_a_join_less_probable() -> None:
    own, intermediates = random_graph(5)
    silent = MessageWeights(WEIGHTS.path_bias, reverse_slope=0.0, reverse_bias=0.0)
    with_paths, without = (silent.probabilities(pass_messages(own, some)) for some in (intermediates, []))
    assert np.all(with_paths >= without) and np.any(with_paths > without + 0.01)


def test_a_column_that_only_a_intermediate_knows_is_told_by_that_intermediate() -> None:
    received = pass_messages(np.array([0.95, 0.0, 0.0]), [Intermediate(0, np.array([2]), np.array([0.9]), 0.9)])
    assert received.sender.tolist() == [NO_SENDER, NO_SENDER, 0]
    after = WEIGHTS.probabilities(received)
    assert after[2] > 0.3 > after[1]


def test_only_candidates_that_may_join_are_asked_the_most_probable_first() -> None:
    assert choose_intermediates(np.array([0.1, LEAST / 2, 0.9, 0.2, 0.3])).tolist() == [2, 4, 3]
    assert choose_intermediates(np.array([LEAST / 2])).tolist() == []


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    WEIGHTS.save(tmp_path / "paths.safetensors")
    assert MessageWeights.open(tmp_path / "paths.safetensors") == WEIGHTS
    (tmp_path / "paths.safetensors").write_bytes(b"no weights")
    with pytest.raises(IndexDamaged, match="holds no weights"):
        MessageWeights.open(tmp_path / "paths.safetensors")
