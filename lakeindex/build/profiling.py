"""Read the files of a lake into the staging of a build."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa

from lakeindex.store.staging import StagedShare, Staging
from lakeindex.build.changes import Changes, token_of
from lakeindex.build.columns import STAGED_SCHEMA
from lakeindex.config.settings import Settings
from lakeindex.config.index_settings import guards_of, limits_of, read_options, text_options
from lakeindex.encode.column_tokenizer import read_records
from lakeindex.encode.record_texts import describe_records
from lakeindex.hashing.siphash import siphash
from lakeindex.arrays.aliases import Hashes
from lakeindex.profile.workers.protocol import outcome_from_json, outcome_to_json
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.hashing.text_hash import HashedText
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome
from lakeindex.types.reports import FileStatus
from lakeindex.types.reports import Progress
from lakeindex.config.profile_limits import RawValues

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What no reading of a file ends with, only the writing of its copy."""


class EncodesAtOnce(Protocol):
    """Encodes texts that must not be staged."""

    @property
    def encoded(self) -> Hashes:
        """Hashes of the texts whose vectors are known, ascending."""

    def encode(self, text_hashes: Hashes, texts: Sequence[str]) -> None:
        """Stage the vectors of texts."""


@dataclass(frozen=True, slots=True)
class Profiling:
    """What reads files, and where it puts what it finds."""

    staging: Staging
    settings: Settings
    private: EncodesAtOnce
    """Where texts go that name values which the index must not keep."""

    def profile(self, files: Sequence[LakeFile], progress: Progress) -> list[FileOutcome]:
        """Read files, but for those that the staging holds already; tell what became of each."""
        settings, limits = self.settings, limits_of(self.settings)
        done = self._resumed(files)
        rest = [file for file in files if file.name not in done]
        tokens = {file.name: token_of(file) for file in rest}
        options = read_options(settings, self.staging.copies if limits.raw is RawValues.SAMPLE else None)
        progress("profile", len(done), len(files))
        for share in profile_in_workers(rest, options, limits, guards_of(settings)):
            outcomes = {one.path: replace(one, token=tokens[one.path]) for one in share.outcomes}
            _require_room(share.outcomes)
            if share.records is not None:
                told = {path: json.loads(outcome_to_json(one)) for path, one in outcomes.items()}
                self.staging.add_share(told, self._described(share.records), copies_of(share.outcomes))
            done |= outcomes
            progress("profile", len(done), len(files))
        return list(done.values())

    def _described(self, records: pa.Table) -> pa.Table:
        """Replace the values of each column by what the encoder and the cross-encoder will read."""
        texts = describe_records(records, text_options(self.settings))
        limits = limits_of(self.settings)
        column = pa.array(texts, pa.large_string())
        hashes = HashedText.from_arrow(column).strings()
        if limits.raw is RawValues.HASH:
            hashes = siphash(hashes, limits.key)
            self.private.encode(hashes, texts)
            column = pa.nulls(len(texts), pa.large_string())
        described = records.append_column("text", column).append_column("text_hash", pa.array(hashes))
        described = described.append_column("reading", read_records(records, limits.raw is RawValues.SAMPLE))
        return described.select(STAGED_SCHEMA.names)

    def _resumed(self, files: Sequence[LakeFile]) -> dict[str, FileOutcome]:
        """Take what an interrupted build had read; what changed since, or could not be read, is read again."""
        done: dict[str, FileOutcome] = {}
        copies: set[str] = set()
        for share in self.staging.shares():
            outcomes = {path: outcome_from_json(json.dumps(one).encode()) for path, one in share.outcomes.items()}
            read = {path: one for path, one in outcomes.items() if one.status is FileStatus.INDEXED}
            there = [file for file in files if file.name in read]
            unchanged = Changes.between(there, read, self.settings.check_content).unchanged
            if len(unchanged) == len(read) and self._is_spelled(share):
                done |= read
                copies.update(share.copies)
            else:
                share.path.unlink()
        self.staging.keep_copies(copies)
        return done

    def _is_spelled(self, share: StagedShare) -> bool:
        """Tell whether there is a text, or its vector, for each column."""
        if RawValues(self.settings.values) is not RawValues.HASH:
            return True
        return bool(np.isin(share.text_hashes(), self.private.encoded).all())


def _require_room(outcomes: Iterable[FileOutcome]) -> None:
    """Raise OSError where a file failed for want of room for its copy: an index without it would not be the lake's."""
    for outcome in outcomes:
        for code in _NO_ROOM:
            if outcome.status is FileStatus.FAILED and os.strerror(code) in outcome.reason:
                raise OSError(code, os.strerror(code))


def copies_of(outcomes: Iterable[FileOutcome]) -> list[str]:
    """Name the copies of tables that files came with."""
    return [table.copy for outcome in outcomes for table in outcome.tables if table.copy]
