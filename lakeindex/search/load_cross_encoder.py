"""Make the cross-encoder that settings name."""

from __future__ import annotations

from lakeindex.config.model_options import Device
from lakeindex.config.settings import CELLS as CHEAP
from lakeindex.config.settings import TRANSFORMER, Settings
from lakeindex.errors import StaleArtifact
from lakeindex.files.user_folders import cache_slot
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.models.weights import CELLS, CROSS, STATIC
from lakeindex.protocols import Reranker
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.rerank.late_interaction import CellAttention, fingerprint_of
from lakeindex.rerank.score_cache import RememberedScores
from lakeindex.search.budgeted_rerank import BudgetedReranker
from lakeindex.store.generations import Generation
from lakeindex.store.layout import ANCHORS, CROSS_ENCODER_ROLE
from lakeindex.types.pairs import AnchorScores


def make_reranker(settings: Settings) -> BudgetedReranker:
    """Load the cross-encoder, with what its scores are worth: `cells`, `transformer`, a folder or a name on the hub."""
    if settings.cross_encoder == CHEAP:
        return BudgetedReranker(CellAttention.open(CELLS, STATIC), RerankWeights.open(CELLS))
    if settings.cross_encoder == TRANSFORMER:
        from lakeindex.encode.cross_encoder import CrossEncoder

        return _remembering(CrossEncoder(CROSS, Device(settings.device)), RerankWeights.open(CROSS))
    from lakeindex.encode.sentence_cross_encoder import SentenceCrossEncoder

    named = SentenceCrossEncoder(settings.cross_encoder, Device(settings.device), settings.allow_download)
    return _remembering(named, RerankWeights.of_unknown())


def anchors_for(settings: Settings, generation: Generation) -> AnchorScores | None:
    """Open the anchor scores of an index, where it has any of the kind of cross-encoder that settings name.

    Raises StaleArtifact where other weights gave them than those that are installed.
    """
    made_by = generation.manifest.models.get(CROSS_ENCODER_ROLE)
    if made_by is None or settings.cross_encoder != CHEAP:
        return None
    installed = fingerprint_of(CELLS, STATIC)
    if made_by != installed:
        raise StaleArtifact(
            f"the index's anchors were scored by {made_by}, the cross-encoder is now {installed}; "
            f"index the lake again: lakeindex index {generation.manifest.lake} --index {settings.index}"
        )
    return open_anchors(generation.folder / ANCHORS)


def _remembering(model: Reranker, weights: RerankWeights) -> BudgetedReranker:
    """Let a slow model read no pair twice, whatever the process; where there is no home folder, it does."""
    try:
        path = cache_slot("scores", model.fingerprint)
    except RuntimeError:
        return BudgetedReranker(model, weights)
    return BudgetedReranker(model, weights, RememberedScores(path))
