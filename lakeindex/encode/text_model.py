"""Run any sentence-transformers model on a batch of texts."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from lakeindex.encode.model_options import Device
from lakeindex.errors import LakeIndexError

_CHARACTERS_PER_TOKEN = 4


class SentenceModel:
    """A model as sentence-transformers loads and runs it: any architecture."""

    def __init__(self, folder: Path, max_tokens: int, device: Device, dtype: torch.dtype) -> None:
        with _quiet():
            from sentence_transformers import SentenceTransformer

            try:
                model = SentenceTransformer(str(folder), device=device.value, local_files_only=True)
            except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
                raise LakeIndexError(
                    f"the folder {folder} holds no model that sentence-transformers can load: {error}"
                ) from error
        known = model.max_seq_length
        if isinstance(known, int):
            model.max_seq_length = max_tokens = min(known, max_tokens)
        self.max_tokens = max_tokens
        self._model = model.eval().to(dtype)
        self.dimension = int(self.vectors(["dimension"]).shape[1])

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Estimate the tokens of each text."""
        return [min(len(text) // _CHARACTERS_PER_TOKEN + 2, self.max_tokens) for text in texts]

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode one batch to unit rows."""
        with _quiet():
            rows = self._model.encode(
                list(texts), batch_size=len(texts), show_progress_bar=False, normalize_embeddings=True
            )
        return np.asarray(rows, np.float32)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress bars and advice of the libraries below out of the user's terminal."""
    from transformers.utils import logging as transformers_logging

    had_bars, level = transformers_logging.is_progress_bar_enabled(), transformers_logging.get_verbosity()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(level)
        if had_bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
