"""Find the columns that a cross-encoder scores highest without scoring every column, by matrix factorisation.

A query's scores are nearly linear in a *space* in which every column has coordinates: once some columns are scored, a
regularised least-squares fit gives the query's vector there, and that predicts the scores of all others.

- ANNCUR (Yadav et al., EMNLP 2022): the space is R.T, the exact scores of anchor queries, and the anchors, the columns
  that are scored first, are fixed. `C pinv(U) R` is the fit without regularisation.
- ADACUR (Yadav et al., 2023): anchors are chosen round by round, by what is predicted so far.
- AXN (Yadav et al., ICLR 2025): the same in the space of the columns' vectors, which needs no scores of anchor queries.

Every call counts, and every score is exact: the last round reranks what the rounds before found.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Coordinates, Flags, Floats, Integers
from lakeindex.errors import InvalidSetting

Score = Callable[[Integers], Floats]
"""From places of columns, (n,), to their exact scores, (n,): n calls of the cross-encoder."""
ScoreMany = Callable[[Sequence[tuple[int, Integers]]], Sequence[Floats]]
"""The same for several queries at once, each by its number."""

_ROUNDING = 1e-11


@dataclass(frozen=True, slots=True)
class Plan:
    """How a budget is spent."""

    calls: int
    """Of the cross-encoder, for a query."""
    rounds: int = 8
    """In how many parts the calls are made: each part is chosen by the scores of those before."""
    ridge: float = 0.1
    """How much the fit is held back, in units of the mean square of the coordinates; 0 for the pseudo-inverse."""
    offset: bool = True
    """Whether the fit has a constant, and a slope on the prior."""

    def __post_init__(self) -> None:
        if self.calls < 0 or self.rounds < 1 or self.ridge < 0:
            raise InvalidSetting(f"a search makes no fewer than 0 calls in 1 round, not {self}")


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """What a search found."""

    places: Integers
    """(m,) Of the columns that were scored, in the order in which they were."""
    scores: Floats
    """(m,) Exact."""
    forecasts: Floats
    """(m,) The score predicted for each right before it was scored."""
    rounds: Integers
    """(m,) The round in which each was scored, from 0 on."""

    def among(self, keys: Integers) -> SearchResult:
        """Return the same among columns with these keys, ascending, where the places so far are keys."""
        return replace(self, places=np.searchsorted(keys, self.places))

    @property
    def calls(self) -> int:
        """Return how many pairs the cross-encoder scored."""
        return len(self.places)

    def top(self, k: int) -> tuple[Integers, Floats]:
        """Return the places and scores of the best k that were scored, ties by place."""
        order = np.lexsort((self.places, -self.scores))[:k]
        return self.places[order], self.scores[order]


Searching = Generator[Integers, Floats, SearchResult]
"""Yields places that are to be scored, is sent their scores, and returns what was found."""


def search(
    score: Score, space: Coordinates, prior: Floats, plan: Plan, anchors: Integers | None = None
) -> SearchResult:
    """Search for one query: see `searching`."""
    return search_many(lambda chosen: [score(places) for _, places in chosen], [space], [prior], plan, anchors)[0]


def search_many(
    score: ScoreMany,
    spaces: Sequence[Coordinates],
    priors: Sequence[Floats],
    plan: Plan,
    anchors: Integers | None = None,
) -> list[SearchResult]:
    """Search for several queries, a space and a prior each, side by side; the pairs of a round are scored together."""
    each = enumerate(zip(spaces, priors, strict=True))
    runs = {number: searching(space, prior, plan, anchors) for number, (space, prior) in each}
    found: dict[int, SearchResult] = {}
    waiting: dict[int, Integers] = {}
    answers: dict[int, Floats | None] = dict.fromkeys(runs)
    while answers:
        for number, scores in answers.items():
            try:
                waiting[number] = next(runs[number]) if scores is None else runs[number].send(scores)
            except StopIteration as end:
                found[number] = end.value
        chosen = list(waiting.items())
        answers = dict(zip(waiting, score(chosen), strict=True)) if chosen else {}
        waiting = {}
    return [found[number] for number in range(len(priors))]


def searching(space: Coordinates, prior: Floats, plan: Plan, anchors: Integers | None = None) -> Searching:
    """Spend a budget on the most promising columns.

    `prior` (columns,) is what each is expected to score before any is scored, in any unit; columns of which it is minus
    infinity are never scored. `anchors` are scored first, where they are given, else what the prior puts first.
    """
    allowed = np.flatnonzero(np.isfinite(prior))
    expected = np.where(np.isfinite(prior), prior, 0.0)
    calls = min(plan.calls, len(allowed))
    is_open = np.isfinite(prior)
    places, scores = np.zeros(0, np.int64), np.zeros(0)
    forecasts, rounds = np.zeros(0), np.zeros(0, np.int64)
    predicted = expected
    # Where all are scored, nothing has to be predicted.
    planned = plan.rounds if calls < len(allowed) or anchors is not None else 1
    for number in range(planned):
        share = -(-(calls - len(places)) // (planned - number))
        if number == 0 and anchors is not None:
            chosen = anchors[is_open[anchors]][:calls]
        else:
            chosen = best_of(predicted, is_open, share)
        if len(chosen):
            new_scores = yield chosen
            places, scores = np.concatenate([places, chosen]), np.concatenate([scores, new_scores])
            forecasts = np.concatenate([forecasts, predicted[chosen]])
            rounds = np.concatenate([rounds, np.full(len(chosen), number)])
            is_open[chosen] = False
            if number + 1 < planned and len(places) < calls:
                predicted = predict(space, expected, places, scores, plan)
    return SearchResult(places, scores, forecasts, rounds)


def predict_all(space: Coordinates, prior: Floats, found: SearchResult, plan: Plan) -> Floats:
    """Return the scores of all columns, (columns,): exact where they are known, else as they are predicted."""
    expected = np.where(np.isfinite(prior), prior, 0.0)
    if not len(found.places):
        return expected
    predicted = predict(space, expected, found.places, found.scores, plan)
    predicted[found.places] = found.scores
    return predicted


def best_of(predicted: Floats, is_open: Flags, count: int) -> Integers:
    """Return the places of the highest predictions among the open ones, best first, ties by place."""
    places = np.flatnonzero(is_open)
    if count < len(places):
        edge = np.partition(-predicted[places], count)[count]
        places = places[-predicted[places] <= edge]
    return places[np.lexsort((places, -predicted[places]))[:count]]


def predict(space: Coordinates, prior: Floats, places: Integers, scores: Floats, plan: Plan) -> Floats:
    """Fit the scores of some places, (m,), in the space, and predict those of all columns, (columns,)."""
    coordinates = space[places].astype(np.float64)
    fixed = np.column_stack([np.ones(len(places)), prior[places]]) if plan.offset else np.zeros((len(places), 0))
    # What a constant and the prior explain is taken out first: the rest is fitted with as little as possible.
    basis = _basis(fixed)
    rest, aims = coordinates - basis @ (basis.T @ coordinates), scores - basis @ (basis.T @ scores)
    vector = _ridge(rest, aims, plan.ridge, _ROUNDING * float(np.linalg.norm(coordinates)))
    predicted = np.asarray(space @ vector.astype(space.dtype), np.float64)
    if plan.offset:
        constant, slope = np.linalg.lstsq(fixed, scores - coordinates @ vector, rcond=None)[0]
        predicted = predicted + constant + slope * prior
    return predicted


def _basis(columns: Floats) -> Floats:
    """Return orthonormal columns that span the same, (m, rank)."""
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, sizes > _ROUNDING * sizes.max(initial=0.0)])


def _ridge(coordinates: Floats, aims: Floats, ridge: float, least: float) -> Floats:
    """Return the vector, (d,), that fits best, the smaller one of two that fit alike.

    What the coordinates spread over no more than `least` is rounding.
    """
    spread = float(np.sum(coordinates**2))
    if ridge > _ROUNDING and spread > least**2:
        # The smaller one of two systems that give the same.
        held = ridge * spread / min(coordinates.shape)
        if len(coordinates) < coordinates.shape[1]:
            products = coordinates @ coordinates.T
            return np.asarray(coordinates.T @ np.linalg.solve(products + held * np.eye(len(products)), aims))
        products = coordinates.T @ coordinates
        return np.asarray(np.linalg.solve(products + held * np.eye(len(products)), coordinates.T @ aims))
    left, sizes, right = np.linalg.svd(coordinates, full_matrices=False)
    kept = sizes > least
    factors = np.where(kept, 1 / np.where(kept, sizes, 1.0), 0.0)
    return np.asarray(right.T @ (factors * (left.T @ aims)))
