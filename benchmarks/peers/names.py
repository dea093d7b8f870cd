"""names: rapidfuzz's ratio of the columns' names, in lower case. It reads the headers and no value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from peers.lake_values import LakeValues
from peers.peer import Keys, best


class Names:
    reads_values = False
    settings: dict[str, object]

    def __init__(self) -> None:
        self.settings = {}

    def build(self, lake: LakeValues, folder: Path) -> None:
        self._names = [column.id.name.lower() for column in lake.columns]
        self._tables, self._keys = lake.tables, np.arange(len(lake.columns))

    def search(self, key: int, k: int) -> Keys:
        ratios = process.cdist([self._names[key]], self._names, scorer=fuzz.ratio, dtype=np.float32)[0]
        return best(self._keys, ratios, key, self._tables, k)

    def size(self) -> int:
        return sum(len(name.encode("utf-8", "replace")) for name in self._names)
