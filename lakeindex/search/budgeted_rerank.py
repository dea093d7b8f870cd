"""Score the candidates of queries with a cross-encoder, within a budget of calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Protocol

import numpy as np

from lakeindex.arrays.aliases import Coordinates, Floats, Integers
from lakeindex.arrays.proportions import log_odds_of
from lakeindex.config.model_options import NEURAL, Device
from lakeindex.config.settings import LATE_INTERACTION as CHEAP
from lakeindex.config.settings import TRANSFORMER, Settings
from lakeindex.errors import MissingExtra, StaleArtifact
from lakeindex.files.user_folders import cache_slot
from lakeindex.hashing.text_hash import mix
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.models.weights import CROSS_ENCODER, LATE_INTERACTION, STATIC
from lakeindex.protocols import Reranker
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.rerank.cur import Plan, SearchResult, predict, search_many
from lakeindex.rerank.late_interaction import LateInteraction, fingerprint_of
from lakeindex.rerank.score_cache import ScoreCache
from lakeindex.store.generations import Generation
from lakeindex.store.layout import ANCHORS, CROSS_ENCODER_ROLE
from lakeindex.types.column_tokens import FACTOR
from lakeindex.types.columns import CrossInput
from lakeindex.types.pairs import AnchorScores

_DOUBT = 1e-9


class Rerankable(Protocol):
    """The candidates of one query, (n,), as a cross-encoder needs them."""

    @property
    def query(self) -> CrossInput:
        """Return the query, a single column."""
        ...

    @property
    def prior(self) -> Floats:
        """Return the probability that each joins, (n,); those of which it is 0 are never scored."""
        ...

    def cross_input(self, places: Integers) -> CrossInput:
        """Return the candidates at `places`, (m,)."""
        ...

    def coordinates(self) -> Coordinates:
        """Return the coordinates, (n, d), in which scores are predicted."""
        ...


@dataclass(frozen=True, slots=True)
class BudgetedReranker:
    """A cross-encoder with the weights of its scores, and a cache of them where it is slow."""

    cross_encoder: Reranker
    weights: RerankWeights
    cache: ScoreCache | None = None

    def score_many(self, queries: Sequence[Rerankable], plan: Plan) -> list[SearchResult]:
        """Score the most promising candidates of several queries as planned, the pairs of all queries together."""
        priors = [_log_odds(one) for one in queries]
        spaces = [_space(one, prior, plan.calls) for one, prior in zip(queries, priors, strict=True)]

        def score(chosen: Sequence[tuple[int, Integers]]) -> list[Floats]:
            some = [(queries[number], places) for number, places in chosen]
            return self._score([(one.query, one.cross_input(places)) for one, places in some])

        return search_many(score, spaces, priors, plan)

    def without(self, candidates: Rerankable, scores: SearchResult, place: int, plan: Plan) -> SearchResult:
        """Return the scores with the forecast for the candidate at `place` made from all other scores."""
        others = scores.places != place
        if others.all() or not others.any():
            return scores
        prior = np.nan_to_num(_log_odds(candidates), neginf=0.0)
        predicted = predict(candidates.coordinates(), prior, scores.places[others], scores.scores[others], plan)
        return replace(scores, forecasts=np.where(others, scores.forecasts, predicted[place]))

    def _score(self, pairs: Sequence[tuple[CrossInput, CrossInput]]) -> list[Floats]:
        """Score single queries with some columns each; pairs that the cache holds are not scored again."""
        queries, columns = (reduce(CrossInput.joined, side) for side in zip(*pairs, strict=True))
        sizes = [len(some) for _, some in pairs]
        left = np.repeat(np.arange(len(pairs)), sizes)
        scores = self._look_up(queries, columns, left)
        return np.split(scores, np.cumsum(sizes)[:-1])

    def _look_up(self, queries: CrossInput, columns: CrossInput, left: Integers) -> Floats:
        if self.cache is None:
            return self.cross_encoder.scores(queries, columns, left, np.arange(len(columns)))
        hashes = mix(queries.hashes()[left] * FACTOR + columns.hashes())
        scores = self.cache.look_up(hashes)
        new = np.flatnonzero(np.isnan(scores))
        if len(new):
            scores[new] = self.cross_encoder.scores(queries, columns.take(new), left[new], np.arange(len(new)))
            self.cache.add(hashes[new], scores[new])
        return scores


def _log_odds(candidates: Rerankable) -> Floats:
    return np.where(candidates.prior > 0, log_odds_of(candidates.prior, _DOUBT), -np.inf)


def _space(candidates: Rerankable, prior: Floats, calls: int) -> Coordinates:
    # Where all are scored, nothing is predicted.
    are_all_scored = calls >= int(np.isfinite(prior).sum())
    return np.zeros((len(prior), 0), np.float32) if are_all_scored else candidates.coordinates()


def make_reranker(settings: Settings) -> BudgetedReranker:
    """Load the reranker that the settings name, with its weights.

    The name is `late-interaction`, `transformer`, a folder, or one on the hub.
    """
    if settings.cross_encoder == CHEAP:
        return BudgetedReranker(LateInteraction.open(LATE_INTERACTION, STATIC), RerankWeights.open(LATE_INTERACTION))
    try:
        return _language_model_reranker(settings)
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "torch", NEURAL) from error


def _language_model_reranker(settings: Settings) -> BudgetedReranker:
    if settings.cross_encoder == TRANSFORMER:
        from lakeindex.encode.cross_encoder import CrossEncoder

        return _cached(CrossEncoder(CROSS_ENCODER, Device(settings.device)), RerankWeights.open(CROSS_ENCODER))
    from lakeindex.encode.sentence_cross_encoder import SentenceCrossEncoder

    named = SentenceCrossEncoder(settings.cross_encoder, Device(settings.device), settings.allow_download)
    return _cached(named, RerankWeights.of_unknown())


def anchors_for(settings: Settings, generation: Generation) -> AnchorScores | None:
    """Open the anchor scores of an index; None where it has none of the kind of cross-encoder that the settings name.

    Raises StaleArtifact where they were computed with other weights than the installed ones.
    """
    made_by = generation.manifest.models.get(CROSS_ENCODER_ROLE)
    if made_by is None or settings.cross_encoder != CHEAP:
        return None
    installed = fingerprint_of(LATE_INTERACTION, STATIC)
    if made_by != installed:
        raise StaleArtifact(
            f"the index's anchors were scored by {made_by}, the cross-encoder is now {installed}; "
            f"index the lake again: lakeindex index {generation.manifest.lake} --index {settings.index}"
        )
    return open_anchors(generation.folder / ANCHORS)


def _cached(model: Reranker, weights: RerankWeights) -> BudgetedReranker:
    """Cache the scores of a slow model for all processes; without a home folder, for this one."""
    try:
        path = cache_slot("cross-scores", model.fingerprint)
    except RuntimeError:
        return BudgetedReranker(model, weights, ScoreCache())
    return BudgetedReranker(model, weights, ScoreCache(path))
