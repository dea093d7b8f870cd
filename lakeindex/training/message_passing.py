"""Learn what a path over a third column says of a join, from made lakes some of whose joins are forgotten.

As in the training of NBFNet (Zhu et al., 2021), the direct evidence of some pairs is taken away, so that what joins has
to be found by way of others; the same is done to pairs that don't join.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.match.message_passing import Bridge, PathWeights, Received, receive
from lakeindex.search.candidate_graph import Partners, surroundings
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.made_lakes import LakePlan, Log, open_made_lakes
from lakeindex.training.relevance import JoinGroups

_FORGETFUL = 1.0
"""The share of queries that forget some of their joins."""
_OTHERS_FORGOTTEN = 3
_DOUBT = 1.0
_START = np.array([-1.5, 0.0, 0.0])
"""Paths that count for less than what they are made of, and answers that say nothing."""

WITHOUT_PATHS = PathWeights(-1e3, 0.0, 0.0)
"""Weights by which nothing that is received counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A query of a made lake with its candidates, (n,), and those of its bridges."""

    query: int
    """Its key."""
    keys: Integers
    """(n,) Of the candidates."""
    probabilities: Floats
    """That each candidate joins, by what speaks for the pair alone; nothing where that is forgotten."""
    bridges: tuple[Bridge, ...]
    joins: Flags
    is_clear: Flags
    """Of which candidates it is known whether they join."""


@dataclass(frozen=True, slots=True, eq=False)
class PathPairs:
    """Queries with their candidates, an entry a pair: what paths bring, and whether the pair joins."""

    received: Received
    joins: Flags

    @classmethod
    def of(cls, asked: Asked) -> PathPairs:
        """Pass the messages of one query on, and keep the pairs of which it is known whether they join."""
        received = receive(asked.probabilities, asked.bridges)
        clear = {field.name: getattr(received, field.name)[asked.is_clear] for field in fields(Received)}
        return cls(Received(**clear), asked.joins[asked.is_clear])

    @classmethod
    def joined(cls, parts: Sequence[PathPairs]) -> PathPairs:
        """Put pairs of several queries together."""
        received = {
            field.name: np.concatenate([getattr(part.received, field.name) for part in parts])
            for field in fields(Received)
        }
        return cls(Received(**received), np.concatenate([part.joins for part in parts]))


def ask_for_paths(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[PathPairs]:
    """Make each lake, index it, and ask for its columns by way of others."""
    for plan, made, searcher in open_made_lakes(sources, planned, settings):
        asked = questions(searcher, made, plan.queries, np.random.default_rng(plan.seed))
        pairs = PathPairs.joined(list(map(PathPairs.of, asked)))
        log(f"{plan}: {int(pairs.joins.sum())} of {len(pairs.joins)} pairs join")
        yield pairs


def questions(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> Iterator[Asked]:
    """Ask a made lake for up to `most` of its columns that join, and half as many that don't."""
    groups = JoinGroups.of(searcher.directory, made)
    for key in groups.some_queries(most, rng).tolist():
        tellable = groups.tellable.others(key)
        found = _forgetting(searcher.partners(key), tellable, rng)
        own_keys = searcher.directory.keys_of_table(searcher.directory.id_of(key).table)
        around = surroundings(own_keys, found, searcher.partners, partial(_answer, searcher, key))
        joining = np.union1d(tellable, _over_one(groups, key))
        unclear = np.setdiff1d(np.union1d(groups.unclear.others(key), groups.joining.others(key)), joining)
        is_joining, is_clear = np.isin(around.keys, joining), ~np.isin(around.keys, unclear)
        yield Asked(key, around.keys, found.among(around.keys), around.bridges, is_joining, is_clear)


def fit_paths(pairs: PathPairs) -> PathWeights:
    """Fit the weights by Fisher scoring on the log loss; `_DOUBT` is the precision of the belief in the start."""
    numbers = _START.copy()
    for _ in range(200):
        gradient, curvature = _slope(pairs, PathWeights(*numbers))
        step = np.linalg.solve(curvature + _DOUBT * np.eye(3), gradient - _DOUBT * (numbers - _START))
        numbers = numbers + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-7:
            break
    return PathWeights(*map(float, numbers))


def log_loss(pairs: PathPairs, weights: PathWeights) -> float:
    """Return the mean log loss of the pairs."""
    told = np.clip(weights.probabilities(pairs.received), 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(pairs.joins, np.log(told), np.log1p(-told))))


def _slope(pairs: PathPairs, weights: PathWeights) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of the log likelihood, (3,), and its expected curvature, (3, 3)."""
    received = pairs.received
    own, path = weights.odds(received)
    of_path = 1 / (1 + np.exp(np.clip(own - path, -500, 500)))
    answering = (1 - of_path) * received.is_answering
    design = np.column_stack([of_path, answering * received.back, answering])
    told = weights.probabilities(received)
    return design.T @ (pairs.joins - told), (design * (told * (1 - told))[:, None]).T @ design


def _answer(searcher: Searcher, query: int, key: int) -> float:
    return searcher.partners(key).probability(query)


def _over_one(groups: JoinGroups, key: int) -> Integers:
    """List what joins with a column and is shown to join with another one that is."""
    bridges = groups.tellable.others(key).tolist()
    partners = [groups.tellable.others(bridge) for bridge in bridges]
    return np.intersect1d(np.concatenate([np.zeros(0, np.int64), *partners]), groups.joining.others(key))


def _forgetting(found: Partners, joining: Integers, rng: np.random.Generator) -> Partners:
    known = np.intersect1d(found.keys, joining)
    if len(known) < 2 or rng.random() > _FORGETFUL:
        return found
    others = np.setdiff1d(found.keys, known)
    forgotten = np.concatenate(
        [rng.permutation(known)[: rng.integers(1, len(known))], rng.permutation(others)[:_OTHERS_FORGOTTEN]]
    )
    kept = ~np.isin(found.keys, forgotten)
    return Partners(found.keys[kept], found.probabilities[kept])
