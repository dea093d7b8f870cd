"""Make the cross-encoder that settings name."""

from __future__ import annotations

from lakeindex.config import CELLS as CHEAP
from lakeindex.config import TRANSFORMER, Settings
from lakeindex.encode.model_options import Device
from lakeindex.match.cell_attention import CellAttention
from lakeindex.match.reread import ReadWeights
from lakeindex.rereading import Rereader
from lakeindex.weights import CELLS, CROSS, STATIC


def make_rereader(settings: Settings) -> Rereader:
    """Load the cross-encoder, with what its scores are worth: `cells`, `transformer`, a folder or a name on the hub."""
    if settings.cross_encoder == CHEAP:
        return Rereader(CellAttention.open(CELLS, STATIC), ReadWeights.open(CELLS))
    if settings.cross_encoder == TRANSFORMER:
        from lakeindex.encode.cross_encoder import CrossEncoder

        return Rereader(CrossEncoder(CROSS, Device(settings.device)), ReadWeights.open(CROSS))
    from lakeindex.encode.sentence_cross_encoder import SentenceCrossEncoder

    named = SentenceCrossEncoder(settings.cross_encoder, Device(settings.device), settings.allow_download)
    return Rereader(named, ReadWeights.of_unknown())
