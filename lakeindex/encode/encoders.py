"""Make an encoder from its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakeindex.config.model_options import NEURAL, STATIC_MODEL, ModelOptions
from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.encode.matryoshka import MatryoshkaEncoder, matryoshka_fingerprint
from lakeindex.errors import InvalidSetting, MissingExtra
from lakeindex.models.weights import STATIC, TOKENIZER

if TYPE_CHECKING:
    from lakeindex.encode.language_model import Progress
    from lakeindex.protocols import Encoder

HASHING = "hashing"
"""The name of the encoder without a model."""


def fingerprint(options: ModelOptions) -> str:
    """Return the fingerprint of the encoder that `make_encoder` would make, without loading a model."""
    whole = _fingerprint_of_whole(options)
    return matryoshka_fingerprint(whole, options.dims) if options.dims else whole


def make_encoder(options: ModelOptions, progress: Progress | None = None) -> Encoder:
    """Make the encoder that `options.model` names, cut to `options.dims` dimensions.

    The name is `default`, `base`, `static`, `hashing`, a folder or a name on the hub.
    """
    whole = _make_whole(options, progress)
    return MatryoshkaEncoder(whole, options.dims) if options.dims else whole


def _fingerprint_of_whole(options: ModelOptions) -> str:
    if options.model == HASHING:
        return HashingEncoder().fingerprint
    if options.model == STATIC_MODEL:
        from lakeindex.encode.static_encoder import fingerprint_of as fingerprint_of_static

        return fingerprint_of_static(STATIC, TOKENIZER, options.max_tokens)
    from lakeindex.encode.model_folder import fingerprint_of, model_folder

    return fingerprint_of(model_folder(options), options)


def _make_whole(options: ModelOptions, progress: Progress | None) -> Encoder:
    if options.model in (HASHING, STATIC_MODEL) and options.layers:
        raise InvalidSetting(f"the model {options.model!r} has no layers, so {options.layers} can't be run")
    if options.model == HASHING:
        return HashingEncoder()
    if options.model == STATIC_MODEL:
        from lakeindex.encode.static_encoder import StaticEncoder

        return StaticEncoder(STATIC, TOKENIZER, options.max_tokens)
    try:
        from lakeindex.encode.language_model import LanguageModelEncoder
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "torch", NEURAL) from error
    return LanguageModelEncoder(options, progress)
