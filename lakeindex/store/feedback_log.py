"""What people said of pairs of columns. It lies beside the generations: no build writes it, and none removes it.

INDEX/feedback.jsonl      how many verdicts follow and their checksum, then a verdict a line; replaced atomically
INDEX/feedback.lock       held (flock) by whoever replaces it, for a moment
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lakeindex.errors import IndexDamaged, LakeIndexError, LockHeld, NotFound
from lakeindex.files.regular_file import open_regular
from lakeindex.store.current_pointer import sync
from lakeindex.types.lake import ColumnId, TableId

FEEDBACK = "feedback.jsonl"

_LOCK = "feedback.lock"
_FORMAT = 1
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.02

Pair = tuple[ColumnId, ColumnId]
Stamp = tuple[int, int, int, int]


class Verdict(StrEnum):
    """What a person says of a pair of columns."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two columns that a person said join, or don't; which of them is named first says nothing."""

    left: ColumnId
    right: ColumnId
    verdict: Verdict
    note: str = ""
    given_at: str = ""
    """ISO 8601, UTC."""

    @property
    def pair(self) -> Pair:
        """The two columns in their order: what tells one pair from another."""
        return pair_of(self.left, self.right)


def pair_of(left: ColumnId, right: ColumnId) -> Pair:
    """Name a pair in the one way that doesn't depend on its direction."""
    return (left, right) if left <= right else (right, left)


@dataclass(frozen=True, slots=True)
class FeedbackFile:
    """The verdicts that lie in an index's folder, one a pair."""

    index: Path

    @property
    def path(self) -> Path:
        """Where they lie; there is no such file before the first."""
        return self.index / FEEDBACK

    def stamp(self) -> Stamp | None:
        """Return what changes whenever a verdict does; None where none was ever given."""
        try:
            facts = self.path.lstat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns

    def read(self) -> tuple[LabelledPair, ...]:
        """Read all verdicts, in the order of their pairs.

        Raises IndexDamaged, naming the file, when any byte is another than was written.
        """
        try:
            with open_regular(self.path) as file:
                content = file.read()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise IndexDamaged(f"{self.path} can't be read: {error.strerror or error}") from error
        return _verdicts_in(content, self.path)

    def give(self, given: Iterable[LabelledPair]) -> None:
        """Keep verdicts, each in place of an earlier one on its pair.

        Raises LockHeld when another writer doesn't come to an end, IndexDamaged as `read`: nothing is written then.
        """
        with self._locked():
            verdicts = {one.pair: one for one in self.read()}
            self._replace(verdicts | {one.pair: one for one in given})

    def withdraw(self, left: ColumnId, right: ColumnId) -> None:
        """Take a verdict back. Raises NotFound where there is none, and as `give`."""
        with self._locked():
            verdicts = {one.pair: one for one in self.read()}
            if pair_of(left, right) not in verdicts:
                raise NotFound(f"there is no verdict on {left} and {right}; lakeindex feedback lists those there are")
            del verdicts[pair_of(left, right)]
            self._replace(verdicts)

    def _replace(self, verdicts: dict[Pair, LabelledPair]) -> None:
        lines = "".join(_to_line(verdicts[pair]) for pair in sorted(verdicts)).encode("ascii")
        head = {"format": _FORMAT, "verdicts": len(verdicts), "checksum": _hash(lines)}
        unfinished = self.path.with_name(f"{FEEDBACK}.new")
        try:
            unfinished.write_bytes(json.dumps(head).encode("ascii") + b"\n" + lines)
            sync(unfinished)
            unfinished.replace(self.path)
            sync(self.index)
        except OSError as error:
            raise LakeIndexError(
                f"{self.path} can't be written ({error.strerror or error}); what was said before still counts"
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Wait until nobody else writes: unlike a build, that takes a moment."""
        with (self.index / _LOCK).open("a+") as lock:
            until = time.monotonic() + _PATIENCE_SECONDS
            while not _is_ours(lock.fileno()):
                if time.monotonic() > until:
                    lock.seek(0)
                    holder = lock.read().strip() or "an unknown process"
                    raise LockHeld(f"{self.path} is being written by {holder}; wait until it is done, or stop it")
                time.sleep(_PAUSE_SECONDS)
            lock.truncate(0)
            lock.write(f"process {os.getpid()}")
            lock.flush()
            yield


def feedback_hash(said: str, verdicts: Iterable[LabelledPair]) -> str:
    """Return the hash of what an index says, `said` by its files alone, and of verdicts; without any it is the same."""
    told = [[*_columns_of(one), one.verdict, one.note] for one in sorted(verdicts, key=lambda one: one.pair)]
    return _hash(json.dumps([said, told]).encode("ascii")) if told else said


def _columns_of(labelled: LabelledPair) -> list[str]:
    return [text for column in labelled.pair for text in (column.table, column.name)]


def _is_ours(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _to_line(labelled: LabelledPair) -> str:
    told = {
        "left": {"table": labelled.left.table, "name": labelled.left.name},
        "right": {"table": labelled.right.table, "name": labelled.right.name},
        "verdict": labelled.verdict,
        "note": labelled.note,
        "given_at": labelled.given_at,
    }
    return json.dumps(told) + "\n"


def _verdicts_in(content: bytes, path: Path) -> tuple[LabelledPair, ...]:
    head, _, lines = content.partition(b"\n")
    try:
        told = json.loads(head)
        if told["format"] != _FORMAT:
            raise IndexDamaged(f"{path} has format {told['format']!r}, this lakeindex reads format {_FORMAT}")
        if told["checksum"] != _hash(lines):
            raise ValueError("its verdicts have another checksum than when they were written")
        verdicts = tuple(_from_line(line) for line in lines.splitlines())
        if told["verdicts"] != len(verdicts):
            raise ValueError(f"it has {len(verdicts)} verdicts, not {told['verdicts']}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(
            f"{path} is not what was written ({error}) and was left as it is; put a copy of it back, or move it away "
            "and give the verdicts again: lakeindex feedback --import FILE.csv"
        ) from error
    return verdicts


def _from_line(line: bytes) -> LabelledPair:
    told = json.loads(line)
    left, right = (ColumnId(TableId(str(told[side]["table"])), str(told[side]["name"])) for side in ("left", "right"))
    return LabelledPair(left, right, Verdict(told["verdict"]), str(told["note"]), str(told["given_at"]))


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
