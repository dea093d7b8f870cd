"""Staging: files of what a build has read and encoded so far, from which a killed build is resumed.

INDEX/staging/made_for.json             the lake and the settings of the build
INDEX/staging/shares/HASH.arrow         a work unit: the columns of some files, and the outcome of each file
INDEX/staging/vectors/HASH.arrow        vectors under the hashes of their texts
INDEX/staging/copies/...                copies of tables that DuckDB can't read from the lake, scans of tables' pieces
INDEX/staging/pieces/...                scans of pieces of the tables that are being read

A file's name is the hash of its content, so that one cut short by a power failure is recognised.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Hashes, Vectors
from lakeindex.store.checksums import checksum

if TYPE_CHECKING:
    import pyarrow.dataset as ds

_MADE_FOR = "made_for.json"
_OUTCOMES = b"outcomes"
_COPIES = b"copies"


@dataclass(frozen=True, slots=True)
class StagedUnit:
    """A work unit that was read: the outcome of each of its files, by name, and the records of their columns."""

    path: Path
    """The file with the records."""
    outcomes: Mapping[str, Any]
    """As read from JSON."""
    copies: tuple[str, ...]
    """Names of the copies of their tables."""

    def text_hashes(self) -> Hashes:
        """Return the hashes of the columns' texts."""
        with pa.OSFile(str(self.path), "rb") as file:
            return pa.ipc.open_file(file).read_all()["text_hash"].to_numpy()


class Staging:
    """The folder in which a build keeps its work until it is published."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.copies = folder / "copies"
        self.pieces = folder / "pieces"
        self._units = folder / "shares"
        self._vectors = folder / "vectors"

    def open(self, made_for: Sequence[object]) -> None:
        """Resume what an earlier build for the same lake and settings left, or start anew."""
        wanted = json.dumps(made_for, sort_keys=True)
        is_resumed = self.is_for(made_for)
        if not is_resumed:
            self.drop()
        for one in (self.copies, self.pieces, self._units, self._vectors):
            one.mkdir(parents=True, exist_ok=True)
        if not is_resumed:  # written last: a kill before leaves no staging to resume
            (self.folder / _MADE_FOR).write_text(wanted, "utf-8")

    def is_for(self, made_for: Sequence[object]) -> bool:
        """Return whether it was made for this."""
        path = self.folder / _MADE_FOR
        return path.is_file() and path.read_text("utf-8", "replace") == json.dumps(made_for, sort_keys=True)

    def made_for(self) -> Any:
        """Return what it was made for, as read from JSON; None where it isn't there, or isn't whole."""
        try:
            return json.loads((self.folder / _MADE_FOR).read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def drop(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_unit(self, outcomes: Mapping[str, Any], records: pa.Table, copies: Sequence[str]) -> None:
        """Stage the outcomes of some files with the records of their columns; `copies` of their tables are there."""
        checksums = {name: checksum(self.copies / name) for name in copies}
        metadata = {_OUTCOMES: json.dumps(outcomes).encode(), _COPIES: json.dumps(checksums).encode()}
        _write(records.replace_schema_metadata(metadata), self._units)

    def units(self) -> Iterator[StagedUnit]:
        """Yield the staged units; those that are not whole, or lack a copy, are removed."""
        for path in _whole(self._units):
            with pa.OSFile(str(path), "rb") as file:
                metadata = pa.ipc.open_file(file).schema.metadata or {}
            copies = json.loads(metadata.get(_COPIES, b"{}"))
            if _COPIES in metadata and all(self._has_copy(name, known) for name, known in copies.items()):
                yield StagedUnit(path, json.loads(metadata[_OUTCOMES]), tuple(copies))
            else:
                path.unlink()

    def take_unit(self, unit: StagedUnit, other: Staging, place: Callable[[Path, Path], None]) -> None:
        """Take a unit of another staging, with the copies of its tables; `place` links or copies a file."""
        for name in unit.copies:
            _place(place, other.copies / name, self.copies / name)
        _place(place, unit.path, self._units / unit.path.name)

    def take_vectors(self, other: Staging, place: Callable[[Path, Path], None]) -> None:
        """Take all vectors of another staging."""
        for path in _whole(other._vectors):
            _place(place, path, self._vectors / path.name)

    def keep_copies(self, names: Collection[str]) -> None:
        """Remove all other copies.

        Copies left by a published build are links to those of the generation, and must not be written to.
        """
        for path in self.copies.iterdir():
            if path.name not in names:
                path.unlink()

    def _has_copy(self, name: str, known: str) -> bool:
        path = self.copies / name
        return path.is_file() and checksum(path) == known

    def records(self, schema: pa.Schema) -> ds.Dataset:
        """Return the records of all columns, to be scanned in batches."""
        from pyarrow import dataset  # which imports pandas, where that is installed

        return dataset.dataset([str(path) for path in sorted(self._units.iterdir())], schema, format="ipc")

    def add_vectors(self, text_hashes: Hashes, vectors: Vectors) -> None:
        """Stage the vectors of texts, (n, d)."""
        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel(), pa.float32()), vectors.shape[1])
        _write(pa.table({"text_hash": pa.array(text_hashes, pa.uint64()), "vector": flat}), self._vectors)

    def vectors(self) -> Iterator[tuple[Hashes, Vectors]]:
        """Yield texts' hashes and vectors, block by block; blocks that are not whole are removed."""
        for path in _whole(self._vectors):
            with pa.OSFile(str(path), "rb") as file:
                table = pa.ipc.open_file(file).read_all().combine_chunks()
            vectors = pc.list_flatten(table["vector"]).to_numpy()
            yield table["text_hash"].to_numpy(), vectors.reshape(len(table), -1)


def _write(table: pa.Table, folder: Path) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    unfinished = folder / f"unfinished-{os.getpid()}"
    unfinished.write_bytes(content)
    unfinished.replace(folder / f"{_hash_of(content)}.arrow")


def _place(place: Callable[[Path, Path], None], path: Path, target: Path) -> None:
    # What is there already has the same content, as its name says; a copy's name says its table alone.
    if not target.exists():
        place(path, target)


def _whole(folder: Path) -> list[Path]:
    whole = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".arrow" and path.stem == _hash_of(path.read_bytes()):
            whole.append(path)
        else:
            path.unlink()
    return whole


def _hash_of(content: bytes | pa.Buffer) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
