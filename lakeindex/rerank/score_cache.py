"""A cache of a slow cross-encoder's scores, by the hashes of both columns: a changed column has no cached scores."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Hashes
from lakeindex.hashing.text_hash import mix

_MOST = 1_000_000
_RECENT = 1 << 16
"""Scores that are kept apart from the many sorted ones before they are sorted in among them."""
_RECORD = np.dtype([("hash", "<u8"), ("score", "<f8"), ("check", "<u8")])

Records = npt.NDArray[np.void]
"""Scores with their hashes, as they stand in the file."""


@dataclass(slots=True, eq=False)
class ScoreCache:
    """Scores of pairs, as long as the process lives or, with a file, from one to the next.

    The file is only ever appended to, under a lock, so that several processes can share it. Each record carries a check
    of itself: one that a killed process left half, or that was damaged, is passed over and its pair scored again.
    """

    path: Path | None = None
    """A file of one model's scores, which may be lost at any time."""
    most: int = _MOST
    """Pairs that are kept in memory, about the newest; the file is cut back to them when it holds twice as many."""
    _known: list[Records] = field(default_factory=lambda: [np.zeros(0, _RECORD)] * 2, init=False)
    """The many, and the recent ones, which come first where both have a hash; each ascending by hash."""
    _read: tuple[int, int] = field(default=(0, 0), init=False)
    """The inode of the file that was read, and up to which byte."""
    _lock: Lock = field(default_factory=Lock, init=False)

    def look_up(self, hashes: Hashes) -> Floats:
        """Return the scores of pairs, (n,), nan of those that are not known."""
        with self._lock:
            self._read_on()
            known = list(self._known)
        scores = np.full(len(hashes), np.nan)
        for records in filter(len, known):
            places = np.minimum(np.searchsorted(records["hash"], hashes), len(records) - 1)
            is_known = records["hash"][places] == hashes
            scores[is_known] = records["score"][places[is_known]]
        return scores

    def add(self, hashes: Hashes, scores: Floats) -> None:
        """Keep the scores of pairs, (n,) each; where the file can't be written, until the process ends."""
        records = np.zeros(len(hashes), _RECORD)
        records["hash"], records["score"] = hashes, scores
        records["check"] = _check(records)
        with self._lock:
            self._keep(records)
            if self.path is not None:
                with suppress(OSError):
                    self._append(self.path, records)

    def _keep(self, records: Records) -> None:
        many, recent = self._known
        recent = _merged(recent, records[-self.most :])
        if len(recent) <= min(_RECENT, self.most // 2):
            self._known = [many, recent]
        elif len(many) + len(recent) <= self.most:
            self._known = [_merged(many, recent), recent[:0]]
        else:  # the many are older, and scored again where they are needed again
            self._known = [recent, recent[:0]]

    def _read_on(self) -> None:
        """Take in what this or another process appended since the file was last read."""
        if self.path is None:
            return
        with suppress(OSError), self.path.open("rb") as file:
            facts = os.fstat(file.fileno())
            start = self._read[1] if self._read[0] == facts.st_ino else 0
            if facts.st_size // _RECORD.itemsize * _RECORD.itemsize > start:
                file.seek(start)
                content = file.read()
                whole = len(content) // _RECORD.itemsize
                records = np.frombuffer(content, _RECORD, whole)
                self._keep(records[records["check"] == _check(records)])
                self._read = facts.st_ino, start + whole * _RECORD.itemsize

    def _append(self, path: Path, records: Records) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            size = path.stat().st_size if path.exists() else 0
            if size > 2 * self.most * _RECORD.itemsize:
                unfinished = path.with_suffix(".new")
                unfinished.write_bytes(_merged(*self._known).tobytes())
                unfinished.replace(path)
                return
            with path.open("ab") as file:
                file.truncate(size // _RECORD.itemsize * _RECORD.itemsize)  # of a process that was killed
                file.write(records.tobytes())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    # A file of its own: the cache itself may be replaced by a shorter one.
    with path.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check(records: Records) -> Hashes:
    return mix(records["hash"] + np.ascontiguousarray(records["score"]).view(np.uint64) * np.uint64(3))


def _merged(before: Records, after: Records) -> Records:
    """Return records ascending by hash, each hash once: of a pair that was scored twice, the later score counts."""
    together = np.concatenate([after[::-1], before])
    return together[np.unique(together["hash"], return_index=True)[1]]
