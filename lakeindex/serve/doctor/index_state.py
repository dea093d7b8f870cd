"""Examine the index that the settings name: is it whole, is its model installed, its lake there, and room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lakeindex.config.model_options import BASE_MODEL, DEFAULT_MODEL, STATIC_MODEL, has_language_model
from lakeindex.config.settings import Settings
from lakeindex.errors import IndexMissing
from lakeindex.files.lake_folder import why_unreachable
from lakeindex.serve.doctor.finding import Finding, doubtful, fine
from lakeindex.serve.doctor.machine import room_in
from lakeindex.store.manifest import Manifest

_ROOM_BESIDE = 10**8


def check_index(settings: Settings) -> Iterator[Finding]:
    """Open the index, as a query does, and check what it needs. Raises LakeIndexError where it can't answer."""
    from lakeindex.store.generations import open_current

    index = Path(settings.index)
    try:
        generation = open_current(index)
    except IndexMissing as error:
        yield doubtful("index", str(error).split("; ", 1)[0], f"lakeindex index LAKE --index {index}")
        return
    manifest = generation.manifest
    found = f"{index}: generation {generation.number} is whole, {manifest.tables} tables, {manifest.columns} columns"
    failed = f"{manifest.failed} files could not be read: lakeindex index LAKE --report FILE.json names them"
    yield fine("index", found, failed if manifest.failed else "")
    yield _model(manifest)
    yield _lake(manifest, settings)
    advice = "the next build needs as much room as the index has beside it: make some"
    yield room_in("space of the index", index, manifest.bytes + _ROOM_BESIDE, advice)


def _model(manifest: Manifest) -> Finding:
    built_with = manifest.models.get("encoder", "none")
    if built_with.split("-")[0] in (STATIC_MODEL, "hashing") or has_language_model():
        return fine("model of the index", built_with)
    return doubtful(
        "model of the index",
        f"{built_with}, a language model, which isn't installed: only columns of the lake can be asked for",
        f"pip install 'lakeindex[neural]', or build the index again without --model {DEFAULT_MODEL} or {BASE_MODEL}",
    )


def _lake(manifest: Manifest, settings: Settings) -> Finding:
    lake = Path(settings.lake or manifest.lake)
    if reason := why_unreachable(lake):
        found, _, advice = reason.partition("; ")
        return doubtful("lake", f"{found}: answers are estimates, and nothing can be joined", advice)
    return fine("lake", str(lake))
