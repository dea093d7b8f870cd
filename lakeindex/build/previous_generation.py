"""The generation before: what a build takes from it instead of reading and encoding it again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.directory import Directory
from lakeindex.store.generations import Generation, open_current
from lakeindex.store.manifest import Manifest
from lakeindex.errors import IndexUnusable
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.index.token_store import open_readings
from lakeindex.index.inverted_index import TermIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.index.vector_index import VectorIndex
from lakeindex.store.layout import ANCHORS, CATALOG, COPIES, READINGS, TERMS, VECTORS
from lakeindex.types.pairs import AnchorScores
from lakeindex.arrays.aliases import Hashes
from lakeindex.arrays.aliases import Integers
from lakeindex.types.column_tokens import Readings
from lakeindex.store.sandbox_check import require_tried
from lakeindex.types.columns import Family
from lakeindex.types.reports import FileOutcome
from lakeindex.types.reports import FileStatus


@dataclass(frozen=True, slots=True)
class Previous:
    """A generation that was made of the same lake with the same settings."""

    generation: Generation
    catalog: Catalog
    directory: Directory
    vector_index: VectorIndex
    files: Mapping[str, FileOutcome]

    @classmethod
    def open(cls, index: Path, planned: Manifest, memory: str) -> Previous | None:
        """Open the generation that answers; None where there is none, or none that the planned one can go on from."""
        try:
            generation = open_current(index)
            require_tried(index, generation)
            found = generation.manifest
            if (found.lake, found.settings, found.models) != (planned.lake, planned.settings, planned.models):
                return None
            catalog = Catalog.open(generation.folder / CATALOG, memory)
            files = {outcome.path: outcome for outcome in catalog.files()}
            directory = Directory.open(generation.folder)
            return cls(generation, catalog, directory, VectorIndex.open(generation.folder / VECTORS), files)
        except IndexUnusable:
            # A damaged index is what indexing again repairs.
            return None

    def close(self) -> None:
        """Let go of the catalog, and of the generation: it may be the one that the next publication removes."""
        self.catalog.close()
        if self.generation.hold is not None:
            self.generation.hold.release()

    @property
    def copies(self) -> Path:
        """The folder of Parquet copies."""
        return self.generation.folder / COPIES

    def keys_of(self, files: Collection[str]) -> Integers:
        """List the keys of the columns of all tables in some files."""
        tables = {table.id for name in files for table in self.files[name].tables}
        is_kept = np.array([table in tables for table in self.directory.table_ids], bool)
        return np.flatnonzero(is_kept[self.directory.tables])

    def terms(self, family: Family, keys: Integers) -> TermRows:
        """Return the terms of some columns."""
        return TermIndex.open(self.generation.folder / TERMS / family).rows(keys)

    def readings(self, keys: Integers) -> Readings:
        """Return the readings of some columns."""
        return open_readings(self.generation.folder / READINGS).take(keys)

    def anchors(self) -> AnchorScores | None:
        """Return what the cross-encoder said of anchor queries; None where it wasn't asked."""
        folder = self.generation.folder / ANCHORS
        return open_anchors(folder) if folder.exists() else None

    def vectors(self, keys: Integers) -> npt.NDArray[np.float32]:
        """Return the vectors of some columns, (n, d)."""
        return self.vector_index.vectors(keys)

    def vectors_of_texts(self, text_hashes: Hashes) -> tuple[Hashes, npt.NDArray[np.float32]]:
        """Return those of the texts that some column has, with their vectors."""
        known, keys = np.unique(self.directory.text_hashes, return_index=True)
        asked = np.isin(known, text_hashes)
        return known[asked], self.vectors(keys[asked])

    def says(self, outcomes: Sequence[FileOutcome], unchanged: Sequence[str]) -> bool:
        """Tell whether a build of these files would say nothing new: none could be read but the unchanged ones."""
        is_known = all(self._has(outcome) for outcome in outcomes)
        return is_known and len(self.files) == len(outcomes) + len(unchanged)

    def _has(self, outcome: FileOutcome) -> bool:
        known = self.files.get(outcome.path)
        return (
            known is not None
            and known.status is not FileStatus.INDEXED
            and (known.status, known.reason) == (outcome.status, outcome.reason)
        )
