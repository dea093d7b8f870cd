"""Build an index: connectors → profiles → texts → vectors → indexes → a published generation."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.database import storing
from lakeindex.catalog.directory import DIRECTORY_FIELDS, Directory
from lakeindex.catalog.generations import Generation, Manifest, publish, writing
from lakeindex.catalog.lake_database import materialise
from lakeindex.config import Settings
from lakeindex.encode.column_text import TextOptions, ValueOrder
from lakeindex.encode.record_texts import RECORD_FIELDS, describe_records
from lakeindex.index.name_terms import context_words, name_grams
from lakeindex.index.term_index import TermIndex
from lakeindex.index.vector_index import VectorIndex
from lakeindex.layout import CATALOG, COPIES, ENCODER_ROLE, ROWS, TERMS, VECTORS
from lakeindex.naming import title_of, words_of
from lakeindex.pairs import KINDS, ColumnFacts
from lakeindex.profile.column_profile import Limits
from lakeindex.profile.kept_terms import KEPT, kept
from lakeindex.profile.lake_files import walk
from lakeindex.profile.pool import profile_in_workers
from lakeindex.profile.records import PROFILE_SCHEMA
from lakeindex.protocols import Encoder
from lakeindex.text_hash import KEY_MASK
from lakeindex.types import Family, FileOutcome, FileStatus, Header, LakeFile, Progress, ReadOptions, Report

LIMITS = Limits()


@dataclass(slots=True)
class _Build:
    """A build under way."""

    lake: Path
    folder: Path
    settings: Settings
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def build_index(
    lake: Path, index: Path, settings: Settings, make_encoder: Callable[[], Encoder], progress: Progress
) -> Report:
    """Index a lake and publish the result; what answered before goes on answering until then.

    Raises NotFound when there is no lake, LockHeld when another writer is at work.
    """
    files, refused = _list_files(lake, index)
    with writing(index) as folder, storing(f"the index in {index}"):
        build = _Build(lake.resolve(), folder, settings, progress)
        catalog = Catalog.create(folder / CATALOG, settings.memory, PROFILE_SCHEMA)
        try:
            with build.stage("profile"):
                _profile(build, catalog, files, refused)
            with build.stage("catalog"):
                catalog.number_columns()
            with build.stage("encode"):
                encoder = make_encoder()
                texts_hash = _encode(build, catalog, encoder)
            with build.stage("index"):
                _index_terms(build, catalog)
                catalog.drop_staging()
            if settings.materialize:
                with build.stage("materialize"):
                    _materialise(build, catalog)
            manifest = _manifest(build, catalog, encoder, texts_hash)
            outcomes = catalog.files()
        finally:
            catalog.close()
        with build.stage("publish"):
            generation = publish(index, folder, manifest, settings.keep)
    return _report(build, generation, outcomes)


def _list_files(lake: Path, index: Path) -> tuple[list[LakeFile], list[FileOutcome]]:
    files: list[LakeFile] = []
    refused: list[FileOutcome] = []
    for entry in walk(lake, index):
        if isinstance(entry, LakeFile):
            files.append(entry)
        else:
            refused.append(entry)
    return files, refused


def read_options(settings: Settings, copies: Path | None) -> ReadOptions:
    """Say how files are to be read."""
    return ReadOptions(header=Header(settings.header), copies=copies)


def text_options(settings: Settings) -> TextOptions:
    """Say what a column's text is made of."""
    return TextOptions(
        title=settings.text_title,
        name=settings.text_name,
        statistics=settings.text_statistics,
        values=settings.text_values,
        order=ValueOrder(settings.text_order),
    )


def _profile(build: _Build, catalog: Catalog, files: list[LakeFile], refused: list[FileOutcome]) -> None:
    catalog.add(refused, None)
    copies = build.folder / COPIES
    copies.mkdir()
    settings, done = build.settings, 0
    build.progress("profile", 0, len(files))
    for share in profile_in_workers(
        files, read_options(settings, copies), LIMITS, settings.jobs, settings.seconds_per_file
    ):
        catalog.add(share.outcomes, share.records)
        done += len(share.outcomes)
        build.progress("profile", done, len(files))


def _encode(build: _Build, catalog: Catalog, encoder: Encoder) -> str:
    """Write the vector index; return a hash of all texts."""
    digest = hashlib.blake2b(digest_size=16)
    texts: list[str] = []
    for batch in catalog.staged(RECORD_FIELDS):
        described = describe_records(batch, text_options(build.settings))
        digest.update("\0".join([*described, ""]).encode("utf-8", "replace"))
        texts += described
    vectors = _encode_texts(build, encoder, texts)
    VectorIndex.build(vectors, np.arange(len(texts))).save(build.folder / VECTORS)
    return digest.hexdigest()


def _encode_texts(build: _Build, encoder: Encoder, texts: list[str]) -> npt.NDArray[np.float32]:
    build.progress("encode", 0, len(texts))
    vectors = encoder.encode(texts)
    build.progress("encode", len(texts), len(texts))
    return vectors


def _index_terms(build: _Build, catalog: Catalog) -> None:
    directory = Directory.from_records(catalog.staged(DIRECTORY_FIELDS).read_all())
    directory.save(build.folder)
    for family in KEPT:
        _index_sketches(build, catalog, family, directory.facts)
    names = [words_of(str(name)) for name in directory.names.to_pylist()]
    titles = [title_of(directory.table_ids[table]) for table in directory.tables.tolist()]
    for family, (hashes, counts, starts) in (
        (Family.NAMES, name_grams(names)),
        (Family.CONTEXT, context_words(names, titles)),
    ):
        TermIndex.build(hashes, counts, starts, np.ones(len(names), bool)).save(build.folder / TERMS / family)


def _index_sketches(build: _Build, catalog: Catalog, family: Family, facts: ColumnFacts) -> None:
    hashes, starts = catalog.staged_lists(f"{family}_hashes")
    complete = np.diff(starts) < kept(family, [KINDS[kind] for kind in facts.kinds.tolist()])
    folder = build.folder / TERMS
    if family is Family.VALUES:
        values = TermIndex.build(hashes.astype(np.uint64), None, starts, complete)
        values.save(folder / Family.VALUES)
        values.folded(KEY_MASK).totals.save(folder / Family.KEYS)
    else:
        counts, _ = catalog.staged_lists(f"{family}_counts")
        terms = TermIndex.build(hashes.astype(np.uint64), counts.astype(np.int64), starts, complete)
        terms.save(folder / family)


def _materialise(build: _Build, catalog: Catalog) -> None:
    viewed = catalog.viewed(build.lake, build.folder / COPIES)
    materialise(viewed, build.folder / ROWS, build.settings.memory)


def _manifest(build: _Build, catalog: Catalog, encoder: Encoder, texts_hash: str) -> Manifest:
    deciding = {"limits": asdict(LIMITS), "text": asdict(text_options(build.settings)), "header": build.settings.header}
    models = {ENCODER_ROLE: encoder.fingerprint}
    return Manifest(
        lake=str(build.lake),
        tables=catalog.count("tables"),
        columns=catalog.count("columns"),
        failed=catalog.count("files", f"status = '{FileStatus.FAILED}'"),
        logical_hash=_logical_hash(catalog, texts_hash, {"settings": deciding, "models": models}),
        models=models,
        settings=deciding | {"model": build.settings.model, "max_tokens": build.settings.max_tokens},
    )


def _logical_hash(catalog: Catalog, texts_hash: str, deciding: dict[str, object]) -> str:
    """Hash what the index says: nothing of it depends on the order of files, threads or machine."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(deciding, sort_keys=True).encode())
    digest.update(texts_hash.encode())
    for table, fields, order in (
        ("files", "path, status, content_hash", "path"),
        ("tables", "table_id, file, connector, rows, rejected, scan", "table_id"),
        ("columns", "table_id, position, name, digest", "key"),
    ):
        for row in catalog.fetch(f"SELECT {fields} FROM {table} ORDER BY {order}").to_pylist():
            digest.update(json.dumps(list(row.values())).encode())
    return digest.hexdigest()


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
