"""Compare a generation's files with the checksums in its manifest."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lakeindex.errors import IndexDamaged
from lakeindex.hashing.content_hash import hash_content
from lakeindex.store.current_pointer import way_out
from lakeindex.store.manifest import MANIFEST, Artifact, Manifest
from lakeindex.store.trust_cache import add_trust, read_trust

UNPUBLISHED = "was not published"

_THREADS = 2
_SETTLED_NS = 100_000_000
"""A file that was written so recently may be written again without a new time stamp."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not as it was published."""

    file: str
    """Relative to the generation's folder."""
    what: str


def checksum(path: Path) -> str:
    """Hash a file's content."""
    with path.open("rb") as handle:
        return hash_content(handle)


def damages(folder: Path, manifest: Manifest) -> Iterator[Damage]:
    """Compare every file of a generation with its manifest."""
    present = files_of(folder)
    yield from (Damage(name, "is missing") for name in sorted(manifest.artifacts.keys() - present))
    # DuckDB would replay a catalog.duckdb.wal that somebody left beside the catalog.
    yield from (Damage(name, UNPUBLISHED) for name in sorted(present - manifest.artifacts.keys()))
    names = sorted(manifest.artifacts.keys() & present)
    with ThreadPoolExecutor(_THREADS) as threads:
        found = threads.map(lambda name: _damage_of(folder / name, manifest.artifacts[name]), names)
        yield from (Damage(name, what) for name, what in zip(names, found, strict=True) if what)


def require_whole(index: Path, folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamaged, naming the first file at fault, unless every file is as it was published.

    Files that this user's trust cache has as verified are not hashed again until one was written to: that changes its
    `ctime`, which no program can set.
    """
    state, is_settled = _state_of(folder, manifest)
    if state in read_trust(folder).verified:
        return
    for damage in damages(folder, manifest):
        raise IndexDamaged(
            f"{folder / damage.file} {damage.what}; {way_out(index)}: lakeindex index {manifest.lake} --index {index}"
        )
    if is_settled:
        add_trust(folder, verified=state)


def files_of(folder: Path) -> set[str]:
    """Return the names of all files below a generation's folder but its manifest."""
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in paths} - {MANIFEST}


def _damage_of(path: Path, artifact: Artifact) -> str:
    if path.is_symlink() or not path.is_file():
        return "is no regular file"
    if path.stat().st_size != artifact.bytes:
        return "has another size than when it was written"
    return "" if checksum(path) == artifact.checksum else "has another content than when it was written"


def _state_of(folder: Path, manifest: Manifest) -> tuple[str, bool]:
    """Return a hash of the files' metadata, which every write changes, and whether the last write is old enough."""
    digest = hashlib.blake2b(manifest.checksum.encode(), digest_size=16)
    newest = 0
    for name in sorted(files_of(folder)):
        facts = os.lstat(folder / name)
        metadata = (name, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        digest.update(repr(metadata).encode())
        newest = max(newest, facts.st_ctime_ns)
    return digest.hexdigest(), time.time_ns() - newest > _SETTLED_NS
