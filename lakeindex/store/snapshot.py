"""Write the current generation and people's verdicts to one archive, whole or not at all.

snapshot.json                what follows: its sizes and checksums, and where the lake lies
generation/manifest.json     the manifest, with the checksums of all files
feedback.jsonl               people's verdicts on pairs of columns, where there are any
link_verdicts.jsonl          people's verdicts on pairs of rows, where there are any
generation/...               the generation's files, in the order of their names
sha256                       the checksum of everything before it
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from lakeindex.errors import IndexDamaged, InvalidSetting, LakeIndexError, NotFound, Refused
from lakeindex.store.archive import ArchiveWriter
from lakeindex.store.current_pointer import sync
from lakeindex.store.generations import Generation, open_current
from lakeindex.store.link_verdicts import LINK_VERDICTS
from lakeindex.store.manifest import MANIFEST, Artifact, write_manifest
from lakeindex.store.verdict_files import verdict_files

DESCRIPTION = "snapshot.json"
MANIFEST_MEMBER = f"generation/{MANIFEST}"
SNAPSHOT_FORMAT, WITH_LINK_VERDICTS = 1, 2
"""A reader of the first alone refuses an archive with verdicts on rows: without them it would link other rows."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An archive that was written."""

    file: Path
    generation: int
    bytes: int
    sha256: str
    """Of the whole file, in hexadecimal digits."""


def write_snapshot(index: Path, file: Path, force: bool) -> Snapshot:
    """Write the current generation, read-locked meanwhile, with the verdicts on pairs to an archive.

    The file appears when all of it is on the disk; equal generations give equal bytes. Raises Refused where it exists,
    unless `force` is set, InvalidSetting for a place in the index itself, NotFound where its folder isn't there,
    IndexDamaged, IndexMissing and StaleArtifact as `open_current`.
    """
    generation = open_current(index)
    _require_place(index, file, force)
    try:
        with _appearing(file, force) as unfinished:
            sha256 = _write(unfinished, index, generation)
            size = unfinished.tell()
    except OSError as error:
        raise LakeIndexError(f"{file} can't be written: {error.strerror or error}; there is no snapshot") from error
    return Snapshot(file, generation.number, size, sha256)


def member_of(artifact: str) -> str:
    """Return the name of an artifact in the archive."""
    return f"generation/{artifact}"


def described_as(verdicts: str) -> str:
    """Return what an archive's description calls a file of verdicts."""
    return verdicts.removesuffix(".jsonl")


def facts_of(content: bytes) -> Artifact:
    """Return the size and the checksum of some bytes."""
    return Artifact(len(content), hashlib.blake2b(content, digest_size=16).hexdigest())


def _write(out: BinaryIO, index: Path, generation: Generation) -> str:
    verdicts, manifest = _verdicts_of(index), write_manifest(generation.manifest)
    description = json.dumps(_description(index, generation, manifest, verdicts), indent=1, sort_keys=True).encode()
    archive = ArchiveWriter(out)
    for name, content in ((DESCRIPTION, description), (MANIFEST_MEMBER, manifest), *verdicts.items()):
        archive.add(name, len(content), [content])
    for name, artifact in sorted(generation.manifest.artifacts.items()):
        archive.add(member_of(name), artifact.bytes, _checked(generation.folder / name, artifact))
    return archive.finish()


def _verdicts_of(index: Path) -> dict[str, bytes]:
    """Return the contents of the files of verdicts that there are, by their names. Raises IndexDamaged."""
    contents = {}
    for file in verdict_files(index):
        content = file.content()
        if content is not None:
            file.verdicts_in(content, file.path)
            contents[file.NAME] = content
    return contents


def _description(index: Path, generation: Generation, manifest: bytes, verdicts: dict[str, bytes]) -> dict[str, Any]:
    lake = Path(generation.manifest.lake)
    described = {described_as(name): _as_json(facts_of(content)) for name, content in verdicts.items()}
    return {
        "format": WITH_LINK_VERDICTS if LINK_VERDICTS in verdicts else SNAPSHOT_FORMAT,
        "generation": generation.number,
        "lake": str(lake),
        "lake_from_index": _relative(lake, index.resolve()),
        "manifest": _as_json(facts_of(manifest)),
        "feedback": None,
        **described,
    }


def _as_json(facts: Artifact) -> dict[str, Any]:
    return {"bytes": facts.bytes, "checksum": facts.checksum}


def _relative(lake: Path, index: Path) -> str | None:
    """Return the way from the index's folder to the lake, where they have more in common than the root."""
    shared = Path(os.path.commonpath([lake, index]))
    return None if shared == Path(shared.anchor) else os.path.relpath(lake, index)


def _checked(path: Path, artifact: Artifact) -> Iterator[bytes]:
    """Yield a file's content. Raises IndexDamaged in the end where it isn't as it was published."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != artifact.checksum:
        raise IndexDamaged(f"{path} has another content than when it was written; there is no snapshot")


def _require_place(index: Path, file: Path, force: bool) -> None:
    if not file.parent.is_dir():
        raise NotFound(f"there is no folder {file.parent} to write the snapshot into")
    if (file.parent.resolve() / file.name).is_relative_to(index.resolve()):
        raise InvalidSetting(f"{file} lies in the index itself; give a place outside {index}")
    if file.is_symlink() or file.exists():
        if not force:
            raise Refused(f"{file} is there already; give another name, or --force to write over it")
        if file.is_symlink() or not file.is_file():
            raise Refused(f"{file} is no regular file, and is not written over")


@contextmanager
def _appearing(file: Path, force: bool) -> Iterator[BinaryIO]:
    """Yield a file to be written, which gets its name when all of it is on the disk; unfinished, it is removed."""
    _remove_leftovers(file)
    path = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    with path.open("xb") as unfinished:
        try:
            fcntl.flock(unfinished, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield unfinished
            unfinished.flush()
            os.fsync(unfinished.fileno())
            if force:
                path.replace(file)
            else:
                _name(path, file)
            sync(file.parent)
        finally:
            path.unlink(missing_ok=True)


def _name(path: Path, file: Path) -> None:
    """Give a file its name unless that is taken: a link, unlike a renaming, never replaces what somebody else wrote."""
    try:
        file.hardlink_to(path)
    except FileExistsError as error:
        raise Refused(f"{file} is there already; give another name, or --force to write over it") from error
    except OSError:  # a file system without links
        path.rename(file)


def _remove_leftovers(file: Path) -> None:
    """Remove what killed processes left of a file of this name: a living one holds a lock."""
    for path in file.parent.iterdir():
        if path.name.startswith(f".{file.name}.") and path.name.endswith(".unfinished"):
            with suppress(OSError), path.open("rb") as left:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
