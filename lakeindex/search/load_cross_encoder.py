"""Load the cross-encoder that settings name."""

from __future__ import annotations

from lakeindex.config.model_options import Device
from lakeindex.config.settings import CELLS as CHEAP
from lakeindex.config.settings import TRANSFORMER, Settings
from lakeindex.errors import StaleArtifact
from lakeindex.files.user_folders import cache_slot
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.models.weights import CROSS_ENCODER, LATE_INTERACTION, STATIC
from lakeindex.protocols import Reranker
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.rerank.late_interaction import LateInteraction, fingerprint_of
from lakeindex.rerank.score_cache import ScoreCache
from lakeindex.search.budgeted_rerank import BudgetedReranker
from lakeindex.store.generations import Generation
from lakeindex.store.layout import ANCHORS, CROSS_ENCODER_ROLE
from lakeindex.types.pairs import AnchorScores


def make_reranker(settings: Settings) -> BudgetedReranker:
    """Load the cross-encoder and its weights: `cells`, `transformer`, a folder or a name on the hub."""
    if settings.cross_encoder == CHEAP:
        return BudgetedReranker(LateInteraction.open(LATE_INTERACTION, STATIC), RerankWeights.open(LATE_INTERACTION))
    if settings.cross_encoder == TRANSFORMER:
        from lakeindex.encode.cross_encoder import CrossEncoder

        return _cached(CrossEncoder(CROSS_ENCODER, Device(settings.device)), RerankWeights.open(CROSS_ENCODER))
    from lakeindex.encode.sentence_cross_encoder import SentenceCrossEncoder

    named = SentenceCrossEncoder(settings.cross_encoder, Device(settings.device), settings.allow_download)
    return _cached(named, RerankWeights.of_unknown())


def anchors_for(settings: Settings, generation: Generation) -> AnchorScores | None:
    """Open the anchor scores of an index, where it has any of the kind of cross-encoder that settings name.

    Raises StaleArtifact where other weights gave them than those that are installed.
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
    """Let a slow model score no pair twice, whatever the process; without a home folder, within this one."""
    try:
        path = cache_slot("cross-scores", model.fingerprint)
    except RuntimeError:
        return BudgetedReranker(model, weights, ScoreCache())
    return BudgetedReranker(model, weights, ScoreCache(path))
