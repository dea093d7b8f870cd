"""Labelled lakes whose columns are profiled once, to be described and encoded in many ways, and queried with each.

The answers are those of `Lake.query_many` with its defaults (*engine*) and with `sources=("vectors",)` (*vectors*), on
an index that has the vectors in question (`changed_index.py`).
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from changed_index import with_vectors
from labelled_lakes import LabelledLakes
from query_lake import Answers, query_lake

from lakeindex.arrays.aliases import Vectors
from lakeindex.config.index_settings import LIMITS, read_limits_of, read_options
from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import HASHING
from lakeindex.encode.record_texts import RECORD_FIELDS
from lakeindex.evaluate.run import columns_of
from lakeindex.lake import Lake
from lakeindex.profile.walk import walk
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.types.lake import ColumnId, LakeFile

SYSTEMS = ("vectors", "engine")
SETTINGS = Settings(model=HASHING)
"""Of an index whose vectors are replaced: these cost next to nothing."""
FILES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ProfiledLake:
    """A labelled lake: indexed but for its vectors, with the profiles that texts are made of."""

    name: str
    queries: list[ColumnId]
    records: pa.Table
    """In the order of the index's keys."""
    index: Path

    @classmethod
    def prepare(cls, lakes: LabelledLakes, name: str, folder: Path) -> ProfiledLake:
        root, index = folder / name, folder / f"{name}.index"
        queries = lakes.prepare(root, [name], False)
        lake = Lake.index(root, index, SETTINGS)
        files = [entry for entry in walk(root, index) if isinstance(entry, LakeFile)]
        records = profile(files, SETTINGS, folder / f"{name}.copies")
        names = [column.name for column in columns_of(lake)]
        assert records["name"].to_pylist() == names, "not in the order of the keys"
        return cls(name, queries, records, index)

    def answer(self, vectors: Vectors) -> dict[str, Answers]:
        """Answer every query by the vectors alone and by all signals, once the index has these vectors."""
        lake = with_vectors(self.index, vectors, SETTINGS)
        return {
            "vectors": query_lake(lake, self.queries, sources=("vectors",)),
            "engine": query_lake(lake, self.queries),
        }

    def opened(self) -> Lake:
        return Lake.open(self.index, SETTINGS)


def profile(files: Sequence[LakeFile], settings: Settings, copies: Path) -> pa.Table:
    """Return the records that texts are made of, by table and position."""
    copies.mkdir()
    shares = profile_in_workers(files, read_options(settings, copies), LIMITS, read_limits_of(settings))
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
