"""Learn how much a path over a third column counts, from made lakes with some joins removed.

As in the training of NBFNet (Zhu et al., 2021), the direct evidence of some pairs is removed, so that their joins have
to be found over other columns; the same is done to pairs that don't join.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.config.settings import Settings
from lakeindex.match.message_passing import Intermediate, Messages, MessageWeights, pass_messages
from lakeindex.search.candidate_graph import Neighbours, candidate_graph
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.made_lakes import LakePlan, Log, open_made_lakes
from lakeindex.training.relevance import JoinGroups

_REMOVAL_SHARE = 1.0
"""The share of queries from which some joins are removed."""
_OTHERS_REMOVED = 3
_DOUBT = 1.0
_START = np.array([-1.5, 0.0, 0.0])
"""The prior: paths count for less than their joins, and intermediates' own scores of the query for nothing."""

WITHOUT_PATHS = MessageWeights(-1e3, 0.0, 0.0)
"""Weights that ignore all messages."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledGraph:
    """The candidate graph of a query of a made lake, with a label for each candidate, (n,)."""

    query: int
    """The key of the query."""
    keys: Integers
    """(n,) The keys of the candidates."""
    probabilities: Floats
    """That each candidate joins, by the direct evidence alone; 0 where that was removed."""
    intermediates: tuple[Intermediate, ...]
    joins: Flags
    is_labelled: Flags
    """Whether the label of each candidate is known."""


@dataclass(frozen=True, slots=True, eq=False)
class PathPairs:
    """Pairs of queries and candidates: the messages that each pair received, and whether it joins."""

    received: Messages
    joins: Flags

    @classmethod
    def of(cls, graph: LabelledGraph) -> PathPairs:
        """Pass messages over the graph of one query, and keep the pairs with a label."""
        received = pass_messages(graph.probabilities, graph.intermediates)
        labelled = {field.name: getattr(received, field.name)[graph.is_labelled] for field in fields(Messages)}
        return cls(Messages(**labelled), graph.joins[graph.is_labelled])

    @classmethod
    def joined(cls, parts: Sequence[PathPairs]) -> PathPairs:
        """Concatenate the pairs of several queries."""
        received = {
            field.name: np.concatenate([getattr(part.received, field.name) for part in parts])
            for field in fields(Messages)
        }
        return cls(Messages(**received), np.concatenate([part.joins for part in parts]))


def collect_path_pairs(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[PathPairs]:
    """Make each lake, index it, and pass messages over the candidate graphs of its columns."""
    for plan, made, searcher in open_made_lakes(sources, planned, settings):
        graphs = labelled_graphs(searcher, made, plan.queries, np.random.default_rng(plan.seed))
        pairs = PathPairs.joined(list(map(PathPairs.of, graphs)))
        log(f"{plan}: {int(pairs.joins.sum())} of {len(pairs.joins)} pairs join")
        yield pairs


def labelled_graphs(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> Iterator[LabelledGraph]:
    """Yield the graphs of up to `most` columns of a made lake that join, and of half as many that don't."""
    groups = JoinGroups.of(searcher.directory, made)
    for key in groups.some_queries(most, rng).tolist():
        decidable = groups.decidable.others(key)
        found = _with_joins_removed(searcher.neighbours(key), decidable, rng)
        own_keys = searcher.directory.keys_of_table(searcher.directory.id_of(key).table)
        around = candidate_graph(own_keys, found, _AroundColumn(searcher, key))
        joining = np.union1d(decidable, _two_hops_away(groups, key))
        undecidable = np.setdiff1d(np.union1d(groups.undecidable.others(key), groups.joining.others(key)), joining)
        is_joining, is_labelled = np.isin(around.keys, joining), ~np.isin(around.keys, undecidable)
        yield LabelledGraph(key, around.keys, found.among(around.keys), around.intermediates, is_joining, is_labelled)


def fit_paths(pairs: PathPairs) -> MessageWeights:
    """Fit the weights by Fisher scoring on the log loss; `_DOUBT` is the precision of the prior, `_START`."""
    numbers = _START.copy()
    for _ in range(200):
        gradient, curvature = _slope(pairs, MessageWeights(*numbers))
        step = np.linalg.solve(curvature + _DOUBT * np.eye(3), gradient - _DOUBT * (numbers - _START))
        numbers = numbers + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-7:
            break
    return MessageWeights(*map(float, numbers))


def log_loss(pairs: PathPairs, weights: MessageWeights) -> float:
    """Return the mean log loss of the pairs."""
    predicted = np.clip(weights.probabilities(pairs.received), 1e-9, 1 - 1e-9)
    return float(-np.mean(np.where(pairs.joins, np.log(predicted), np.log1p(-predicted))))


def _slope(pairs: PathPairs, weights: MessageWeights) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of the log likelihood, (3,), and its expected curvature, (3, 3)."""
    received = pairs.received
    own, path = weights.odds(received)
    of_path = 1 / (1 + np.exp(np.clip(own - path, -500, 500)))
    of_intermediate = (1 - of_path) * received.is_intermediate
    design = np.column_stack([of_path, of_intermediate * received.reverse, of_intermediate])
    predicted = weights.probabilities(received)
    return design.T @ (pairs.joins - predicted), (design * (predicted * (1 - predicted))[:, None]).T @ design


@dataclass(frozen=True, slots=True)
class _AroundColumn:
    """What an index knows around the candidates of one of its columns."""

    searcher: Searcher
    query: int
    """Its key."""

    def neighbours(self, key: int) -> Neighbours:
        return self.searcher.neighbours(key)

    def reverse_probability(self, key: int) -> float:
        return self.searcher.neighbours(key).probability(self.query)


def _two_hops_away(groups: JoinGroups, key: int) -> Integers:
    """List the columns that join with a column and, decidably, with one that decidably joins with it."""
    intermediates = groups.decidable.others(key).tolist()
    neighbours = [groups.decidable.others(intermediate) for intermediate in intermediates]
    return np.intersect1d(np.concatenate([np.zeros(0, np.int64), *neighbours]), groups.joining.others(key))


def _with_joins_removed(found: Neighbours, joining: Integers, rng: np.random.Generator) -> Neighbours:
    known = np.intersect1d(found.keys, joining)
    if len(known) < 2 or rng.random() > _REMOVAL_SHARE:
        return found
    others = np.setdiff1d(found.keys, known)
    removed = np.concatenate(
        [rng.permutation(known)[: rng.integers(1, len(known))], rng.permutation(others)[:_OTHERS_REMOVED]]
    )
    kept = ~np.isin(found.keys, removed)
    return Neighbours(found.keys[kept], found.probabilities[kept])
