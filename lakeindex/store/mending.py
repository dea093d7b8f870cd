"""Mend the files of a generation in their place, as far as their bytes can be had: the checksums decide."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path

from lakeindex.store.checksums import checksum, files_of
from lakeindex.store.condition import Condition
from lakeindex.store.current_pointer import sync
from lakeindex.store.generations import folder_of
from lakeindex.store.manifest import MANIFEST, Artifact, Manifest, has_sound_types, write_manifest


def equal_files(index: Path, condition: Condition, number: int, names: Collection[str]) -> dict[str, Path]:
    """Find, in other generations, whole files that are what damaged ones of a generation were, by their names."""
    wanted = condition.manifests[number].artifacts
    found: dict[str, Path] = {}
    for other, manifest in condition.manifests.items():
        for name in set(names) - found.keys() if other != number else ():
            path = folder_of(index, other) / name
            is_equal = name in wanted and manifest.artifacts.get(name) == wanted[name]
            if is_equal and path.is_file() and checksum(path) == wanted[name].checksum:
                found[name] = path
    return found


def put_back(folder: Path, files: Mapping[str, Path], unfinished: Path) -> None:
    """Replace files of a generation by copies of others, each at once; `unfinished` is a folder for what is copied."""
    for name, source in files.items():
        target = folder / name
        if target.is_dir() and not target.is_symlink():
            target.rmdir()
        copy = unfinished / "copy"
        shutil.copyfile(source, copy)
        sync(copy)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy.replace(target)
        sync(target.parent)


def remove_unpublished(folder: Path, names: Collection[str]) -> None:
    """Remove files from a generation's folder that it was published without."""
    for name in names:
        (folder / name).unlink()


def recovered_manifest(folder: Path, wanted: str) -> Manifest | None:
    """Make a damaged manifest anew from what it says and the files; None where its checksum is not the one wanted."""
    said = said_by(folder)
    if said is None:
        return None
    artifacts = {
        name: Artifact((folder / name).stat().st_size, checksum(folder / name))
        for name in sorted(files_of(folder))
        if (folder / name).is_file()
    }
    manifest = Manifest(**{one.name: getattr(said, one.name) for one in fields(Manifest)} | {"artifacts": artifacts})
    return manifest if manifest.checksum == wanted else None


def said_by(folder: Path) -> Manifest | None:
    """Return what a damaged manifest says, without its artifacts; None where it isn't JSON with a manifest's fields."""
    try:
        read = json.loads((folder / MANIFEST).read_bytes())
        known = {one.name for one in fields(Manifest)} - {"artifacts"}
        manifest = Manifest(**{name: read[name] for name in known})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return manifest if has_sound_types(manifest) else None


def put_manifest(folder: Path, manifest: Manifest, unfinished: Path) -> None:
    """Replace the manifest of a generation."""
    copy = unfinished / MANIFEST
    copy.write_bytes(write_manifest(manifest))
    sync(copy)
    copy.replace(folder / MANIFEST)
    sync(folder)
