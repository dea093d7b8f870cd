"""The cross-encoder: a transformer that scores two columns as one sequence, so that each token attends to both."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import linear, normalize, relu

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.config.model_options import BASE_MODEL, Device, ModelOptions, Precision
from lakeindex.encode.bert_model import BertModel
from lakeindex.encode.model_folder import folder_identity, hash_file, model_folder, require_known_content
from lakeindex.encode.pair_tokens import MOST_TOKENS, PairTokens, pair_tokens
from lakeindex.encode.precision import dtype_of, require_device
from lakeindex.errors import IndexDamaged
from lakeindex.types.columns import CrossInput

HEAD = "head."
"""What the names of the head's weights begin with, in the file of the adapters."""

_HEAD_WEIGHTS = ("hidden.weight", "hidden.bias", "out.weight", "out.bias")
_LAID_OUT_AT_ONCE = 4_096


class CrossEncoder:
    """The base model with adapters, and a head over the mean states of both columns.

    Raises IndexDamaged where there are no such adapters, LakeIndexError where they are of another model.
    """

    def __init__(
        self,
        adapters: Path,
        device: Device = Device.CPU,
        threads: int = 0,
        precision: Precision = Precision.AUTO,
    ) -> None:
        require_device(device)
        self._head = {name: one.to(device.value) for name, one in _head_weights(adapters).items()}
        options = ModelOptions(model=BASE_MODEL, max_tokens=MOST_TOKENS, device=device)
        folder = model_folder(options)
        require_known_content(folder, options)
        self._model = BertModel(folder, adapters, options, dtype_of(precision, device))
        self._device = device
        self._threads = (threads or torch.get_num_threads()) if device is Device.CPU else 1
        self._batch = 16 if device is Device.CPU else 1_024
        self._fingerprint = f"cross-{folder_identity(folder)}-{hash_file(adapters).hex()[:16]}-{MOST_TOKENS}"

    @property
    def fingerprint(self) -> str:
        """Name the model, its adapters, its head and the number of tokens; not the precision."""
        return self._fingerprint

    def scores(self, queries: CrossInput, columns: CrossInput, left: Integers, right: Integers) -> Floats:
        """Score each pair of places, (p,): the log-odds of a join, but for a constant."""
        starts = range(0, len(left), _LAID_OUT_AT_ONCE)
        parts = (slice(start, start + _LAID_OUT_AT_ONCE) for start in starts)
        scores = [self._score_all(pair_tokens(queries, columns, left[part], right[part])) for part in parts]
        return np.concatenate([np.zeros(0), *scores])

    def _score_all(self, pairs: PairTokens) -> Floats:
        # Pairs of one length share a batch, the longest first.
        order = np.argsort(-pairs.is_token.sum(axis=1), kind="stable")
        size = min(self._batch, -(-len(order) // self._threads)) or 1
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        scores = np.empty(len(order))
        for batch, some in zip(batches, self._score_batches([pairs.take(batch) for batch in batches]), strict=True):
            scores[batch] = some
        return scores

    def _score_batches(self, batches: Sequence[PairTokens]) -> list[npt.NDArray[np.float32]]:
        # One batch a core needs no barrier between cores, which on a shared machine wait for one another.
        inner = torch.get_num_threads()
        try:
            with ThreadPoolExecutor(self._threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                return list(pool.map(self._score_batch, batches))
        finally:
            torch.set_num_threads(inner)

    def _score_batch(self, pairs: PairTokens) -> npt.NDArray[np.float32]:
        ids, is_second, mask = (
            torch.from_numpy(one).to(self._device.value) for one in (pairs.ids, pairs.is_candidate, pairs.is_token)
        )
        with torch.inference_mode():
            states = self._model.states(ids, None if pairs.is_token.all() else mask, is_second)
            scores: npt.NDArray[np.float32] = head_scores(states, is_second, mask, self._head).cpu().numpy()
        return scores


def head_scores(states: Tensor, is_second: Tensor, mask: Tensor, weights: dict[str, Tensor]) -> Tensor:
    """Return the score of each pair, (pairs,), from the states of its tokens, (pairs, tokens, d)."""
    query, candidate = _mean(states, mask & ~is_second), _mean(states, mask & is_second)
    features = torch.cat([query, candidate, query * candidate, (query - candidate).abs()], dim=1)
    hidden = relu(linear(features, weights["hidden.weight"], weights["hidden.bias"]))
    return linear(hidden, weights["out.weight"], weights["out.bias"])[:, 0]


def _mean(states: Tensor, chosen: Tensor) -> Tensor:
    weights = chosen[:, :, None].float()
    mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1)
    return normalize(mean, dim=1)


def _head_weights(adapters: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights = load_file(adapters)
        return {name: weights[HEAD + name].float() for name in _HEAD_WEIGHTS}
    except (OSError, SafetensorError, KeyError) as error:
        raise IndexDamaged(f"{adapters} holds no cross-encoder ({error}); install lakeindex again") from error
