"""Encode texts with a language model, as fast as this machine can."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from lakeindex.arrays.aliases import Vectors
from lakeindex.config.model_options import Device, ModelOptions
from lakeindex.encode.bert_model import BertModel
from lakeindex.encode.model_folder import (
    adapters_of,
    fingerprint_of,
    is_plain_bert,
    model_folder,
    require_known_content,
    require_plain_weights,
)
from lakeindex.encode.precision import dtype_of, require_device
from lakeindex.errors import InvalidSetting

Progress = Callable[[int, int], None]
"""Called with how many distinct texts are encoded, and how many there are."""


class TextModel(Protocol):
    """A loaded model."""

    max_tokens: int
    dimension: int
    batch_size: int
    """The summed size of the prepared texts of a batch, padding included."""
    runs_side_by_side: bool
    """Whether threads may encode batches at once."""

    def prepare(self, texts: Sequence[str]) -> Sequence[Sized]:
        """Turn texts into what `vectors` takes, each of the size of the work it makes."""
        ...

    def vectors(self, prepared: Sequence[Any]) -> Vectors:
        """Encode one batch to unit rows."""
        ...


class LanguageModelEncoder:
    """Encode texts with a sentence-transformers model."""

    def __init__(self, options: ModelOptions | None = None, progress: Progress | None = None) -> None:
        options = options or ModelOptions()
        if options.max_tokens < 3:
            raise InvalidSetting(f"a model reads at least 3 tokens, not {options.max_tokens}")
        require_device(options.device)
        self._options = options
        self._folder = model_folder(options)
        require_known_content(self._folder, options)
        self._model = load_model(self._folder, options)
        self._threads = _threads(self._model, options)
        self._progress = progress or (lambda done, total: None)

    @functools.cached_property
    def fingerprint(self) -> str:
        """Name the weights and the limit of tokens; neither the precision nor the path."""
        return fingerprint_of(self._folder, self._options)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._model.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode each text to a unit vector, (n, dimension); each distinct text is encoded once."""
        # Sorted, so that the batches, and with them the last bits, don't depend on the order of the texts.
        distinct = sorted(set(texts))
        prepared = self._model.prepare([_readable(text) for text in distinct])
        batches = list(_batches([len(one) for one in prepared], self._model.batch_size))
        vectors = np.empty((len(distinct), self.dimension), np.float32)
        work = ([prepared[place] for place in batch] for batch in batches)
        done = 0
        for batch, rows in zip(batches, self._run(work), strict=True):
            vectors[batch] = rows
            done += len(batch)
            self._progress(done, len(distinct))
        places = {text: place for place, text in enumerate(distinct)}
        return vectors[[places[text] for text in texts]] if distinct else vectors

    def _run(self, work: Iterable[Sequence[Any]]) -> Iterator[Vectors]:
        if not self._threads:
            yield from map(self._model.vectors, work)
            return
        # One batch a core needs no barrier between cores, which on a shared machine wait for one another.
        inner = torch.get_num_threads()
        pool = ThreadPoolExecutor(self._threads, initializer=torch.set_num_threads, initargs=(1,))
        try:
            yield from pool.map(self._model.vectors, work)
        finally:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(inner)


def load_model(folder: Path, options: ModelOptions) -> TextModel:
    """Load the model in the folder: as a `BertModel` where its architecture allows it, else as a `SentenceModel`."""
    dtype = dtype_of(options.precision, options.device)
    require_plain_weights(folder)
    adapters = adapters_of(options)
    if is_plain_bert(folder):
        return BertModel(folder, adapters, options, dtype)
    if adapters is not None:
        raise InvalidSetting(f"adapters are for a BERT encoder with mean pooling, which {folder} doesn't hold")
    if options.layers:
        raise InvalidSetting(f"layers can only be left out of a BERT encoder with mean pooling; {folder} holds none")
    from lakeindex.encode.sentence_model import SentenceModel

    return SentenceModel(folder, options.max_tokens, options.device, dtype)


def _threads(model: TextModel, options: ModelOptions) -> int:
    """Return how many batches to encode side by side; 0 where torch's own threads share one batch."""
    if not model.runs_side_by_side or options.device is not Device.CPU:
        return 0
    return options.threads or torch.get_num_threads()


def _readable(text: str) -> str:
    """Replace lone surrogates, which a file's name may hold and no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _batches(sizes: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Group places of about one size, the largest first, into batches of about equal work."""
    order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
    start = 0
    while start < len(order):
        count = max(1, batch_size // max(1, sizes[order[start]]))
        yield order[start : start + count]
        start += count
