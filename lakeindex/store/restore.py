"""Restore an index from a snapshot's archive: everything is checked before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lakeindex.errors import IndexDamaged, NotFound, Refused, StaleArtifact
from lakeindex.files.regular_file import open_regular
from lakeindex.store.archive import ArchiveReader
from lakeindex.store.generations import GENERATIONS, Generation, folder_of
from lakeindex.store.layout import CATALOG, is_artifact
from lakeindex.store.manifest import MANIFEST, Artifact, Manifest, read_manifest, write_manifest
from lakeindex.store.publishing import LOCK, publish, writing
from lakeindex.store.sandbox_check import fault_of
from lakeindex.store.snapshot import (
    DESCRIPTION,
    MANIFEST_MEMBER,
    SNAPSHOT_FORMAT,
    WITH_LINK_VERDICTS,
    described_as,
    member_of,
)
from lakeindex.store.trust_cache import add_trust, drop_trust, read_trust
from lakeindex.store.verdict_files import verdict_files

IsLakeOf = Callable[[Manifest, Path, Path], bool]
"""Tells, given a generation's manifest and catalog, whether a folder, the last argument, has any of its files.

Raises StaleArtifact where only a key could tell that isn't there.
"""

_MOST_DESCRIPTION = 1 << 20
_MOST_TEXT = 1 << 28
"""Bytes of the manifest and of the verdicts, which are read as a whole."""


@dataclass(frozen=True, slots=True)
class Restored:
    """An index that was restored."""

    generation: Generation
    sha256: str
    """Of the archive."""
    kept_verdicts: tuple[Path, ...]
    """Where the verdicts that the index had before are now; empty where none had to give way."""


@dataclass(frozen=True, slots=True)
class _Contents:
    manifest: Manifest
    verdicts: dict[str, bytes]
    """The contents of files of verdicts, by their names."""
    lake_from_index: str | None
    sha256: str


def restore_snapshot(
    file: Path, index: Path, lake: Path | None, force: bool, keep: int, is_lake_of: IsLakeOf
) -> Restored:
    """Publish an archive's generation as the next one of an index, with the archive's verdicts.

    The lake is `lake` where it is given, else where it was, else as far from the index as it was. Verdicts that the
    index has already and that differ make way only with `force`, and are kept beside. Raises NotFound where there is no
    such file, or the lake holds none of the index's files, IndexDamaged where the archive isn't whole, StaleArtifact
    where another version wrote it, or the names of the lake's files are under another key, Refused for verdicts in the
    way, LockHeld when another writer is at work: nothing has changed then.
    """
    if lake is not None and not lake.is_dir():
        raise NotFound(f"there is no folder {lake}; --lake names the folder where the lake is now")
    contents = _read(file, index, None)
    _require_no_other_verdicts(index, contents.verdicts, force)
    with _leaving_nothing(index), writing(index) as folder:
        inside = folder_of(folder, 1)
        if _read(file, index, inside) != contents:
            raise IndexDamaged(f"{file} was written to while it was read; nothing was changed")
        (inside / MANIFEST).write_bytes(write_manifest(contents.manifest))
        _require_sound(file, index, folder, Generation(1, inside, contents.manifest))
        manifest = replace(contents.manifest, lake=_lake_of(contents, index, inside, lake, is_lake_of))
        _require_no_other_verdicts(index, contents.verdicts, force)
        kept = _put_verdicts(index, contents.verdicts)
        (inside / MANIFEST).unlink()
        generation = publish(index, inside, manifest, keep, is_trusted=False)
    # What was checked in the sandbox is the same but for the lake's name.
    add_trust(generation.folder, sandbox_checked=generation.manifest.checksum)
    return Restored(generation, contents.sha256, kept)


def _read(file: Path, index: Path, target: Path | None) -> _Contents:
    """Read all of an archive, and write the files of its generation to a folder where one is given."""
    try:
        opened = open_regular(file)
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {file}") from error
    except OSError as error:
        raise IndexDamaged(f"{file} can't be restored: {error.strerror or error}; nothing was changed") from error
    with opened:
        archive = ArchiveReader(opened, file)
        described = _description_in(archive)
        manifest_bytes = b"".join(_whole(archive, MANIFEST_MEMBER, described["manifest"]))
        manifest = read_manifest(manifest_bytes, file / MANIFEST_MEMBER, index)
        verdicts = _verdicts_in(archive, described, file, index)
        if strange := [name for name in manifest.artifacts if not is_artifact(name)]:
            raise archive.fault(f"a generation has no file {strange[0]!r}")
        archive.require_left(sum(artifact.bytes for artifact in manifest.artifacts.values()))
        for name, artifact in sorted(manifest.artifacts.items()):
            _take_out(_whole(archive, member_of(name), artifact), None if target is None else target / name)
        return _Contents(manifest, verdicts, described["lake_from_index"], archive.finish())


def _verdicts_in(archive: ArchiveReader, described: dict[str, Any], file: Path, index: Path) -> dict[str, bytes]:
    """Read the next members, the verdicts that an archive's description names."""
    verdicts = {}
    for kind in verdict_files(index):
        artifact = described[described_as(kind.NAME)]
        if artifact is not None:
            verdicts[kind.NAME] = b"".join(_whole(archive, kind.NAME, artifact))
            kind.verdicts_in(verdicts[kind.NAME], file / kind.NAME)
    return verdicts


def _description_in(archive: ArchiveReader) -> dict[str, Any]:
    """Read what an archive says of itself; manifest and verdicts as an Artifact."""
    try:
        read: dict[str, Any] = json.loads(archive.read_first(DESCRIPTION, _MOST_DESCRIPTION))
        if read["format"] not in (SNAPSHOT_FORMAT, WITH_LINK_VERDICTS):
            raise archive.fault(f"it has format {read['format']!r}, this lakeindex reads up to {WITH_LINK_VERDICTS}")
        way = read["lake_from_index"]
        if not (way is None or (isinstance(way, str) and "\0" not in way)):
            raise ValueError("the way to the lake is none")
        described = {name: read.get(name) for name in (described_as(one.NAME) for one in verdict_files(Path()))}
        verdicts = {name: None if one is None else _artifact(one) for name, one in described.items()}
        return read | {"manifest": _artifact(read["manifest"])} | verdicts
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise archive.fault(f"it describes itself wrongly ({error})") from error


def _artifact(fields: dict[str, Any]) -> Artifact:
    size, checksum = fields["bytes"], fields["checksum"]
    if type(size) is not int or not 0 <= size <= _MOST_TEXT or type(checksum) is not str:
        raise ValueError("there is no such size or checksum")
    return Artifact(size, checksum)


def _whole(archive: ArchiveReader, name: str, artifact: Artifact) -> Iterator[bytes]:
    """Yield the content of the next member. Raises IndexDamaged in the end where its checksum is another one."""
    digest = hashlib.blake2b(digest_size=16)
    for chunk in archive.read(name, artifact.bytes):
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != artifact.checksum:
        raise archive.fault(f"{name} has another content than when it was written")


def _take_out(content: Iterator[bytes], path: Path | None) -> None:
    if path is None:
        for _ in content:
            pass
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        out.writelines(content)


def _require_no_other_verdicts(index: Path, restored: dict[str, bytes], force: bool) -> None:
    for there in () if force else verdict_files(index):
        if there.content() not in (None, restored.get(there.NAME)) and there.read():
            raise Refused(
                f"{there.path} holds other verdicts than the snapshot; with --force the snapshot's count, "
                f"and those there now are kept as {there.NAME}.bak ({there.LOOK})"
            )


def _put_verdicts(index: Path, restored: dict[str, bytes]) -> tuple[Path, ...]:
    other = [file for file in verdict_files(index) if file.content() != restored.get(file.NAME)]
    kept = [file.put(restored.get(file.NAME)) for file in other]
    return tuple(path for path in kept if path is not None)


def _require_sound(file: Path, index: Path, folder: Path, generation: Generation) -> None:
    """Raise IndexDamaged unless this user built this generation here, or it can be read to its end in a sandbox."""
    if generation.manifest.checksum in read_trust(folder_of(index, 1)).sandbox_checked:
        return
    try:
        if how := fault_of(folder, generation):
            raise IndexDamaged(f"{file} can't be restored: what it holds can't be read ({how}); nothing was changed")
    finally:
        drop_trust(generation.folder)


def _lake_of(contents: _Contents, index: Path, inside: Path, new: Path | None, is_lake_of: IsLakeOf) -> str:
    if new is not None:
        if not is_lake_of(contents.manifest, inside / CATALOG, new):
            raise NotFound(f"{new} holds none of the files that the snapshot knows; --lake names the lake's folder")
        return str(new.resolve())
    before = contents.manifest.lake
    if not Path(before).is_dir() and contents.lake_from_index is not None:
        beside = (index.resolve() / contents.lake_from_index).resolve()
        with suppress(StaleArtifact):
            if beside.is_dir() and is_lake_of(contents.manifest, inside / CATALOG, beside):
                return str(beside)
    return before


@contextmanager
def _leaving_nothing(index: Path) -> Iterator[None]:
    """Remove the folder that was made for an index where none could be restored."""
    was_there = index.exists()
    try:
        yield
    except BaseException:
        if not was_there:
            with suppress(OSError):
                (index / LOCK).unlink(missing_ok=True)
                (index / GENERATIONS).rmdir()
                index.rmdir()
        raise
