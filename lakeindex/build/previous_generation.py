"""The generation before a build, from which the columns of unchanged files are taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.catalog.catalog import CarriedOver, Catalog
from lakeindex.catalog.directory import Directory
from lakeindex.config.index_settings import SCAN
from lakeindex.errors import IndexUnusable
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.index.vector_index import VectorIndex
from lakeindex.rerank.anchor_store import open_anchors
from lakeindex.store.generations import Generation, open_current
from lakeindex.store.layout import ANCHORS, CATALOG, COLUMN_TOKENS, COPIES, TERMS, VECTORS
from lakeindex.store.manifest import Manifest
from lakeindex.store.sandbox_check import require_sandbox_checked
from lakeindex.types.column_tokens import ColumnTokens, open_tokens
from lakeindex.types.columns import Family
from lakeindex.types.lake import TableId
from lakeindex.types.pairs import AnchorScores
from lakeindex.types.reports import FileOutcome, FileStatus


@dataclass(frozen=True, slots=True)
class PreviousGeneration:
    """The current generation, where it is of the same lake and settings as the build."""

    generation: Generation
    catalog: Catalog
    directory: Directory
    vector_index: VectorIndex
    files: Mapping[str, FileOutcome]
    left_out: Collection[TableId] = ()
    """Tables that are not taken over; `files` don't have them either."""
    damaged: Collection[str] = ()
    """Artifacts that are not read, and for which the next generation is published even where the lake is the same."""

    @classmethod
    def open(cls, index: Path, planned: Manifest, memory: str) -> PreviousGeneration | None:
        """Open the current generation; None where there is none, or it has other settings than the planned one."""
        try:
            generation = open_current(index)
            require_sandbox_checked(index, generation)
            return cls.of(generation, memory) if is_continued(generation.manifest, planned) else None
        except IndexUnusable:
            # Indexing again is what repairs a damaged index.
            return None

    @classmethod
    def of(cls, generation: Generation, memory: str, damaged: Collection[str] = ()) -> PreviousGeneration:
        """Open a generation; files whose tables have a damaged copy are left out, as if they were new."""
        catalog = Catalog.open(generation.folder / CATALOG, memory)
        outcomes = [
            one for one in catalog.files() if not {f"{COPIES}/{table.copy}" for table in one.tables} & set(damaged)
        ]
        files = {outcome.path: outcome for outcome in outcomes}
        directory = Directory.open(generation.folder)
        vectors = VectorIndex.open(generation.folder / VECTORS)
        return cls(generation, catalog, directory, vectors, files, damaged=damaged)

    def close(self) -> None:
        """Close the catalog, and unlock the generation: it may be the one that the next publication removes."""
        self.catalog.close()
        if self.generation.read_lock is not None:
            self.generation.read_lock.release()

    @property
    def copies(self) -> Path:
        """The folder of Parquet copies."""
        return self.generation.folder / COPIES

    def carried_over(self, files: Sequence[str]) -> CarriedOver:
        """Return the rows of some files in the catalog."""
        return CarriedOver(self.generation.folder / CATALOG, files, sorted(self.left_out))

    def keys_of(self, files: Collection[str]) -> Integers:
        """Return the keys of the columns of all tables in some files."""
        tables = {table.id for name in files for table in self.files[name].tables}
        is_wanted = np.array([table in tables for table in self.directory.table_ids], bool)
        return np.flatnonzero(is_wanted[self.directory.tables])

    def terms(self, family: Family, keys: Integers) -> TermRows:
        """Return the terms of some columns."""
        return InvertedIndex.open(self.generation.folder / TERMS / family).rows(keys)

    def column_tokens(self, keys: Integers) -> ColumnTokens:
        """Return the tokens of some columns."""
        return open_tokens(self.generation.folder / COLUMN_TOKENS).take(keys)

    def anchor_scores(self) -> AnchorScores | None:
        """Return the scores of the anchor queries; None where there are none, or they are damaged."""
        folder = self.generation.folder / ANCHORS
        is_damaged = any(name.startswith(f"{ANCHORS}/") for name in self.damaged)
        return open_anchors(folder) if folder.exists() and not is_damaged else None

    def vectors(self, keys: Integers) -> npt.NDArray[np.float32]:
        """Return the vectors of some columns, (n, d)."""
        return self.vector_index.vectors(keys)

    def vectors_of_texts(self, text_hashes: Hashes) -> tuple[Hashes, npt.NDArray[np.float32]]:
        """Return those of the texts that some column has, and their vectors."""
        known, keys = np.unique(self.directory.text_hashes, return_index=True)
        is_wanted = np.isin(known, text_hashes)
        return known[is_wanted], self.vectors(keys[is_wanted])

    def is_up_to_date(self, outcomes: Sequence[FileOutcome], unchanged: Sequence[str]) -> bool:
        """Return whether a build would change nothing: no file is new, gone, or was read again with success."""
        has_all = all(self._has(outcome) for outcome in outcomes)
        return has_all and not self.damaged and len(self.files) == len(outcomes) + len(unchanged)

    def _has(self, outcome: FileOutcome) -> bool:
        known = self.files.get(outcome.path)
        return (
            known is not None
            and known.status is not FileStatus.INDEXED
            and (known.status, known.reason) == (outcome.status, outcome.reason)
        )


def is_continued(built: Manifest, planned: Manifest) -> bool:
    """Whether a generation is of the lake, settings and models of a planned one, which can take over of it.

    Which tables are read as before, `Changes` tells.
    """
    settings = [{name: value for name, value in one.settings.items() if name != SCAN} for one in (built, planned)]
    return settings[0] == settings[1] and (built.lake, built.models) == (planned.lake, planned.models)
