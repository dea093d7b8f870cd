"""The model that an index was built with, whose vectors alone can be compared with those of the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.config.model_options import STATIC_MODEL, Device, ModelOptions, Precision, installed_model
from lakeindex.config.settings import Settings
from lakeindex.config.text_options import TextOptions, ValueOrder
from lakeindex.encode.encoders import HASHING, make_encoder
from lakeindex.encode.linear_head import HeadEncoder, LinearHead
from lakeindex.encode.named_models import is_named
from lakeindex.encode.record_texts import describe_records
from lakeindex.errors import Refused, StaleArtifact
from lakeindex.protocols import Encoder
from lakeindex.store.generations import Generation
from lakeindex.store.layout import ENCODER_ROLE, HEAD

_MOST_ENCODED = 6_000
"""Values that a language model encodes while somebody waits."""


@dataclass(frozen=True)
class QueryEncoder:
    """A generation's model, loaded when something is first encoded."""

    generation: Generation
    settings: Settings

    @cached_property
    def encoder(self) -> Encoder:
        """The model with the linear head of the index, where it has one.

        Raises StaleArtifact when the model has changed since the build, Refused as `base_encoder`.
        """
        head_path = self.generation.folder / HEAD
        head = LinearHead.open(head_path) if head_path.exists() else None
        fits_model = head is not None and head.encoder == self.base_encoder.fingerprint
        encoder = HeadEncoder(self.base_encoder, head) if head is not None and fits_model else self.base_encoder
        wanted = self.generation.manifest.models[ENCODER_ROLE]
        if encoder.fingerprint != wanted:
            raise StaleArtifact(
                f"the index was built with the model {wanted}, {self._name!r} is now {encoder.fingerprint}; "
                f"index the lake again: lakeindex index {self.generation.manifest.lake} --index {self.settings.index}"
            )
        return encoder

    @cached_property
    def base_encoder(self) -> Encoder:
        """The model without the linear head of this lake.

        Raises Refused when only the index names the model: whoever made the index may have made the model, too.
        """
        built = self.generation.manifest.settings
        if self._name != self.settings.model and not is_named(self._name):
            raise Refused(
                f"the index was made elsewhere with the model {self._name!r}, which is loaded only when you name "
                f"it: set LAKEINDEX_MODEL to it if you trust it, or index the lake again"
            )
        decisive = {name: built[name] for name in ("model", "max_tokens", "layers", "dims")}
        return make_encoder(replace(model_options(self.settings), **decisive))

    @property
    def _name(self) -> str:
        return str(self.generation.manifest.settings["model"])

    def value_encoder(self, count: int) -> Callable[[Sequence[str]], npt.NDArray[np.float32]] | None:
        """Return the function that encodes `count` texts to vectors, (count, d), unit rows; None for the hashing model.

        Many texts are encoded by static token vectors: ten times as fast, and nearly as good. The linear head is for
        columns: the thresholds for values were fitted without it.
        """
        if self._name == HASHING:
            return None
        return self.base_encoder.encode if count <= _MOST_ENCODED else self._token_encoder.encode

    @cached_property
    def _token_encoder(self) -> Encoder:
        return make_encoder(ModelOptions(model=STATIC_MODEL))

    def encode_records(self, records: pa.Table, table_columns: int) -> npt.NDArray[np.float32]:
        """Encode columns of a table, given as profile records, as the build did: (n, d), unit length."""
        built = self.generation.manifest.settings["text"]
        options = TextOptions(**built | {"order": ValueOrder(built["order"])})
        return self.encoder.encode(describe_records(records, options, table_columns))


def model_options(settings: Settings) -> ModelOptions:
    """Return the options of the model that the settings hold."""
    return ModelOptions(
        model=installed_model(settings.model),
        max_tokens=settings.max_tokens,
        layers=settings.layers,
        dims=settings.dims,
        device=Device(settings.device),
        precision=Precision(settings.precision),
        allow_download=settings.allow_download,
    )
