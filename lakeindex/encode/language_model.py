"""Encode texts with a language model, as fast as this machine can."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from lakeindex.encode.model_folder import folder_identity, model_folder
from lakeindex.encode.model_options import ModelOptions
from lakeindex.encode.precision import dtype_of, require_device
from lakeindex.encode.text_model import SentenceModel
from lakeindex.errors import InvalidSetting

Progress = Callable[[int, int], None]
"""Told the distinct texts encoded so far and all there are."""

_BATCH_TOKENS = 2048


class LanguageModelEncoder:
    """Encode texts with a sentence-transformers model."""

    def __init__(self, options: ModelOptions | None = None, progress: Progress | None = None) -> None:
        options = options or ModelOptions()
        if options.max_tokens < 3:
            raise InvalidSetting(f"a model reads at least 3 tokens, not {options.max_tokens}")
        require_device(options.device)
        self._folder = model_folder(options)
        self._model = SentenceModel(
            self._folder, options.max_tokens, options.device, dtype_of(options.precision, options.device)
        )
        self._progress = progress

    @functools.cached_property
    def fingerprint(self) -> str:
        """Name the weights, the tokens read and the dimension; neither the precision nor the path."""
        return f"model-{folder_identity(self._folder)}-{self._model.max_tokens}-{self.dimension}"

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._model.dimension

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode each text to a unit vector, (n, dimension); each distinct text is read once."""
        places: dict[str, int] = {}
        rows = np.fromiter((places.setdefault(text, len(places)) for text in texts), np.int64, len(texts))
        distinct = list(places)
        vectors = np.empty((len(distinct), self.dimension), np.float32)
        done = 0
        for batch in _batches(distinct, self._model.sizes(distinct)):
            vectors[batch] = self._model.vectors([distinct[place] for place in batch])
            done += len(batch)
            if self._progress:
                self._progress(done, len(distinct))
        return vectors[rows]


def _batches(texts: Sequence[str], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Group texts of about one size, the longest first, into batches of about equal work.

    Ties go by the text, so the batches, and with them the last bits, don't depend on the order of the texts.
    """
    order = sorted(range(len(texts)), key=lambda place: (-sizes[place], texts[place]))
    start = 0
    while start < len(order):
        count = max(1, _BATCH_TOKENS // sizes[order[start]])
        yield order[start : start + count]
        start += count
