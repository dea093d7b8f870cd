"""An index folder: immutable generations, one of them current, at most one writer.

INDEX/CURRENT                   the number of the generation that answers, replaced atomically
INDEX/writer.lock               held (flock) by the writer; says who that is
INDEX/generations/7/...         artifacts and manifest.json, never changed once published
INDEX/generations/building-*    what a writer is at work on, or left behind when it was killed
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lakeindex.errors import IndexDamaged, IndexMissing, LockHeld, NotFound, StaleArtifact

FORMAT = 2

_CURRENT = "CURRENT"
_LOCK = "writer.lock"
_GENERATIONS = "generations"
_BUILDING = "building-"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a generation, as it was published."""

    bytes: int
    checksum: str
    """blake2b, 16 bytes, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is and what it was made of and with."""

    lake: str
    """The root's absolute path."""
    tables: int
    columns: int
    failed: int
    """Files that could not be read."""
    logical_hash: str
    models: dict[str, str]
    """Fingerprints, by the role a model plays."""
    settings: dict[str, Any]
    """What of the settings decides the index's content."""
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """The size of all artifacts."""
        return sum(artifact.bytes for artifact in self.artifacts.values())


@dataclass(frozen=True, slots=True)
class Generation:
    """A published state of the index."""

    number: int
    folder: Path
    manifest: Manifest


def open_current(index: Path) -> Generation:
    """Open the generation that answers.

    Raises IndexMissing where nothing was published, StaleArtifact where another version of lakeindex did it,
    IndexDamaged where a file is gone or of another size than the manifest says.
    """
    number = current_number(index)
    if number is None:
        raise IndexMissing(f"no index in {index}; build one: lakeindex index LAKE --index {index}")
    folder = index / _GENERATIONS / str(number)
    manifest = _read_manifest(folder / _MANIFEST, index)
    for name, artifact in manifest.artifacts.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != artifact.bytes:
            state = "has another size than when it was written" if path.exists() else "is missing"
            raise IndexDamaged(
                f"{path} {state}; build the index again: lakeindex index {manifest.lake} --index {index}"
            )
    return Generation(number, folder, manifest)


def current_number(index: Path) -> int | None:
    """Return the number of the generation that answers, None where there is none yet."""
    try:
        text = (index / _CURRENT).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{index / _CURRENT} can't be read ({error}); build the index again") from error
    if not text.isdecimal():
        raise IndexDamaged(
            f"{index / _CURRENT} should hold the number of a generation, not {text[:40]!r}; build the index again"
        )
    return int(text)


@contextmanager
def writing(index: Path) -> Iterator[Path]:
    """Hold the writer's lock; give a new folder to build a generation in, gone afterwards unless published.

    Raises LockHeld, with the holder, when another writer is at work. A lock dies with its process.
    """
    (index / _GENERATIONS).mkdir(parents=True, exist_ok=True)
    with (index / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "an unknown process"
            raise LockHeld(f"{index} is being written by {holder}; wait until it is done, or stop it") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        _remove_leftovers(index)
        folder = index / _GENERATIONS / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(index: Path, folder: Path, manifest: Manifest, keep: int) -> Generation:
    """Make what was built in `folder` the generation that answers; of older ones `keep` stay.

    Everything is on disk before CURRENT is replaced, so a crash at any moment leaves the old or the new one.
    """
    artifacts = {
        path.relative_to(folder).as_posix(): Artifact(path.stat().st_size, _checksum(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    complete = Manifest(**{**_fields(manifest), "artifacts": artifacts})
    (folder / _MANIFEST).write_text(json.dumps(asdict(complete), indent=1, sort_keys=True))
    for path in [*folder.rglob("*"), folder]:
        _sync(path)
    number = max(_numbers(index), default=0) + 1
    target = index / _GENERATIONS / str(number)
    folder.rename(target)
    _sync(target.parent)
    replacement = index / f"{_CURRENT}.new"
    replacement.write_text(f"{number}\n", "ascii")
    _sync(replacement)
    replacement.replace(index / _CURRENT)
    _sync(index)
    for old in sorted(_numbers(index))[: -(keep + 1)]:
        shutil.rmtree(index / _GENERATIONS / str(old), ignore_errors=True)
    return Generation(number, target, complete)


def share_file(path: Path, target: Path) -> None:
    """Give a published file another name in a new generation, without a copy where the file system can."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, target)


def _read_manifest(path: Path, index: Path) -> Manifest:
    try:
        fields = json.loads(path.read_text("utf-8"))
        found = fields["format"]
        if found != FORMAT:
            raise StaleArtifact(
                f"{index} has format {found}, this lakeindex reads format {FORMAT}; "
                f"build it again: lakeindex index {fields.get('lake', 'LAKE')} --index {index}"
            )
        artifacts = {name: Artifact(**artifact) for name, artifact in fields["artifacts"].items()}
        return Manifest(**fields | {"artifacts": artifacts})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); build the index again") from error


def _fields(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}


def _numbers(index: Path) -> list[int]:
    return [int(path.name) for path in (index / _GENERATIONS).iterdir() if path.name.isdecimal()]


def _remove_leftovers(index: Path) -> None:
    """Clear what killed writers left: whoever holds the lock is the only one at work."""
    leftovers = list((index / _GENERATIONS).glob(f"{_BUILDING}*"))
    # A damaged CURRENT says of no generation that it was never published.
    with suppress(IndexDamaged):
        current = current_number(index) or 0
        leftovers += [index / _GENERATIONS / str(number) for number in _numbers(index) if number > current]
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)


def _checksum(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def published(index: Path) -> list[int]:
    """List the generations that are there, ascending, up to the one that answers."""
    current = current_number(index)
    return [] if current is None else sorted(number for number in _numbers(index) if number <= current)


def open_generation(index: Path, number: int) -> Generation:
    """Open a published generation, the current one or one before. Raises NotFound with those that are there."""
    there = published(index)
    if number not in there:
        raise NotFound(f"{index} has no generation {number}; there are: {', '.join(map(str, there)) or 'none'}")
    folder = index / _GENERATIONS / str(number)
    return Generation(number, folder, _read_manifest(folder / _MANIFEST, index))
