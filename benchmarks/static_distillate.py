"""A static distillate of the encoder: a vector a token, no attention (model2vec, Tulkens and van Dongen, 2024).

Each token is read alone by the model, the vectors are rotated to their principal components, weighted by how rare
tokens are, and tuned on the pairs that tune the encoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch.nn.functional import embedding_bag

from lakeindex.encode.bert_model import BertModel
from lakeindex.encode.model_folder import adapters_of, model_folder
from lakeindex.encode.model_options import ModelOptions
from lakeindex.learn.contrastive import TextBatch, contrastive_loss

Rows = npt.NDArray[np.float32]

DIMENSIONS = 256
_TOKENS_AT_ONCE = 2_048


class StaticEncoder:
    """Encode texts as the mean of their tokens' vectors."""

    def __init__(self, options: ModelOptions) -> None:
        self._tokenizer = Tokenizer.from_file(str(model_folder(options) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(options.max_tokens)
        self.tokens = torch.from_numpy(_distilled(options, self._tokenizer.get_vocab_size()))

    def encode(self, texts: Sequence[str]) -> Rows:
        """Encode each text to a unit vector, (n, DIMENSIONS)."""
        distinct = sorted(set(texts))
        with torch.inference_mode():
            pooled = torch.nn.functional.normalize(self._pooled(distinct), dim=1).numpy()
        places = {text: place for place, text in enumerate(distinct)}
        rows: Rows = pooled[[places[text] for text in texts]]
        return rows

    def tune(self, batches: Iterator[TextBatch], steps: int, learning_rate: float, temperature: float) -> None:
        """Tune the tokens' vectors by the contrastive loss."""
        self.tokens.requires_grad_()
        optimiser = torch.optim.Adam([self.tokens], lr=learning_rate)
        for _ in range(steps):
            batch = next(batches)
            loss = contrastive_loss(self._pooled([*batch.left, *batch.right]), batch, temperature)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        self.tokens = self.tokens.detach()

    def _pooled(self, texts: Sequence[str]) -> torch.Tensor:
        read = self._tokenizer.encode_batch_fast(
            [text.encode("utf-8", "replace").decode("utf-8") for text in texts], add_special_tokens=False
        )
        ids = [one.ids for one in read]
        starts = np.cumsum([0, *map(len, ids)])[:-1]
        joined = torch.tensor([token for one in ids for token in one], dtype=torch.long)
        return embedding_bag(joined, self.tokens, torch.from_numpy(starts), mode="mean")


def _distilled(options: ModelOptions, size: int) -> Rows:
    model = BertModel(model_folder(options), adapters_of(options), options, torch.float32)
    first, last = 101, 102  # [CLS] and [SEP] of BERT's vocabulary
    read = [np.array([first, token, last], np.int32) for token in range(size)]
    rows = np.concatenate(
        [model.vectors(read[start : start + _TOKENS_AT_ONCE]) for start in range(0, size, _TOKENS_AT_ONCE)]
    )
    rows = rows - rows.mean(0)
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    # The vocabulary is in the order of how frequent tokens are: Zipf's law tells rare ones from frequent ones.
    frequencies = 1 / np.arange(2, size + 2)
    weights = 1e-3 / (1e-3 + frequencies / frequencies.sum())
    distilled: Rows = (rows @ axes[:DIMENSIONS].T * weights[:, None]).astype(np.float32)
    return distilled
