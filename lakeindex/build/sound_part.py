"""What a damaged generation still gives to the next one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lakeindex.build.previous_generation import PreviousGeneration, is_continued
from lakeindex.catalog.directory import Directory
from lakeindex.errors import IndexUnusable
from lakeindex.index.vector_index import VectorIndex
from lakeindex.store.generations import Generation
from lakeindex.store.layout import ANCHORS, COLUMNS, COPIES, LAKE_CALIBRATION, ROWS, STAGING, TABLES, TERMS, VECTORS
from lakeindex.store.manifest import Manifest
from lakeindex.store.staging import Staging
from lakeindex.types.columns import Family

_OF_NAMES = tuple(f"{TERMS}/{family}/" for family in (Family.NAMES, Family.CONTEXT, Family.REFERENCES))
_DERIVED = (f"{ANCHORS}/", f"{TERMS}/{Family.KEYS}/", *_OF_NAMES, LAKE_CALIBRATION)
"""Artifacts that derive from others: from the names of columns, their tokens, or the terms of their values."""
_OF_SOME_FILES = (f"{COPIES}/", ROWS)
"""Artifacts that take the files they were made of, and no others."""


@dataclass(frozen=True, slots=True)
class SoundPart:
    """The artifacts of a generation that are whole."""

    generation: Generation
    damaged: frozenset[str]
    is_trusted: bool
    """Whether this user built the generation here, or has checked it: nothing is taken over of another one."""

    @property
    def is_enough(self) -> bool:
        """Whether all that is damaged derives from the rest, so that the lake isn't needed."""
        return self.is_trusted and all(name.startswith(_DERIVED) for name in self.damaged)

    def open(self, index: Path, planned: Manifest, memory: str) -> PreviousGeneration | None:
        """Open what the next build takes over, as `PreviousGeneration.open` does of a whole generation.

        Where profiles have to be made again, it is the vectors of texts alone, which go to the staging.
        """
        if not self.is_trusted or not is_continued(self.generation.manifest, planned):
            return None
        with suppress(IndexUnusable):
            if all(name.startswith((*_DERIVED, *_OF_SOME_FILES)) for name in self.damaged):
                return PreviousGeneration.of(self.generation, memory, self.damaged)
            if self.damaged.isdisjoint({VECTORS, COLUMNS, TABLES}):
                self._stage_vectors(Staging(index / STAGING))
        return None

    def _stage_vectors(self, staging: Staging) -> None:
        folder = self.generation.folder
        text_hashes, first = np.unique(Directory.open(folder).text_hashes, return_index=True)
        staging.add_vectors(text_hashes, VectorIndex.open(folder / VECTORS).vectors(first))
