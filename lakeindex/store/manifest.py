"""The description of a generation, manifest.json, with its own checksum; equal manifests are equal bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any

from lakeindex.errors import IndexDamaged, StaleArtifact
from lakeindex.store.current_pointer import way_out

FORMAT = 11

MANIFEST = "manifest.json"

_CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a generation, as it was published."""

    bytes: int
    checksum: str
    """blake2b, 16 bytes, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The lake, models and settings that a generation was built from, its size and its files."""

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
    """The settings that decide the index's content."""
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """The size of all artifacts."""
        return sum(artifact.bytes for artifact in self.artifacts.values())

    @property
    def checksum(self) -> str:
        """Return the hash of all fields, the artifacts' checksums included."""
        return _hash(json.dumps(asdict(self), sort_keys=True))


def write_manifest(manifest: Manifest) -> bytes:
    """Write a manifest as JSON; equal ones give equal bytes."""
    return json.dumps(asdict(manifest) | {_CHECKSUM: manifest.checksum}, indent=1, sort_keys=True).encode()


def read_manifest(content: bytes, path: Path, index: Path) -> Manifest:
    """Read a manifest that was written to `path`.

    Raises StaleArtifact when another version of lakeindex wrote it, IndexDamaged when any byte of it has changed.
    """
    try:
        read = json.loads(content)
        if read["format"] != FORMAT:
            raise StaleArtifact(
                f"{index} has format {read['format']}, this lakeindex reads format {FORMAT}; "
                f"build it again: lakeindex index {read.get('lake', 'LAKE')} --index {index}"
            )
        artifacts = {name: Artifact(**artifact) for name, artifact in read["artifacts"].items()}
        del read[_CHECKSUM]
        manifest = Manifest(**read | {"artifacts": artifacts})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); {way_out(index)}") from error
    if write_manifest(manifest) != content or not has_sound_types(manifest):
        raise IndexDamaged(f"{path} is not what was written; {way_out(index)}")
    return manifest


def has_sound_types(manifest: Manifest) -> bool:
    """Whether all fields have their types, and artifacts are in the generation's own folder."""
    types = {"lake": str, "logical_hash": str, "models": dict, "settings": dict, "artifacts": dict}
    return all(type(getattr(manifest, one.name)) is types.get(one.name, int) for one in fields(manifest)) and all(
        type(artifact.bytes) is int and type(artifact.checksum) is str and _stays_inside(name)
        for name, artifact in manifest.artifacts.items()
    )


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and path.as_posix() == name and ".." not in path.parts and "\0" not in name


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Size:
    """The lake that a generation is of, and how much it has of it."""

    lake: str
    tables: int
    columns: int
    bytes: int

    @classmethod
    def of(cls, manifest: Manifest) -> Size:
        """Return the size of a generation."""
        return cls(manifest.lake, manifest.tables, manifest.columns, manifest.bytes)


def read_size(content: bytes) -> Size | None:
    """Read the size from a manifest of any format; None where it is not what was written."""
    try:
        read = json.loads(content)
        known = read.pop(_CHECKSUM)
        size_on_disk = sum(artifact["bytes"] for artifact in read["artifacts"].values())
        size = Size(read["lake"], read["tables"], read["columns"], size_on_disk)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    is_whole = known == _hash(json.dumps(read, sort_keys=True))
    has_types = (type(size.lake), type(size.tables), type(size.columns), type(size.bytes)) == (str, int, int, int)
    return size if is_whole and has_types else None
