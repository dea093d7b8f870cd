"""Run a BERT sentence encoder straight from its folder, without sentence-transformers.

Importing that library takes longer than a search does, and it computes with more overhead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import embedding, layer_norm, linear, normalize, scaled_dot_product_attention

from lakeindex.arrays.aliases import TokenIds
from lakeindex.config.model_options import Device, ModelOptions
from lakeindex.encode.adapters import merge
from lakeindex.encode.model_folder import effective_tokens, read_json
from lakeindex.errors import InvalidSetting

_TOKENISED_AT_ONCE = 1024

Pair = tuple[Tensor, Tensor]
"""A weight and its bias."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """One transformer block."""

    attention: Pair
    """The projections to queries, keys and values, as one matrix."""
    attended: Pair
    attended_norm: Pair
    widened: Pair
    narrowed: Pair
    narrowed_norm: Pair


class BertModel:
    """A BERT encoder that pools the mean of its tokens to a unit vector."""

    runs_side_by_side = True

    def __init__(self, folder: Path, adapters: Path | None, options: ModelOptions, dtype: torch.dtype) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        configuration = read_json(folder / "config.json")
        self.max_tokens = effective_tokens(folder, options.max_tokens)
        self.dimension = int(configuration["hidden_size"])
        # Larger batches don't speed up a core and fill its cache; a GPU needs work for all its cores.
        self.batch_size = 512 if options.device is Device.CPU else 65_536
        self._heads = int(configuration["num_attention_heads"])
        self._epsilon = float(configuration["layer_norm_eps"])
        self._device = torch.device(options.device.value)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        weights = {
            name.removeprefix("bert."): tensor.to(self._device, torch.float32)
            for name, tensor in load_file(folder / "model.safetensors").items()
        }
        if adapters is not None:
            merge(weights, adapters)
        self._word_embeddings = weights["embeddings.word_embeddings.weight"]
        positions = weights["embeddings.position_embeddings.weight"][: self.max_tokens]
        types = weights["embeddings.token_type_embeddings.weight"]
        self._positions = positions + types[0]
        self._second_type = types[1] - types[0]
        self._norm = _pair(weights, "embeddings.LayerNorm")
        layers = int(configuration["num_hidden_layers"])
        if not 0 <= options.layers <= layers:
            raise InvalidSetting(f"the model in {folder} has {layers} layers, so {options.layers} can't be run")
        self._layers = [_layer(weights, number, dtype) for number in range(options.layers or layers)]

    def prepare(self, texts: Sequence[str]) -> list[TokenIds]:
        """Split texts into tokens."""
        return [
            np.array(encoding.ids, np.int32)
            for start in range(0, len(texts), _TOKENISED_AT_ONCE)
            for encoding in self._tokenizer.encode_batch_fast(list(texts[start : start + _TOKENISED_AT_ONCE]))
        ]

    def vectors(self, prepared: Sequence[TokenIds]) -> npt.NDArray[np.float32]:
        """Encode one batch to unit rows."""
        lengths = np.array([len(ids) for ids in prepared])
        is_token = np.arange(lengths.max()) < lengths[:, None]
        padded = np.zeros(is_token.shape, np.int32)
        padded[is_token] = np.concatenate(prepared)
        # Most batches are of one length, as most columns reach the limit of tokens; they need no mask.
        mask = None if is_token.all() else torch.from_numpy(is_token).to(self._device)
        with torch.inference_mode():
            pooled = self._pooled(torch.from_numpy(padded).to(self._device), mask)
            rows: npt.NDArray[np.float32] = normalize(pooled, dim=1).cpu().numpy()
        return rows

    def states(self, ids: Tensor, mask: Tensor | None, is_second: Tensor | None = None) -> Tensor:
        """Return the states of the last layer, (texts, tokens, d); `is_second` marks the tokens of second texts."""
        states = embedding(ids, self._word_embeddings) + self._positions[: ids.shape[1]]
        if is_second is not None:
            states = states + is_second[:, :, None] * self._second_type
        states = layer_norm(states, self._norm[0].shape, *self._norm, self._epsilon)
        for layer in self._layers:
            states = self._block(states, layer, None if mask is None else mask[:, None, None, :])
        return states

    def _pooled(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        states = self.states(ids, mask)
        if mask is None:
            return states.mean(1)
        weights = mask[:, :, None].float()
        return (states * weights).sum(1) / weights.sum(1)

    def _block(self, states: Tensor, layer: _Layer, mask: Tensor | None) -> Tensor:
        # Only matrix products use the layer's precision: rounding the sums would swap near neighbours.
        texts, tokens, width = states.shape
        dtype = layer.attention[0].dtype
        parts = linear(states.to(dtype), *layer.attention).view(texts, tokens, 3, self._heads, width // self._heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        attended = linear(mixed.transpose(1, 2).reshape(texts, tokens, width), *layer.attended)
        states = layer_norm(states + attended, (width,), *layer.attended_norm, self._epsilon)
        widened = torch.ops.aten.gelu_(linear(states.to(dtype), *layer.widened))
        narrowed = linear(widened, *layer.narrowed)
        return layer_norm(states + narrowed, (width,), *layer.narrowed_norm, self._epsilon)


def _layer(weights: dict[str, Tensor], number: int, dtype: torch.dtype) -> _Layer:
    block = f"encoder.layer.{number}"
    heads = [_pair(weights, f"{block}.attention.self.{part}", dtype) for part in ("query", "key", "value")]
    return _Layer(
        attention=(torch.cat([weight for weight, _ in heads]), torch.cat([bias for _, bias in heads])),
        attended=_pair(weights, f"{block}.attention.output.dense", dtype),
        attended_norm=_pair(weights, f"{block}.attention.output.LayerNorm"),
        widened=_pair(weights, f"{block}.intermediate.dense", dtype),
        narrowed=_pair(weights, f"{block}.output.dense", dtype),
        narrowed_norm=_pair(weights, f"{block}.output.LayerNorm"),
    )


def _pair(weights: dict[str, Tensor], name: str, dtype: torch.dtype = torch.float32) -> Pair:
    return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)
