"""Build an index: connectors → profiles → texts → vectors → indexes → a published generation.

What didn't change is taken from the generation before, what an interrupted build had done from its staging.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from lakeindex.build.anchor_scores import anchor_scores
from lakeindex.catalog.catalog import Catalog, Kept
from lakeindex.catalog.database import storing
from lakeindex.catalog.directory import Directory
from lakeindex.store.generations import Generation
from lakeindex.catalog.lake_views import materialise
from lakeindex.store.manifest import Manifest
from lakeindex.store.publishing import publish, share_file, writing
from lakeindex.store.staging import Staging
from lakeindex.build.changes import Changes
from lakeindex.build.columns import STAGED_SCHEMA, Columns
from lakeindex.config.settings import Settings
from lakeindex.config.index_settings import content_settings
from lakeindex.build.encoding import Model, PrivateTexts, encode_columns
from lakeindex.rerank.anchor_store import save_anchors
from lakeindex.index.name_terms import context_words, name_grams, references
from lakeindex.index.token_store import save_readings
from lakeindex.index.inverted_index import TermIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.index.vector_index import VectorIndex
from lakeindex.store.layout import (
    ANCHORS,
    CATALOG,
    COPIES,
    CROSS_ENCODER_ROLE,
    ENCODER_ROLE,
    HEAD,
    READINGS,
    ROWS,
    STAGING,
    TERMS,
    VECTORS,
)
from lakeindex.rerank.late_interaction import CellAttention, fingerprint_of
from lakeindex.types.names import title_of, words_of
from lakeindex.build.previous_generation import Previous
from lakeindex.profile.sketch_sizes import KEPT
from lakeindex.profile.walk import walk
from lakeindex.build.profiling import Profiling, copies_of
from lakeindex.types.cross_input import Read
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.types.lake import LakeFile
from lakeindex.types.columns import Family
from lakeindex.types.reports import FileOutcome
from lakeindex.types.reports import FileStatus
from lakeindex.types.reports import Progress
from lakeindex.types.reports import Report
from lakeindex.models.weights import CELLS, STATIC


@dataclass(slots=True)
class _Build:
    """A build under way."""

    index: Path
    folder: Path
    settings: Settings
    model: Model
    progress: Progress
    planned: Manifest
    """What is known of the generation before it is built."""
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def build_index(lake: Path, index: Path, settings: Settings, model: Model, progress: Progress) -> Report:
    """Index a lake and publish the result; what answered before goes on answering until then.

    Where nothing changed, nothing is published. Raises NotFound when there is no lake, LockHeld when another writer
    is at work.
    """
    files, refused = _list_files(lake, index)
    content = content_settings(settings)
    with writing(index) as folder, storing(f"the index in {index}"):
        model = model.for_index(index)
        planned = Manifest(str(lake.resolve()), 0, 0, 0, "", _models(model, settings), content)
        build = _Build(index, folder, settings, model, progress, planned)
        staging = Staging(index / STAGING)
        try:
            staging.open([planned.lake, planned.format, planned.models, planned.settings])
            return _build(build, staging, files, refused)
        except Exception:
            staging.drop()  # what failed would fail again: only a build that was killed goes on
            raise


def _build(build: _Build, staging: Staging, files: list[LakeFile], refused: list[FileOutcome]) -> Report:
    with build.stage("compare"):
        previous = Previous.open(build.index, build.planned, build.settings.memory)
        known = {} if previous is None else previous.files
        changes = Changes.between(files, known, build.settings.check_content)
    with nullcontext() if previous is None else closing(previous):
        profiling = Profiling(staging, build.settings, PrivateTexts(build.model, staging, previous))
        with build.stage("profile"):
            outcomes = refused + profiling.profile(changes.to_read, build.progress)
        if previous is not None and previous.says(outcomes, changes.unchanged):
            staging.drop()
            return _report(build, previous.generation, _marked(list(known.values()), changes.unchanged))
        columns = Columns.gather(previous, changes.unchanged, staging.records(STAGED_SCHEMA))
        with build.stage("encode"):
            read = encode_columns(columns, build.model, staging, build.progress)
            vectors = columns.vectors(read)
        with build.stage("index"):
            VectorIndex.build(vectors, np.arange(len(vectors))).save(build.folder / VECTORS)
            if build.model.head is not None:
                build.model.head.save(build.folder / HEAD)
            directory = columns.directory()
            directory.save(build.folder)
            readings = columns.readings()
            save_readings(readings, build.folder / READINGS)
            _index_terms(build, columns, directory)
        if build.settings.anchors:
            with build.stage("anchors"):
                _anchor(build, Read(readings, directory.facts), previous)
        kept = None if previous is None else Kept(previous.generation.folder / CATALOG, changes.unchanged)
        with build.stage("catalog"):
            catalog = Catalog.write(build.folder / CATALOG, build.settings.memory, outcomes, columns.records, kept)
            _place_copies(build, copies_of(outcomes), staging, catalog, previous)
    with closing(catalog):
        if build.settings.materialize:
            with build.stage("materialize"):
                _materialise(build, catalog)
        manifest = _manifest(build, catalog, directory)
        outcomes = _marked(catalog.files(), changes.unchanged)
    with build.stage("publish"):
        generation = publish(build.index, build.folder, manifest, build.settings.keep)
    staging.drop()
    return _report(build, generation, outcomes)


def _models(model: Model, settings: Settings) -> dict[str, str]:
    models = {ENCODER_ROLE: model.fingerprint}
    return models | {CROSS_ENCODER_ROLE: fingerprint_of(CELLS, STATIC)} if settings.anchors else models


def _list_files(lake: Path, index: Path) -> tuple[list[LakeFile], list[FileOutcome]]:
    files: list[LakeFile] = []
    refused: list[FileOutcome] = []
    for entry in walk(lake, index):
        if isinstance(entry, LakeFile):
            files.append(entry)
        else:
            refused.append(entry)
    return files, refused


def _index_terms(build: _Build, columns: Columns, directory: Directory) -> None:
    folder = build.folder / TERMS
    for family in KEPT:
        index = TermIndex.build(columns.terms(family))
        index.save(folder / family)
        if family is Family.VALUES:
            index.folded(KEY_MASK).totals.save(folder / Family.KEYS)
    names = [words_of(str(name)) for name in directory.names.to_pylist()]
    titles = [title_of(directory.table_ids[table]) for table in directory.tables.tolist()]
    for family, (hashes, counts, starts) in (
        (Family.NAMES, name_grams(names)),
        (Family.CONTEXT, context_words(names, titles)),
        (Family.REFERENCES, references(names, titles)),
    ):
        rows = TermRows.of(hashes, counts, starts, np.ones(len(names), bool))
        TermIndex.build(rows).save(folder / family)


def _anchor(build: _Build, columns: Read, previous: Previous | None) -> None:
    before = None if previous is None else previous.anchors()
    scores = anchor_scores(columns, build.settings.anchors, before, CellAttention.open(CELLS, STATIC))
    save_anchors(scores, build.folder / ANCHORS)


def _place_copies(
    build: _Build, read: Collection[str], staging: Staging, catalog: Catalog, previous: Previous | None
) -> None:
    """Give the generation its Parquet copies: of tables that were read from the staging, others from before.

    The staging keeps what it has until the generation is published: a build that is killed before needs it again.
    """
    target = build.folder / COPIES
    target.mkdir()
    for name in catalog.copies():
        if name in read:
            share_file(staging.copies / name, target / name)
        elif previous is not None:
            share_file(previous.copies / name, target / name)


def _materialise(build: _Build, catalog: Catalog) -> None:
    viewed = catalog.viewed(Path(build.planned.lake), build.folder / COPIES)
    materialise(viewed, build.folder / ROWS, build.settings.memory)


def _manifest(build: _Build, catalog: Catalog, directory: Directory) -> Manifest:
    return replace(
        build.planned,
        tables=catalog.count("tables"),
        columns=catalog.count("columns"),
        failed=catalog.count("files", f"status = '{FileStatus.FAILED}'"),
        logical_hash=_logical_hash(catalog, directory, build.planned),
    )


def _logical_hash(catalog: Catalog, directory: Directory, planned: Manifest) -> str:
    """Hash what the index says: nothing of it depends on the order of files, threads or machine."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([planned.settings, planned.models], sort_keys=True).encode())
    digest.update(directory.text_hashes.tobytes())
    for table, fields, order in (
        ("files", "path, status, content_hash", "path"),
        ("tables", "table_id, file, connector, rows, rejected, scan", "table_id"),
        ("columns", "table_id, position, name, digest", "key"),
    ):
        for row in catalog.fetch(f"SELECT {fields} FROM {table} ORDER BY {order}").to_pylist():
            digest.update(json.dumps(list(row.values())).encode())
    return digest.hexdigest()


def _marked(outcomes: Sequence[FileOutcome], unchanged: Sequence[str]) -> list[FileOutcome]:
    """Say of files that were not read that they didn't change."""
    names = set(unchanged)
    return [replace(one, status=FileStatus.UNCHANGED) if one.path in names else one for one in outcomes]


def _report(build: _Build, generation: Generation, outcomes: list[FileOutcome]) -> Report:
    return Report(
        files=tuple(outcomes),
        tables=generation.manifest.tables,
        columns=generation.manifest.columns,
        seconds=sum(build.seconds.values()),
        stages=build.seconds,
        bytes=generation.manifest.bytes,
        logical_hash=generation.manifest.logical_hash,
        generation=generation.number,
    )
