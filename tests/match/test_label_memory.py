"""Labelled pairs move pairs that are like them, as far as the formula gives, and nothing else."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pytest

from lakeindex.match import label_memory as module
from lakeindex.match.features import FEATURES
from lakeindex.match.label_memory import STRENGTH, LabelEffect, LabelMemory, undirected

NAMES = [feature.name for feature in FEATURES]
DIMENSION = 8

Rows = npt.NDArray[np.float32]


def unit(vectors: npt.NDArray[np.floating]) -> Rows:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def units(rng: np.random.Generator, rows: int) -> Rows:
    return unit(rng.standard_normal((rows, DIMENSION)))


class Columns:
    """The candidates' vectors, by their keys, which are their places."""

    def __init__(self, rows: Rows) -> None:
        """Take the vectors."""
        self.rows = rows

    def vectors(self, keys: npt.NDArray[np.int64]) -> Rows:
        return self.rows[keys]


def effect(memory: LabelMemory, query: Rows, candidates: Rows, features: npt.ArrayLike, evidence: Rows) -> LabelEffect:
    rows = np.asarray(features, np.float64)
    return memory.effect(query, np.arange(len(rows)), Columns(candidates), rows, evidence)


def memory_of(rng: np.random.Generator, rows: int) -> LabelMemory:
    features = undirected(rng.uniform(0, 1, (rows, len(NAMES))))
    return LabelMemory(features, units(rng, rows), units(rng, rows), rng.uniform(-1, 1, rows))


def expected_effect(memory: LabelMemory, query: Rows, candidate: Rows, features: Rows) -> float:
    """Sum up one pair at a time, as the module's docstring has it."""
    kernels = []
    for measured, left, right in zip(memory.features, memory.lefts, memory.rights, strict=True):
        square = float(np.mean((features - measured) ** 2))
        likeness = max(float(query @ left + candidate @ right), float(query @ right + candidate @ left))
        kernel = math.exp(-square / (2 * 0.2**2) - 3.0 * (2 - likeness))
        kernels.append(kernel if kernel >= 0.02 else 0.0)
    moved = sum(kernel * residual for kernel, residual in zip(kernels, memory.residuals.tolist(), strict=True))
    return moved / (1 + sum(kernels))


def near(rng: np.random.Generator, memory: LabelMemory, rows: int) -> tuple[Rows, Rows, npt.NDArray[np.float64]]:
    """Make candidates that are like labelled pairs of one column."""
    candidates = unit(memory.rights[:rows] + 0.05 * rng.standard_normal((rows, DIMENSION)))
    return memory.lefts[0], candidates, memory.features[:rows].astype(np.float64)


def test_a_effect_is_the_shrunken_mean_of_the_residuals_nearby() -> None:
    rng = np.random.default_rng(1)
    memory = memory_of(rng, 30)
    memory.lefts[:] = unit(memory.lefts[0] + 0.1 * rng.standard_normal(memory.lefts.shape))
    query, candidates, features = near(rng, memory, 30)
    part = effect(memory, query, candidates, features, rng.uniform(0, 1, 30))
    expected = [
        expected_effect(memory, query, candidate, measured)
        for candidate, measured in zip(candidates, undirected(features), strict=True)
    ]
    assert part.added == pytest.approx(STRENGTH * np.array(expected), abs=1e-5)
    assert np.abs(part.added).max() > 0.1


def test_it_says_how_many_pairs_it_comes_from() -> None:
    rng = np.random.default_rng(2)
    one = memory_of(rng, 1)
    twice = LabelMemory(**{name.name: np.repeat(getattr(one, name.name), 2, axis=0) for name in fields(LabelMemory)})
    for memory, meaning in ((one, "1 pair that you judged is like"), (twice, "2 pairs that you judged are like")):
        part = effect(memory, one.lefts[0], one.rights, one.features.astype(np.float64), np.ones(1))
        assert part.meaning(0).startswith(meaning)


def test_pairs_that_are_far_have_no_effect() -> None:
    rng = np.random.default_rng(3)
    memory = memory_of(rng, 5)
    opposite = -memory.lefts[0]
    memory.rights[:] = memory.lefts[:] = memory.lefts[0]
    part = effect(memory, opposite, opposite[None], memory.features[:1].astype(np.float64), np.ones(1))
    assert part.added.tolist() == [0.0]
    assert np.isnan(part.strengths).all()


def test_the_direction_of_a_pair_makes_no_difference() -> None:
    rng = np.random.default_rng(4)
    measured = rng.uniform(0, 1, (6, len(NAMES)))
    turned = measured.copy()
    for ahead, back in (("values containment", "values reverse"), ("query is key", "candidate is key")):
        a, b = NAMES.index(ahead), NAMES.index(back)
        turned[:, [a, b]] = measured[:, [b, a]]
    assert undirected(turned).tolist() == undirected(measured).tolist()
    memory = memory_of(rng, 6)
    query, candidate = memory.lefts[0], memory.rights[0]
    one = effect(memory, query, candidate[None], measured[:1], np.ones(1))
    other = effect(memory, candidate, query[None], turned[:1], np.ones(1))
    assert one.added == pytest.approx(other.added, abs=1e-6)


def test_a_thousand_equal_labels_move_no_further_than_their_residual() -> None:
    rng = np.random.default_rng(5)
    one = memory_of(rng, 1)
    many = LabelMemory(
        np.repeat(one.features, 1000, axis=0), np.repeat(one.lefts, 1000, axis=0), np.repeat(one.rights, 1000, axis=0),
        np.full(1000, -0.8),
    )  # fmt: skip
    part = effect(many, one.lefts[0], one.rights, one.features.astype(np.float64), np.ones(1))
    assert -0.8 * STRENGTH <= part.added[0] < -0.7 * STRENGTH


def test_of_many_labels_those_like_the_query_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    memory = memory_of(rng, 300)
    query, candidates, features = near(rng, memory, 1)
    few = effect(memory, query, candidates, features, np.ones(1)).added
    monkeypatch.setattr(module, "_CONTEXT", 300)
    assert few == pytest.approx(effect(memory, query, candidates, features, np.ones(1)).added, abs=0.02)
    assert abs(few[0]) > 0.01


def test_only_candidates_with_evidence_are_moved_and_no_candidate_is_no_error() -> None:
    rng = np.random.default_rng(7)
    memory = memory_of(rng, 1)
    rows = 150
    vectors, features = np.repeat(memory.rights, rows, axis=0), np.repeat(memory.features, rows, axis=0)
    evidence = rng.permutation(rows).astype(np.float64)
    part = effect(memory, memory.lefts[0], vectors, features.astype(np.float64), evidence)
    assert (part.added != 0).tolist() == (evidence >= rows - 100).tolist()
    nothing = effect(memory, memory.lefts[0], vectors[:0], features[:0].astype(np.float64), np.zeros(0))
    assert nothing.added.tolist() == []
