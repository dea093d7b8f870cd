"""Build an index: connectors → profiles → texts → vectors → indexes → a published generation.

Unchanged files are taken from the generation before, the work of an interrupted build from its staging.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from lakeindex.build.anchor_scores import anchor_scores
from lakeindex.build.changes import Changes
from lakeindex.build.columns import STAGED_SCHEMA, Columns
from lakeindex.build.encoding import BuildModel, PrivateTextEncoder, encode_columns
from lakeindex.build.kept_before import keeps_less_than_before
from lakeindex.build.lake_names import LakeNames
from lakeindex.build.list_files import list_files
from lakeindex.build.logical_hash import logical_hash
from lakeindex.build.materialised_rows import KeptRows, materialise_rows
from lakeindex.build.placed_copies import place_copies, place_scans
from lakeindex.build.planned import made_for, planned_manifest
from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.build.profiling import FileProfiler, copy_names
from lakeindex.build.room import Room, explaining_failures
from lakeindex.build.shards import gather_shards, pieces_in
from lakeindex.build.shrinkage import Earlier, Later, require_no_shrinkage
from lakeindex.build.term_indexes import build_term_indexes
from lakeindex.build.unseen import keep_unseen, unseen_in, without_incomplete
from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.database import storing
from lakeindex.catalog.directory import Directory
from lakeindex.config.index_settings import limits_of
from lakeindex.config.profile_limits import Names
from lakeindex.config.scan_option import sample_rows
from lakeindex.config.settings import Settings
from lakeindex.index.vector_index import VectorIndex
from lakeindex.match.lake_calibration import LakeCalibration
from lakeindex.models.weights import LATE_INTERACTION, STATIC
from lakeindex.rerank.anchor_store import save_anchors
from lakeindex.rerank.late_interaction import LateInteraction
from lakeindex.store.generations import Generation
from lakeindex.store.layout import (
    ANCHORS,
    CATALOG,
    COLUMN_TOKENS,
    COPIES,
    HEAD,
    LAKE_CALIBRATION,
    STAGING,
    TERMS,
    VECTORS,
)
from lakeindex.store.manifest import Manifest
from lakeindex.store.publishing import publish, writing
from lakeindex.store.staging import Staging
from lakeindex.types.column_tokens import save_tokens
from lakeindex.types.columns import CrossInput
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Parts
from lakeindex.types.personal import PersonalColumn
from lakeindex.types.reports import FileOutcome, FileStatus, Progress, Report

Calibrate = Callable[[Generation], LakeCalibration]
"""Finds out what the lake's own joins say of its probabilities, from a generation that is not published yet."""


OpenPrevious = Callable[[Path, Manifest, str], PreviousGeneration | None]
"""Opens what can be taken over of the index's current generation, given the planned one, within some memory."""


_MUCH_TO_READ = 32 << 20
"""Bytes of files whose reading takes longer than loading the encoder, which happens meanwhile."""


_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Build:
    """A build under way."""

    index: Path
    folder: Path
    settings: Settings
    model: BuildModel
    progress: Progress
    planned: Manifest
    """The manifest as far as it is known before the build."""
    room: Room
    calibrate: Calibrate | None
    names: LakeNames
    seconds: dict[str, float] = field(default_factory=dict)
    open_previous: OpenPrevious = PreviousGeneration.open
    pieces: Path | None = None
    """Where shards have left scans of pieces of large files; None where none have."""
    kept_rows: KeptRows | None = None
    """The materialised rows that are copied; others are read from the lake."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that a stage takes to what it has taken so far."""
        _log.info("%s begins", name)
        started = time.perf_counter()
        yield
        took = time.perf_counter() - started
        self.seconds[name] = self.seconds.get(name, 0.0) + took
        _log.info("%s took %.1f s", name, took)


def build_index(
    lake: Path,
    index: Path,
    settings: Settings,
    model: BuildModel,
    progress: Progress,
    calibrate: Calibrate | None = None,
    open_previous: OpenPrevious = PreviousGeneration.open,
    shards: Path | None = None,
) -> Report:
    """Index a lake and publish the result; the generation before answers queries until then.

    What lies in the folder `shards` was read by shards, and is not read again.

    Where nothing changed, nothing is published. What can't be seen for a reason of the machine stays as it was. What
    was read is kept for the same command to go on from, whatever ends this one. Raises NotFound when there is no lake,
    LockHeld when another writer is at work, ShrinkRefused when more would go than `shrink_limit` allows, WriteFailed
    when the index can't be written.
    """
    files, refused = list_files(lake, index, Parts(settings.parts))
    names = LakeNames(limits_of(settings).name_hasher)
    files, refused = names.hide_files(files), names.hide_outcomes(refused)
    with writing(index) as folder:
        room = Room.of(index, folder, index / STAGING, sum(file.size for file in files))
        with explaining_failures(room), storing(f"the index in {index}"):
            model = model.for_index(index)
            planned = planned_manifest(lake, model, settings)
            build = Build(index, folder, settings, model, progress, planned, room, calibrate, names)
            # A shard reads all of its files: nothing is taken over from the generation before.
            build.open_previous = open_previous if shards is None else _open_nothing
            build.pieces = None if shards is None else pieces_in(shards, planned)
            staging = Staging(index / STAGING)
            staging.open(made_for(planned))
            gather_shards(shards, staging, planned)
            return _build(build, staging, files, refused)


def _open_nothing(*_: object) -> None:
    return None


def _build(build: Build, staging: Staging, files: list[LakeFile], refused: list[FileOutcome]) -> Report:
    with build.stage("compare"):
        previous = build.open_previous(build.index, build.planned, build.settings.memory)
        known = {} if previous is None else previous.files
        files, lacking = without_incomplete(files, refused, known)
        refused = [*refused, *lacking]
        changes = Changes.between(files, known, build.settings.check_content, sample_rows(build.settings.scan))
    # Shards leave few texts to encode, or none.
    if changes.bytes_to_read(known) > _MUCH_TO_READ and not any(True for _ in staging.vectors()):
        build.model = build.model.loading()
    with nullcontext() if previous is None else closing(previous):
        private_texts = PrivateTextEncoder(build.model, staging, previous)
        # Where contents are compared, what a file's time says of its parts is not enough.
        earlier = None if previous is None or build.settings.check_content else previous.copies
        profiler = FileProfiler(staging, build.settings, private_texts, build.room, build.names, earlier, build.pieces)
        with build.stage("profile"):
            read = profiler.profile(changes.to_read, build.progress)
        listed, are_hidden = {file.name for file in files}, build.names.hasher is not None
        outcomes = keep_unseen(refused + read, listed, known, are_hidden)
        if previous is not None and previous.is_up_to_date(outcomes, changes.unchanged):
            staging.drop()
            unchanged = _marked(list(known.values()), changes.unchanged)
            return _report(build, previous.generation, unchanged, previous.catalog.personal_columns())
        files_later = [*outcomes, *(known[name] for name in changes.unchanged)]
        check = partial(_require_no_shrinkage, build, previous, files_later)
        catalog, directory = write_artifacts(build, staging, previous, outcomes, changes.unchanged, check)
    keeps_less = previous is None and keeps_less_than_before(build.index, limits_of(build.settings))
    published = finish(build, catalog, directory, 0 if keeps_less else build.settings.keep)
    staging.drop()
    return _report(build, published.generation, _marked(published.files, changes.unchanged), published.personal)


def write_artifacts(
    build: Build,
    staging: Staging,
    previous: PreviousGeneration | None,
    outcomes: Sequence[FileOutcome],
    unchanged: Sequence[str],
    check: Callable[[Directory], None] | None = None,
) -> tuple[Catalog, Directory]:
    """Write the artifacts of a generation from files that were read, and from unchanged files of the one before.

    Before the dear part, `check` may refuse the columns that it is going to have.
    """
    kept = (*unchanged, *unseen_in(outcomes))
    columns = Columns.gather(previous, kept, staging.records(STAGED_SCHEMA))
    directory = columns.directory()
    if check is not None:
        check(directory)
    _write_indexes(build, columns, directory, staging)
    with build.stage("catalog"):
        carried = None if previous is None else previous.carried_over(kept)
        catalog = Catalog.write(build.folder / CATALOG, build.settings.memory, outcomes, columns.records, carried)
        read = [one for one in outcomes if one.status is not FileStatus.UNSEEN]
        place_copies(build.folder / COPIES, copy_names(read), staging, catalog, previous)
        place_scans(build.folder / COPIES, read, kept, staging, previous)
    build.kept_rows = KeptRows.of(previous, kept)
    return catalog, directory


@dataclass(frozen=True, slots=True)
class Published:
    """A generation that was published, and what its catalog says."""

    generation: Generation
    files: list[FileOutcome]
    personal: tuple[PersonalColumn, ...]


def finish(build: Build, catalog: Catalog, directory: Directory, keep: int) -> Published:
    """Write what derives from a generation's catalog, and publish, so that `keep` older generations stay."""
    with closing(catalog):
        if build.settings.materialize:
            with build.stage("materialize"):
                lake, memory = Path(build.planned.lake), build.settings.memory
                materialise_rows(catalog, lake, build.folder, build.kept_rows, memory)
        manifest = _manifest(build, catalog, directory)
        if build.calibrate is not None:
            with build.stage("calibrate"):
                build.calibrate(Generation(0, build.folder, manifest)).save(build.folder / LAKE_CALIBRATION)
        files, personal = catalog.files(), catalog.personal_columns()
    with build.stage("publish"):
        return Published(publish(build.index, build.folder, manifest, keep), files, personal)


def _require_no_shrinkage(
    build: Build, previous: PreviousGeneration | None, files: Sequence[FileOutcome], directory: Directory
) -> None:
    with build.stage("compare"):
        earlier = Earlier.read(build.index, previous, build.settings.memory)
        require_no_shrinkage(earlier, Later.of(files, directory), build.settings.shrink_limit, build.planned.lake)


def _write_indexes(build: Build, columns: Columns, directory: Directory, staging: Staging) -> None:
    """Write the vectors, the directory, the tokens, the term indexes and the anchor scores of all columns."""
    with build.stage("encode"):
        vectors = columns.vectors(encode_columns(columns, build.model, staging, build.progress))
    with build.stage("index"):
        VectorIndex.build(vectors, np.arange(len(vectors))).save(build.folder / VECTORS)
        if build.model.head is not None:
            build.model.head.save(build.folder / HEAD)
        directory.save(build.folder)
        tokens = columns.column_tokens()
        save_tokens(tokens, build.folder / COLUMN_TOKENS)
        has_names = Names(build.planned.settings["limits"]["names"]) is Names.PLAIN
        build_term_indexes(build.folder / TERMS, columns, directory, not has_names)
    if build.settings.anchors:
        with build.stage("anchors"):
            _write_anchor_scores(build, CrossInput(tokens, directory.facts), columns.previous)


def _write_anchor_scores(build: Build, columns: CrossInput, previous: PreviousGeneration | None) -> None:
    before = None if previous is None else previous.anchor_scores()
    scores = anchor_scores(columns, build.settings.anchors, before, LateInteraction.open(LATE_INTERACTION, STATIC))
    save_anchors(scores, build.folder / ANCHORS)


def _manifest(build: Build, catalog: Catalog, directory: Directory) -> Manifest:
    return replace(
        build.planned,
        tables=catalog.count("tables"),
        columns=catalog.count("columns"),
        failed=catalog.count_failed(),
        logical_hash=logical_hash(catalog, directory, build.planned),
    )


def _marked(outcomes: Sequence[FileOutcome], unchanged: Sequence[str]) -> list[FileOutcome]:
    """Return the outcomes with the status of files that were not read set to unchanged."""
    names = set(unchanged)
    return [replace(one, status=FileStatus.UNCHANGED) if one.path in names else one for one in outcomes]


def _report(
    build: Build, generation: Generation, outcomes: list[FileOutcome], personal: tuple[PersonalColumn, ...]
) -> Report:
    return Report(
        files=tuple(build.names.show_outcomes([one for outcome in outcomes for one in outcome.of_each_file()])),
        tables=generation.manifest.tables,
        columns=generation.manifest.columns,
        seconds=sum(build.seconds.values()),
        stages=build.seconds,
        bytes=generation.manifest.bytes,
        logical_hash=generation.manifest.logical_hash,
        generation=generation.number,
        in_parts=tuple(build.names.show_outcomes([one for one in outcomes if one.parts])),
        personal=personal,
    )
