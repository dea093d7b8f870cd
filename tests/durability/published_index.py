"""An index with every kind of file that a generation can have, and what a stranger does to publish a changed one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex import Lake, Settings
from lakeindex.index.vector_index import VectorIndex
from lakeindex.store.checksums import checksum, files_of
from lakeindex.store.current_pointer import CURRENT, Pointer, point_at, read_pointer
from lakeindex.store.generations import folder_of
from lakeindex.store.layout import VECTORS
from lakeindex.store.manifest import MANIFEST, Artifact, Manifest, read_manifest, write_manifest
from tests.small_lake import write_lake

SETTINGS = Settings(model="hashing", jobs=1, memory="500MB")


def build(root: Path, settings: Settings = SETTINGS) -> Path:
    """Index the small lake with a ragged file, whose rows get a Parquet copy; return the index's folder."""
    lake = write_lake(root / "lake")
    (lake / "ragged.csv").write_text('name,share\n"one \\"quoted\\"",1\ntwo,2,3\nthree\n', "utf-8")
    small = pa.table({"day": [date(2024, 1, 1)], "share": [Decimal("1.25")], "n": pa.array([7], pa.int16())})
    pq.write_table(small, lake / "types.parquet")
    Lake.index(lake, root / "index", settings)
    return root / "index"


def generation_of(index: Path) -> Path:
    """Return the folder of the generation that answers."""
    pointer = read_pointer(index)
    assert pointer is not None
    return folder_of(index, pointer.number)


def files(index: Path) -> list[str]:
    """Name every published file below the index's folder, by its path in there."""
    folder = generation_of(index)
    inside = [path.relative_to(index).as_posix() for path in (folder / name for name in [MANIFEST, *files_of(folder)])]
    return sorted([CURRENT, *inside])


def manifest_of(index: Path) -> Manifest:
    """Read the manifest of the generation that answers."""
    path = generation_of(index) / MANIFEST
    return read_manifest(path.read_bytes(), path, index)


def republish(index: Path, manifest: Manifest | None = None) -> None:
    """Give the generation that answers, as it lies there, a manifest that fits, and CURRENT that manifest."""
    folder = generation_of(index)
    manifest = manifest or manifest_of(index)
    artifacts = {
        name: Artifact((folder / name).stat().st_size, checksum(folder / name)) for name in sorted(files_of(folder))
    }
    complete = replace(manifest, artifacts=artifacts)
    (folder / MANIFEST).write_bytes(write_manifest(complete))
    point_at(index, Pointer(int(folder.name), complete.checksum))


def republish_json(index: Path, content: str) -> None:
    """Publish a manifest of any content, with the checksum that the product would give it."""
    fields = json.loads(content)
    digest = blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()
    written = json.dumps(fields | {"checksum": digest}, indent=1, sort_keys=True)
    folder = generation_of(index)
    (folder / MANIFEST).write_text(written, "ascii")
    point_at(index, Pointer(int(folder.name), digest))


def use_lists(index: Path) -> None:
    """Replace the exact vector index by the kind that large lakes get."""
    path = generation_of(index) / VECTORS
    exact = VectorIndex.open(path)
    keys = np.arange(len(exact))
    VectorIndex.build(exact.vectors(keys), keys, exact_up_to=0).save(path)
    republish(index)


@contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    """Give a file another content for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)
