"""Profile the files of a lake into the staging of a build."""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from lakeindex.build.changes import Changes, token_of
from lakeindex.build.columns import STAGED_SCHEMA, with_empty_fields
from lakeindex.build.encoding import PrivateTextEncoder
from lakeindex.build.lake_names import LakeNames
from lakeindex.build.lost_parts import is_lost, with_parts
from lakeindex.build.room import Room
from lakeindex.build.shared_files import first_pieces, is_shared, shares_of
from lakeindex.config.index_settings import limits_of, read_limits_of, read_options, text_options
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.scan_option import sample_rows
from lakeindex.config.settings import Settings
from lakeindex.encode.column_tokenizer import tokenize_records
from lakeindex.encode.record_texts import describe_records
from lakeindex.hashing.siphash import siphash
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.workers.copies import COPY_FAILED
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.profile.workers.protocol import outcome_from_json, outcome_to_json
from lakeindex.store.staging import StagedUnit, Staging
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import IN_PIECES, FileOutcome, FileStatus, Progress
from lakeindex.types.share import ALL, Share

_MANY_JOBS = 4
"""Fewer processors are kept busy by the threads of one process, which costs less in all."""
_log = logging.getLogger(__name__)
_CODES = {os.strerror(code): code for code in errno.errorcode}


@dataclass(frozen=True, slots=True)
class FileProfiler:
    """Profiles files in worker processes and stages the records of their columns."""

    staging: Staging
    settings: Settings
    private_texts: PrivateTextEncoder
    """Encodes texts that name values which the index must not keep."""
    room: Room
    names: LakeNames
    """What files, tables and columns are called in the index."""
    earlier: Path | None = None
    """The folder with the scans of tables' pieces that the build before has left."""
    pieces: Path | None = None
    """The folder for scans of pieces that shards have in common; None for the staging's own."""

    def profile(self, files: Sequence[LakeFile], progress: Progress) -> list[FileOutcome]:
        """Profile files, but for those that are staged already; return the outcome of each."""
        done = self._resume(files)
        rest = [file for file in files if file.name not in done]
        sizes = {file.name: file.size for file in files}
        self.room.files, self.room.read = sum(sizes.values()), sum(sizes[name] for name in done)
        progress("profile", len(done), len(files))
        self.stage_pieces([file for file in rest if self._is_worth_sharing(file)], progress)
        for outcomes in self._read(rest):
            done |= outcomes
            self.room.read += sum(sizes[name] for name in outcomes)
            progress("profile", len(done), len(files))
        lost = [file for file in rest if file.parts and is_lost(done[file.name])]
        for outcomes in self._read([self._without_crashes(file) for file in lost]):
            done |= outcomes
        return list(done.values())

    def stage_pieces(self, files: Sequence[LakeFile], progress: Progress, share: Share = ALL) -> set[str]:
        """Scan and stage a share of the pieces of large files; return the names of those that are read in pieces.

        Of several processes one opens each file first, and finds its pieces; then all scan them.
        """
        if not files or not limits_of(self.settings).keeps_all:
            return set()
        processes = self.settings.jobs
        if processes > 1:
            in_pieces = set(self._stage(list(first_pieces(files))))
            files = [file for file in files if file.name in in_pieces]
        shares = list(shares_of(files, share, processes))
        in_pieces = set()
        for done, name in enumerate(self._stage(shares)):
            progress("share", done, len(shares))
            in_pieces.add(name)
        return in_pieces

    def _stage(self, files: Sequence[LakeFile]) -> Iterator[str]:
        """Stage the pieces of files, each those of its share; yield the names of files that have pieces."""
        options = replace(read_options(self.settings, None), pieces=self.pieces or self.staging.pieces)
        for unit in profile_in_workers(files, options, limits_of(self.settings), read_limits_of(self.settings)):
            _require_copies(unit.outcomes)
            yield from (one.path for one in unit.outcomes if one.reason == IN_PIECES)

    def _is_worth_sharing(self, file: LakeFile) -> bool:
        """Return whether all processes read a file: of one in parts, those that are known are not read."""
        has_others = self.settings.jobs >= _MANY_JOBS and self.pieces is None
        return has_others and is_shared(file) and not (file.parts and self.earlier is not None)

    def _read(self, files: Sequence[LakeFile]) -> Iterator[dict[str, FileOutcome]]:
        """Profile files and stage the records of their columns; yield the outcomes of each work unit, by name."""
        settings, limits = self.settings, limits_of(self.settings)
        by_name = {file.name: (file, token_of(file)) for file in files}
        options = read_options(settings, self.staging.copies if limits.keeps_all else None)
        options = replace(options, pieces=self.pieces or self.staging.pieces, earlier=self.earlier)
        for read in profile_in_workers(self.names.show_files(files), options, limits, read_limits_of(settings)):
            unit = self.names.hide_unit(read)
            outcomes = {one.path: with_parts(one, *by_name[one.path]) for one in unit.outcomes}
            for path, one in outcomes.items():
                _log.debug("%s: %s%s", path, one.status, f" ({one.reason})" if one.reason else "")
            _require_copies(unit.outcomes)
            if unit.records is not None:
                as_json = {path: json.loads(outcome_to_json(one)) for path, one in outcomes.items()}
                self.staging.add_unit(as_json, self._to_staged(unit.records), copy_names(unit.outcomes))
            yield outcomes

    def _without_crashes(self, file: LakeFile) -> LakeFile:
        """Return a file of many parts, over which its reader crashed, without the parts that it crashes over alone."""
        parts = list(file.parts)
        options, limits = read_options(self.settings, None), limits_of(self.settings)
        units = profile_in_workers(self.names.show_files(parts), options, limits, read_limits_of(self.settings))
        outcomes = [one for unit in units for one in self.names.hide_unit(unit).outcomes]
        failed = [(one.path, one.reason) for one in outcomes if one.status in (FileStatus.FAILED, FileStatus.UNSEEN)]
        return replace(file, unreadable=tuple(sorted(failed)))

    def _to_staged(self, records: pa.Table) -> pa.Table:
        """Replace the values of each column by its text and its tokens."""
        texts = describe_records(records, text_options(self.settings))
        limits = limits_of(self.settings)
        column = pa.array(texts, pa.large_string())
        hashes = HashedText.from_arrow(column).strings()
        if limits.raw is RawValues.HASH:
            hashes = siphash(hashes, limits.key)
            self.private_texts.encode(hashes, texts)
            column = pa.nulls(len(texts), pa.large_string())
        staged = records.append_column("text", column).append_column("text_hash", pa.array(hashes))
        staged = staged.append_column("column_tokens", tokenize_records(records, limits.raw is RawValues.SAMPLE))
        return with_empty_fields(staged, STAGED_SCHEMA)

    def _resume(self, files: Sequence[LakeFile]) -> dict[str, FileOutcome]:
        """Return the outcomes that an interrupted build staged; drop units whose files changed or could not be read."""
        done: dict[str, FileOutcome] = {}
        copies: set[str] = set()
        for unit in self.staging.units():
            outcomes = {path: outcome_from_json(json.dumps(one).encode()) for path, one in unit.outcomes.items()}
            read = {path: one for path, one in outcomes.items() if one.status is FileStatus.INDEXED}
            present = [file for file in files if file.name in read]
            unchanged = Changes.between(
                present, read, self.settings.check_content, sample_rows(self.settings.scan)
            ).unchanged
            if len(unchanged) == len(read) and self._has_all_texts(unit):
                done |= read
                copies.update(unit.copies)
            else:
                unit.path.unlink()
        self.staging.keep_copies(copies)
        return done

    def _has_all_texts(self, unit: StagedUnit) -> bool:
        """Return whether there is a text, or its vector, for each column."""
        if RawValues(self.settings.values) is not RawValues.HASH:
            return True
        return bool(np.isin(unit.text_hashes(), self.private_texts.encoded).all())


def _require_copies(outcomes: Iterable[FileOutcome]) -> None:
    """Raise OSError if a copy could not be written, as on a full disk: the index would lack that file."""
    for outcome in outcomes:
        if outcome.reason.startswith(COPY_FAILED):
            reason = outcome.reason.removeprefix(COPY_FAILED)
            raise OSError(_CODES.get(reason, errno.EIO), reason)


def copy_names(outcomes: Iterable[FileOutcome]) -> list[str]:
    """Return the names of the copies of the files' tables, and of the scans of their pieces."""
    tables = [table for outcome in outcomes for table in outcome.tables]
    return [name for table in tables for name in (table.copy, table.scans) if name]
