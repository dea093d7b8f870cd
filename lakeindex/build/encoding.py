"""Turn the texts of columns into vectors, each text once in the life of an index."""

from __future__ import annotations

from lakeindex.arrays.aliases import Vectors
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.store.generations import open_current
from lakeindex.store.staging import Staging
from lakeindex.build.columns import Columns
from lakeindex.encode.linear_head import Head, TunedEncoder
from lakeindex.errors import IndexUnusable
from lakeindex.store.layout import HEAD
from lakeindex.arrays.aliases import Hashes
from lakeindex.build.previous_generation import Previous
from lakeindex.protocols import Encoder
from lakeindex.types.reports import Progress


_MOST_TEXTS = 2048
"""Texts that are encoded, at most, before their vectors are put aside."""
_LEAST_TEXTS = 8
_BLOCKS = 50
"""Where there are enough texts: a build that is killed loses one of so many."""


@dataclass(frozen=True, slots=True)
class Model:
    """The encoder to build with, loaded only when there is something to encode."""

    fingerprint: str
    load: Callable[[], Encoder]
    head: Head | None = None
    """What tunes it to the lake."""
    is_settled: bool = False
    """Whether it is to be taken as it is, whatever the generation before was tuned by."""

    def tuned_by(self, head: Head) -> Model:
        """Put a head behind it, for good."""
        return Model(head.fingerprint, lambda: TunedEncoder(self.load(), head), head, is_settled=True)

    def for_index(self, index: Path) -> Model:
        """Go on with what the generation that answers was tuned by, where that is of this encoder."""
        head = None if self.is_settled else head_of(index)
        return self if head is None or head.encoder != self.fingerprint else self.tuned_by(head)


def head_of(index: Path) -> Head | None:
    """Return what the generation that answers was tuned by; None where it wasn't, or can't be read any more."""
    try:
        path = open_current(index).folder / HEAD
        return Head.open(path) if path.exists() else None
    except IndexUnusable:
        # A damaged index is what indexing again repairs.
        return None


class PrivateTexts:
    """Encodes texts that name values, which must not reach the disk, as soon as they are known.

    A build that was killed goes on from their vectors: the texts are gone with it.
    """

    def __init__(self, model: Model, staging: Staging, previous: Previous | None) -> None:
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


class _Known:
    """The vectors of distinct texts, as far as they are known."""

    def __init__(self, text_hashes: Hashes) -> None:
        self.text_hashes = text_hashes
        self.is_known = np.zeros(len(text_hashes), bool)
        self.vectors: Vectors | None = None

    def take_in(self, text_hashes: Hashes, vectors: Vectors) -> None:
        """Learn the vectors of some texts; of others than are asked for, nothing."""
        if self.vectors is None:
            self.vectors = np.zeros((len(self.text_hashes), vectors.shape[1]), np.float32)
        is_asked = np.isin(text_hashes, self.text_hashes)
        places = np.searchsorted(self.text_hashes, text_hashes[is_asked])
        self.vectors[places] = vectors[is_asked]
        self.is_known[places] = True


def encode_columns(columns: Columns, model: Model, staging: Staging, progress: Progress) -> Vectors:
    """Return the vectors of the columns that were read, (n, d).

    Texts that a column of the generation before had, or that an interrupted build had encoded, are not encoded again.
    """
    hashes, texts = columns.texts()
    distinct, first, places = np.unique(hashes, return_index=True, return_inverse=True)
    known = _Known(distinct)
    if columns.previous is not None:
        known.take_in(*columns.previous.vectors_of_texts(distinct))
    for block in staging.vectors():
        known.take_in(*block)
    missing = np.flatnonzero(~known.is_known)
    spelled = [_spelled(texts[first[place]]) for place in missing]
    progress("encode", len(distinct) - len(missing), len(distinct))
    if len(missing) or known.vectors is None:
        encoder = model.load()
        known.take_in(distinct[:0], np.zeros((0, encoder.dimension), np.float32))
        for chosen in _blocks(spelled):
            vectors = encoder.encode([spelled[place] for place in chosen])
            staging.add_vectors(distinct[missing[chosen]], vectors)
            known.take_in(distinct[missing[chosen]], vectors)
            progress("encode", int(known.is_known.sum()), len(distinct))
    assert known.vectors is not None
    return known.vectors[places]


def _spelled(text: str | None) -> str:
    assert text is not None, "a private text is encoded before its column is staged"
    return text


def _blocks(texts: Sequence[str]) -> Iterator[list[int]]:
    """Group the places of texts, the longest first, so that texts of one length are encoded together."""
    order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
    size = min(max(len(texts) // _BLOCKS, _LEAST_TEXTS), _MOST_TEXTS)
    for start in range(0, len(order), size):
        yield order[start : start + size]
