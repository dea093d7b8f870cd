"""Run a model of any architecture through sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from lakeindex.config.model_options import Device
from lakeindex.encode.model_folder import effective_tokens
from lakeindex.encode.quiet_transformers import quiet_transformers
from lakeindex.errors import LakeIndexError

_CHARACTERS_PER_TOKEN = 4


class SentenceModel:
    """A model of any architecture, loaded and run by sentence-transformers."""

    runs_side_by_side = False
    """Its tokenizer changes while it works; torch's own threads share a batch instead."""

    def __init__(self, folder: Path, max_tokens: int, device: Device, dtype: torch.dtype) -> None:
        with quiet_transformers():
            from sentence_transformers import SentenceTransformer

            try:
                model = SentenceTransformer(
                    str(folder),
                    device=device.value,
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
                raise LakeIndexError(
                    f"the folder {folder} holds no model that sentence-transformers can load: {error}"
                ) from error
        self.max_tokens = effective_tokens(folder, max_tokens)
        if isinstance(model.max_seq_length, int):
            model.max_seq_length = self.max_tokens
        # The size of a prepared text is its characters, so the limit of tokens is turned into characters.
        self.batch_size = _CHARACTERS_PER_TOKEN * (2048 if device is Device.CPU else 65_536)
        self._model = model.eval().to(dtype)
        self.dimension = int(self.vectors(["dimension"]).shape[1])

    def prepare(self, texts: Sequence[str]) -> Sequence[str]:
        """Return the texts as they are: the size of each is its number of characters."""
        return texts

    def vectors(self, prepared: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode one batch to unit rows."""
        rows = self._model.encode(
            list(prepared), batch_size=len(prepared), show_progress_bar=False, normalize_embeddings=True
        )
        return np.asarray(rows, np.float32)
