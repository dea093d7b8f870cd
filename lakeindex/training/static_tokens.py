"""Distil the column encoder into one static vector per token, tuned on the same pairs as the encoder.

The model encodes each token alone; the vectors are rotated to their principal components and weighted by the rarity of
tokens (model2vec, Tulkens and van Dongen, 2024), then tuned so that columns that join lie near each other, also in
their first dimensions (Matryoshka, Kusupati et al., NeurIPS 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import embedding_bag

from lakeindex.arrays.aliases import Vectors
from lakeindex.config.model_options import ModelOptions
from lakeindex.encode.bert_model import BertModel
from lakeindex.encode.model_folder import adapters_of, model_folder
from lakeindex.models.static_embeddings import SCALES, TOKENS
from lakeindex.training.fit.contrastive import Log, TextBatch, contrastive_loss

_TOKENS_AT_ONCE = 2_048
_RARITY = 1e-3
_LEAST_SCALE = 1e-6
"""Float16 still distinguishes it from zero."""


@dataclass(frozen=True, slots=True)
class DistillingOptions:
    """Settings of distilling and tuning tokens."""

    dimensions: tuple[int, ...] = (32, 64, 128)
    """Prefix lengths that the loss is computed for; the last is the dimension of the vectors."""
    steps: int = 1_500
    learning_rate: float = 2e-3
    temperature: float = 0.05
    max_tokens: int = 32


def distil(model: ModelOptions, dimension: int) -> Vectors:
    """Encode every token alone, (tokens, dimension)."""
    folder = model_folder(model)
    bert = BertModel(folder, adapters_of(model), model, torch.float32)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    size, first, last = tokenizer.get_vocab_size(), tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    texts = [np.array([first, token, last], np.int32) for token in range(size)]
    rows = np.concatenate(
        [bert.vectors(texts[start : start + _TOKENS_AT_ONCE]) for start in range(0, size, _TOKENS_AT_ONCE)]
    )
    rows = rows - rows.mean(0)
    _, _, axes = np.linalg.svd(rows, full_matrices=False)
    # The vocabulary is ordered by frequency, so that Zipf's law estimates how rare each token is.
    frequencies = 1 / np.arange(2, size + 2)
    weights = _RARITY / (_RARITY + frequencies / frequencies.sum())
    return np.asarray(rows @ axes[:dimension].T * weights[:, None], np.float32)


def tune_tokens(tokens: Vectors, batches: Iterator[TextBatch], options: DistillingOptions, log: Log) -> Vectors:
    """Tune the tokens' vectors so that columns that join lie near each other, (tokens, dimension)."""
    tokenizer = Tokenizer.from_file(str(model_folder(ModelOptions()) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(options.max_tokens)
    weights = torch.from_numpy(tokens).requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=options.learning_rate)
    for step in range(options.steps):
        batch = next(batches)
        vectors = _means(tokenizer, weights, [*batch.left, *batch.right])
        losses = [contrastive_loss(vectors[:, :size], batch, options.temperature) for size in options.dimensions]
        loss = torch.stack(losses).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if step % 250 == 249:
            log(f"static, step {step + 1}: loss {loss.item():.3f}")
    tuned: Vectors = weights.detach().numpy()
    return tuned


def write_tokens(path: Path, tokens: Vectors) -> None:
    """Write vectors of tokens, quantised to one byte per number."""
    scales = np.maximum(np.abs(tokens).max(axis=1) / 127, _LEAST_SCALE).astype(np.float16)
    whole = np.rint(tokens / scales.astype(np.float32)[:, None])
    save_file({TOKENS: np.clip(whole, -127, 127).astype(np.int8), SCALES: scales}, path)


def _means(tokenizer: Tokenizer, weights: Tensor, texts: Sequence[str]) -> Tensor:
    readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    ids = [one.ids for one in tokenizer.encode_batch_fast(readable, add_special_tokens=False)]
    starts = torch.from_numpy(np.cumsum([0, *map(len, ids)])[:-1])
    joined = torch.tensor([token for one in ids for token in one], dtype=torch.long)
    return embedding_bag(joined, weights, starts, mode="mean")
