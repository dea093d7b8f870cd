"""BM25 words: bm25s on the words of a column's name and of 2,000 of its distinct values; a query is its own words.

Words as bm25s finds them, of two letters or digits or more: numbers of one digit, which join everything, are none.
"""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np

from lakeindex.types.names import words_of
from peers.lake_values import ColumnValues, LakeValues
from peers.peer import Keys, best, bytes_in

VALUES = 2000


class Bm25Words:
    reads_values = True
    settings: dict[str, object]

    def __init__(self) -> None:
        self._index = bm25s.BM25()
        self.settings = {"values": VALUES, "method": self._index.method, "k1": self._index.k1, "b": self._index.b}

    def build(self, lake: LakeValues, folder: Path) -> None:
        self._folder, self._tables, self._keys = folder, lake.tables, np.arange(len(lake.columns))
        texts = [describe(column) for column in lake.columns]
        tokens = bm25s.tokenize(texts, stopwords=None, show_progress=False)
        self._index.index(tokens, show_progress=False)
        self._words = [np.array(ids, np.int32) for ids in tokens.ids]
        self._index.save(folder / "bm25")
        np.savez(folder / "words.npz", words=np.concatenate(self._words), sizes=[len(ids) for ids in self._words])

    def search(self, key: int, k: int) -> Keys:
        scores = self._index.get_scores_from_ids(self._words[key])
        return best(self._keys, scores, key, self._tables, k)

    def size(self) -> int:
        return bytes_in(self._folder)


def describe(column: ColumnValues) -> str:
    return " ".join([words_of(column.id.name), *column.values[:VALUES].to_pylist()])
