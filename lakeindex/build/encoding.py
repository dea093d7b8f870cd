"""Encode the texts of columns; a text that an earlier build has encoded is not encoded again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Hashes, Vectors
from lakeindex.build.columns import Columns
from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.encode.linear_head import HeadEncoder, LinearHead
from lakeindex.errors import IndexUnusable
from lakeindex.protocols import Encoder
from lakeindex.store.generations import open_current
from lakeindex.store.layout import HEAD
from lakeindex.store.staging import Staging
from lakeindex.types.reports import Progress

_MOST_TEXTS = 2048
"""Texts that are encoded, at most, before their vectors are staged."""
_LEAST_TEXTS = 8
_FEW_TEXTS = 512
"""Are encoded in about the time in which the encoder is loaded."""
_BLOCKS = 50
"""Blocks that the texts are encoded in, if they are enough: a killed build loses one block."""


@dataclass(frozen=True, slots=True)
class BuildModel:
    """The encoder to build with, loaded only when there is something to encode."""

    encoder_fingerprint: str
    load_encoder: Callable[[], Encoder]
    head: LinearHead | None = None
    """Adapts the encoder to the lake."""
    is_final: bool = False
    """Whether the head, or that there is none, is decided; otherwise the head of the current generation is used."""

    @property
    def fingerprint(self) -> str:
        """Name the encoder, with its head."""
        return self.encoder_fingerprint if self.head is None else self.head.fingerprint

    def load(self) -> Encoder:
        """Load the encoder, with its head."""
        encoder = self.load_encoder()
        return encoder if self.head is None else HeadEncoder(encoder, self.head)

    def loading(self) -> BuildModel:
        """Return the model whose encoder is loaded in another thread from now on, while files are read."""
        coming: Future[Encoder] = Future()

        def load() -> None:
            try:
                coming.set_result(self.load_encoder())
            except BaseException as error:  # raised where the encoder is asked for
                coming.set_exception(error)

        # No daemon: a process that ends amid the import of a library may crash.
        threading.Thread(target=load, name="load-encoder").start()
        return replace(self, load_encoder=coming.result)

    def with_head(self, head: LinearHead) -> BuildModel:
        """Return the model with a head, which is final."""
        return replace(self, head=head, is_final=True)

    def for_index(self, index: Path) -> BuildModel:
        """Return the model with the head of the current generation, if that was fitted to this encoder."""
        head = None if self.is_final else current_head(index)
        return self if head is None or head.encoder != self.encoder_fingerprint else self.with_head(head)


def current_head(index: Path) -> LinearHead | None:
    """Return the head of the current generation; None where it has none, or can't be read."""
    try:
        path = open_current(index).folder / HEAD
        return LinearHead.open(path) if path.exists() else None
    except IndexUnusable:
        # Indexing again is what repairs a damaged index.
        return None


class PrivateTextEncoder:
    """Encodes texts that name values, which must not be written to the disk, as soon as they are known.

    A killed build is resumed from their vectors, as the texts are not kept.
    """

    def __init__(self, model: BuildModel, staging: Staging, previous: PreviousGeneration | None) -> None:
        self._model = model
        self._staging = staging
        self._previous = previous

    @cached_property
    def encoded(self) -> Hashes:
        """Hashes of the texts whose vectors are known, ascending."""
        known = [text_hashes for text_hashes, _ in self._staging.vectors()]
        known += [] if self._previous is None else [self._previous.directory.text_hashes]
        return np.unique(np.concatenate([np.zeros(0, np.uint64), *known]))

    @cached_property
    def _encoder(self) -> Encoder:
        return self._model.load()

    def encode(self, text_hashes: Hashes, texts: Sequence[str]) -> None:
        """Stage the vectors of those texts that have none yet."""
        distinct, first = np.unique(text_hashes, return_index=True)
        new = ~np.isin(distinct, self.encoded)
        if new.any():
            self._staging.add_vectors(distinct[new], self._encoder.encode([texts[place] for place in first[new]]))
            self.encoded = np.union1d(self.encoded, distinct)


class _KnownVectors:
    """The vectors of distinct texts, as far as they are known."""

    def __init__(self, text_hashes: Hashes) -> None:
        self.text_hashes = text_hashes
        self.is_known = np.zeros(len(text_hashes), bool)
        self.vectors: Vectors | None = None

    def add(self, text_hashes: Hashes, vectors: Vectors) -> None:
        """Add the vectors of some texts; those of texts that aren't wanted are ignored."""
        if self.vectors is None:
            self.vectors = np.zeros((len(self.text_hashes), vectors.shape[1]), np.float32)
        is_wanted = np.isin(text_hashes, self.text_hashes)
        places = np.searchsorted(self.text_hashes, text_hashes[is_wanted])
        self.vectors[places] = vectors[is_wanted]
        self.is_known[places] = True


def encode_columns(columns: Columns, model: BuildModel, staging: Staging, progress: Progress) -> Vectors:
    """Return the vectors of the columns that were read, (n, d).

    Texts that the generation before has, or that an interrupted build encoded, are not encoded again.
    """
    hashes, texts = columns.texts()
    distinct, first, places = np.unique(hashes, return_index=True, return_inverse=True)
    known = _KnownVectors(distinct)
    if columns.previous is not None:
        known.add(*columns.previous.vectors_of_texts(distinct))
    for block in staging.vectors():
        known.add(*block)
    missing = np.flatnonzero(~known.is_known)
    to_encode = [_required_text(texts[first[place]]) for place in missing]
    progress("encode", len(distinct) - len(missing), len(distinct))
    if len(missing) or known.vectors is None:
        encoder = model.load()
        known.add(distinct[:0], np.zeros((0, encoder.dimension), np.float32))
        for chosen in _blocks(to_encode):
            vectors = encoder.encode([to_encode[place] for place in chosen])
            staging.add_vectors(distinct[missing[chosen]], vectors)
            known.add(distinct[missing[chosen]], vectors)
            progress("encode", int(known.is_known.sum()), len(distinct))
    assert known.vectors is not None
    return known.vectors[places]


def encode_share(columns: Columns, model: BuildModel, staging: Staging, progress: Progress, of: int) -> None:
    """Stage the vectors of the columns of one of several shares.

    Where all of these have few texts, the build that merges them is left to encode them: loading the encoder takes each
    share longer.
    """
    hashes, _ = columns.texts()
    if len(np.unique(hashes)) * of > _FEW_TEXTS:
        encode_columns(columns, model, staging, progress)


def _required_text(text: str | None) -> str:
    assert text is not None, "a private text is encoded before its column is staged"
    return text


def _blocks(texts: Sequence[str]) -> Iterator[list[int]]:
    """Group the places of texts, the longest first, so that texts of one length are encoded together."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    size = min(max(len(texts) // _BLOCKS, _LEAST_TEXTS), _MOST_TEXTS)
    for start in range(0, len(order), size):
        yield order[start : start + size]
