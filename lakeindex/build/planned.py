"""What is known of a generation before it is built, and what its staging is made for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from lakeindex.build.encoding import BuildModel
from lakeindex.config.index_settings import content_settings
from lakeindex.config.settings import Settings
from lakeindex.models.weights import LATE_INTERACTION, STATIC
from lakeindex.rerank.late_interaction import fingerprint_of
from lakeindex.store.layout import CROSS_ENCODER_ROLE, ENCODER_ROLE
from lakeindex.store.manifest import Manifest


def planned_manifest(lake: Path, model: BuildModel, settings: Settings) -> Manifest:
    """Return the manifest of a lake's next generation, as far as it is known before the build."""
    return Manifest(str(lake.resolve()), 0, 0, 0, "", models_of(model, settings), content_settings(settings))


def made_for(planned: Manifest) -> Sequence[object]:
    """Return what all that is staged for a generation must be made for."""
    return [planned.lake, planned.format, version("lakeindex"), planned.models, planned.settings]


def models_of(model: BuildModel, settings: Settings) -> dict[str, str]:
    """Return the fingerprints of the models that an index is built with, by their role."""
    models = {ENCODER_ROLE: model.fingerprint}
    return models | {CROSS_ENCODER_ROLE: fingerprint_of(LATE_INTERACTION, STATIC)} if settings.anchors else models
