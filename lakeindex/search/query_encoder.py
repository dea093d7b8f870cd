"""The model that an index was built with, which alone may read for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeindex.config.model_options import STATIC_MODEL, Device, ModelOptions, Precision
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

_MOST_READ = 6_000
"""Values that a language model reads while somebody waits."""


@dataclass(frozen=True)
class QueryEncoder:
    """A generation's model; nothing is loaded before something is read."""

    generation: Generation
    settings: Settings

    @cached_property
    def encoder(self) -> Encoder:
        """The model, tuned as the index was. Raises StaleArtifact when it is another one now, Refused as `untuned`."""
        tuning = self.generation.folder / HEAD
        head = LinearHead.open(tuning) if tuning.exists() else None
        is_tuned = head is not None and head.encoder == self.untuned.fingerprint
        encoder = HeadEncoder(self.untuned, head) if head is not None and is_tuned else self.untuned
        wanted = self.generation.manifest.models[ENCODER_ROLE]
        if encoder.fingerprint != wanted:
            raise StaleArtifact(
                f"the index was built with the model {wanted}, {self._name!r} is now {encoder.fingerprint}; "
                f"index the lake again: lakeindex index {self.generation.manifest.lake} --index {self.settings.index}"
            )
        return encoder

    @cached_property
    def untuned(self) -> Encoder:
        """The model as it is for every lake.

        Raises Refused when only the index names it: who made that may have made the model too.
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

    def reader_of_values(self, count: int) -> Callable[[Sequence[str]], npt.NDArray[np.float32]] | None:
        """Give what reads so many texts, where the model knows what they mean: hashing doesn't.

        Many are read a token at a time, ten times as fast and nearly as well. What tunes the model is for columns: how
        alike values have to be was found without.
        """
        if self._name == HASHING:
            return None
        return self.untuned.encode if count <= _MOST_READ else self._token_reader.encode

    @cached_property
    def _token_reader(self) -> Encoder:
        return make_encoder(ModelOptions(model=STATIC_MODEL))

    def encode_records(self, records: pa.Table) -> npt.NDArray[np.float32]:
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
