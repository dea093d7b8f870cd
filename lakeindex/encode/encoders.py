"""Make an encoder from its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.encode.model_options import ModelOptions

if TYPE_CHECKING:
    from lakeindex.protocols import Encoder

HASHING = "hashing"
"""Names the encoder without a model."""


def fingerprint(options: ModelOptions) -> str:
    """Return the fingerprint of the encoder that `make_encoder` would make, without loading a model."""
    if options.model == HASHING:
        return HashingEncoder().fingerprint
    from lakeindex.encode.model_folder import fingerprint_of, model_folder

    return fingerprint_of(model_folder(options), options)


def make_encoder(options: ModelOptions, progress: Callable[[int, int], None] | None = None) -> Encoder:
    """Make the encoder that `options.model` names: `default`, `base`, `hashing`, a folder or a name on the hub."""
    if options.model == HASHING:
        return HashingEncoder()
    from lakeindex.encode.language_model import LanguageModelEncoder

    return LanguageModelEncoder(options, progress)
