"""The model that an index was built with, which alone may read for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.catalog.generations import Generation
from lakeindex.config import Settings
from lakeindex.encode.column_text import TextOptions, ValueOrder
from lakeindex.encode.encoders import HASHING, make_encoder
from lakeindex.encode.model_options import Device, ModelOptions, Precision
from lakeindex.encode.named_models import is_named
from lakeindex.encode.record_texts import describe_records
from lakeindex.errors import Refused, StaleArtifact
from lakeindex.layout import ENCODER_ROLE
from lakeindex.protocols import Encoder


@dataclass(frozen=True)
class BuiltModel:
    """A generation's model; nothing is loaded before something is read."""

    generation: Generation
    settings: Settings

    @cached_property
    def encoder(self) -> Encoder:
        """The model itself. Raises StaleArtifact when it is another one now.

        Raises Refused when only the index names it: who made that may have made the model too.
        """
        wanted = self.generation.manifest.models[ENCODER_ROLE]
        built = self.generation.manifest.settings
        if built["model"] != self.settings.model and not is_named(built["model"]):
            raise Refused(
                f"the index was made elsewhere with the model {built['model']!r}, which is loaded only when you name "
                f"it: set LAKEINDEX_MODEL to it if you trust it, or index the lake again"
            )
        decisive = {name: built[name] for name in ("model", "max_tokens", "layers", "dims")}
        encoder = make_encoder(replace(model_options(self.settings), **decisive))
        if encoder.fingerprint != wanted:
            raise StaleArtifact(
                f"the index was built with the model {wanted}, {built['model']!r} is now {encoder.fingerprint}; "
                f"index the lake again: lakeindex index {self.generation.manifest.lake} --index {self.settings.index}"
            )
        return encoder

    def reader_of_values(self) -> Callable[[Sequence[str]], npt.NDArray[np.float32]] | None:
        """Give what reads texts, where the model knows what they mean: hashing doesn't."""
        return None if self.generation.manifest.settings["model"] == HASHING else self.encoder.encode

    def to_vectors(self, records: pa.Table) -> npt.NDArray[np.float32]:
        """Read columns, given as profile records, as they were read for the index: (n, d), unit length."""
        built = self.generation.manifest.settings["text"]
        options = TextOptions(**built | {"order": ValueOrder(built["order"])})
        return self.encoder.encode(describe_records(records, options))


def model_options(settings: Settings) -> ModelOptions:
    """Take from settings what concerns the model."""
    return ModelOptions(
        model=settings.model,
        max_tokens=settings.max_tokens,
        layers=settings.layers,
        dims=settings.dims,
        device=Device(settings.device),
        precision=Precision(settings.precision),
        allow_download=settings.allow_download,
    )
