"""Labelled lakes whose columns are profiled once, to be described, encoded and asked about in many ways."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from labelled_lakes import LabelledLakes

from lakeindex.config.index_settings import LIMITS, guards_of, read_options
from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import HASHING
from lakeindex.encode.record_texts import RECORD_FIELDS
from lakeindex.index.vector_index import VectorIndex
from lakeindex.lake import Lake
from lakeindex.profile.walk import walk
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId, LakeFile

K = 100
SYSTEMS = ("vectors", "engine")
FILES_AT_ONCE = 200

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ProfiledLake:
    """A labelled lake: indexed but for its vectors, with the profiles that texts are made of."""

    name: str
    queries: list[ColumnId]
    records: pa.Table
    """In the order of the index's keys."""
    searcher: Searcher

    @classmethod
    def prepare(cls, lakes: LabelledLakes, name: str, folder: Path) -> ProfiledLake:
        settings = Settings(model=HASHING)
        queries = lakes.prepare(folder / name, [name], False)
        searcher = Lake.index(folder / name, folder / f"{name}.index", settings).searcher
        files = [entry for entry in walk(folder / name, folder / f"{name}.index") if isinstance(entry, LakeFile)]
        records = profile(files, settings, folder / f"{name}.copies")
        assert records["name"].to_pylist() == searcher.directory.names.to_pylist(), "not in the order of the keys"
        return cls(name, queries, records, searcher)

    def answer(self, vectors: Vectors) -> dict[str, dict[ColumnId, list[ColumnId]]]:
        """Rank the columns for every query, by the vectors alone and by all signals."""
        index = VectorIndex.build(vectors, np.arange(len(vectors)))
        searcher = replace(self.searcher, vectors=index)
        answers: dict[str, dict[ColumnId, list[ColumnId]]] = {system: {} for system in SYSTEMS}
        for asked in self.queries:
            query = searcher.column(asked)
            nearest = index.search(query.vector[None, :], K + len(query.own_keys))[0][0]
            nearest = nearest[(nearest >= 0) & ~np.isin(nearest, query.own_keys)]
            answers["vectors"][asked] = [searcher.directory.id_of(key) for key in nearest.tolist()]
            found = searcher.search(query, K).matches(searcher.directory)
            answers["engine"][asked] = [match.column for match in found]
        return answers


def profile(files: Sequence[LakeFile], settings: Settings, copies: Path) -> pa.Table:
    """Return the records that texts are made of, by table and position."""
    copies.mkdir()
    shares = profile_in_workers(files, read_options(settings, copies), LIMITS, guards_of(settings))
    found = [share.records for share in shares if share.records is not None]
    records = pa.concat_tables(found).sort_by([("table_id", "ascending"), ("position", "ascending")])
    return records.select([*RECORD_FIELDS, "is_key"])


def sample(lake: Path, columns: int, seed: int) -> pa.Table:
    """Profile files of a lake, drawn by the seed, until they have this many columns."""
    files = [entry for entry in walk(lake, lake / ".lakeindex") if isinstance(entry, LakeFile)]
    random.Random(seed).shuffle(files)
    found: list[pa.Table] = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(files), FILES_AT_ONCE):
            found.append(profile(files[start : start + FILES_AT_ONCE], Settings(), Path(folder) / str(start)))
            if sum(map(len, found)) >= columns:
                break
    return pa.concat_tables(found)[:columns]
