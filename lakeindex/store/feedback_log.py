"""The verdicts of people on pairs of columns, in a file beside the generations: builds neither write nor remove it.

INDEX/feedback.jsonl      the number of verdicts and their checksum, then a verdict a line; replaced atomically
INDEX/feedback.lock       locked (flock) by the process that replaces it
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from lakeindex.errors import IndexDamaged, LakeIndexError, LockHeld, NotFound
from lakeindex.files.regular_file import open_regular
from lakeindex.store.current_pointer import sync
from lakeindex.types.lake import ColumnId, TableId

FEEDBACK = "feedback.jsonl"

_LOCK = "feedback.lock"
_FORMAT = 1
_LOCK_TIMEOUT_SECONDS = 10.0
_PAUSE_SECONDS = 0.02

Pair = tuple[ColumnId, ColumnId]
Stamp = tuple[int, int, int, int]


class Verdict(StrEnum):
    """A person's verdict on a pair of columns."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A pair of columns with a person's verdict; the order of the two has no meaning."""

    left: ColumnId
    right: ColumnId
    verdict: Verdict
    note: str = ""
    given_at: str = ""
    """ISO 8601, UTC."""

    @property
    def pair(self) -> Pair:
        """The two columns in sorted order, which identifies the pair."""
        return pair_of(self.left, self.right)


def no_verdict_on(left: ColumnId, right: ColumnId) -> NotFound:
    """Return the error of a pair without a verdict."""
    return NotFound(f"there is no verdict on {left} and {right}; lakeindex feedback lists those there are")


def pair_of(left: ColumnId, right: ColumnId) -> Pair:
    """Return two columns in sorted order, so that both directions are one pair."""
    return (left, right) if left <= right else (right, left)


@dataclass(frozen=True, slots=True)
class FeedbackFile:
    """The verdicts in an index's folder, one a pair."""

    index: Path

    @property
    def path(self) -> Path:
        """The file's path; there is no file before the first verdict."""
        return self.index / FEEDBACK

    def stamp(self) -> Stamp | None:
        """Return a stamp that changes with every verdict; None where none was ever given."""
        try:
            facts = self.path.lstat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns

    def read(self) -> tuple[LabelledPair, ...]:
        """Read all verdicts, in the order of their pairs.

        Raises IndexDamaged, naming the file, when any byte of it has changed.
        """
        content = self.content()
        return () if content is None else verdicts_in(content, self.path)

    def content(self) -> bytes | None:
        """Return the file's bytes as they are; None where no verdict was ever given. Raises IndexDamaged."""
        try:
            with open_regular(self.path) as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise IndexDamaged(f"{self.path} can't be read: {error.strerror or error}") from error

    def give(self, given: Iterable[LabelledPair]) -> None:
        """Add verdicts; each replaces an earlier one on its pair.

        Raises LockHeld when another writer doesn't finish in time, IndexDamaged as `read`: nothing is written then.
        """
        with self._locked():
            verdicts = {one.pair: one for one in self.read()}
            self._replace(verdicts | {one.pair: one for one in given})

    def withdraw(self, left: ColumnId, right: ColumnId) -> None:
        """Remove a verdict. Raises NotFound where there is none, and as `give`."""
        with self._locked():
            verdicts = {one.pair: one for one in self.read()}
            if pair_of(left, right) not in verdicts:
                raise no_verdict_on(left, right)
            del verdicts[pair_of(left, right)]
            self._replace(verdicts)

    def forget(self, tables: Collection[TableId]) -> int:
        """Remove the verdicts on columns of some tables, from files that were set aside, too; return their number.

        Files that were set aside and can't be read are removed. Raises as `give`.
        """
        if not self._set_aside_before() and not self.path.exists():
            return 0
        with self._locked():
            self._unfinished.unlink(missing_ok=True)  # whoever was writing it was killed
            copies = self._set_aside_before()
            removed = [self._forget(self.path, tables)] if self.path.exists() else []
            for path in copies:
                try:
                    removed.append(self._forget(path, tables))
                except IndexDamaged:
                    path.unlink()
            return sum(removed)

    def _forget(self, path: Path, tables: Collection[TableId]) -> int:
        with open_regular(path) as file:
            verdicts = verdicts_in(file.read(), path)
        kept = {one.pair: one for one in verdicts if not {one.left.table, one.right.table} & set(tables)}
        if len(kept) < len(verdicts):
            self._replace(kept, path)
        return len(verdicts) - len(kept)

    def put(self, content: bytes | None) -> Path | None:
        """Let the file have a content, or not be there; return under which name what was there before is kept.

        Raises LockHeld and LakeIndexError as `give`.
        """
        with self._locked():
            if self.content() == content:
                return None
            kept = self._set_aside() if self.path.exists() else None
            if content is not None:
                self._write(content, self.path)
            return kept

    def _set_aside(self) -> Path:
        names = (self.path.with_name(f"{FEEDBACK}.bak{number or ''}") for number in count())
        kept = next(path for path in names if not path.exists())
        self.path.rename(kept)
        sync(self.index)
        return kept

    def _set_aside_before(self) -> list[Path]:
        return sorted(self.index.glob(f"{FEEDBACK}.*"))

    @property
    def _unfinished(self) -> Path:
        return self.path.with_name(f"{FEEDBACK}.new")

    def _replace(self, verdicts: dict[Pair, LabelledPair], path: Path | None = None) -> None:
        lines = "".join(_to_line(verdicts[pair]) for pair in sorted(verdicts)).encode("ascii")
        head = {"format": _FORMAT, "verdicts": len(verdicts), "checksum": _hash(lines)}
        self._write(json.dumps(head).encode("ascii") + b"\n" + lines, path or self.path)

    def _write(self, content: bytes, path: Path) -> None:
        unfinished = self._unfinished
        try:
            unfinished.write_bytes(content)
            sync(unfinished)
            unfinished.replace(path)
            sync(self.index)
        except OSError as error:
            raise LakeIndexError(
                f"{path} can't be written ({error.strerror or error}); the verdicts given before still count"
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the file, waiting for another writer: unlike a build, writing verdicts takes a moment."""
        with (self.index / _LOCK).open("a+") as lock:
            deadline = time.monotonic() + _LOCK_TIMEOUT_SECONDS
            while not _try_lock(lock.fileno()):
                if time.monotonic() > deadline:
                    lock.seek(0)
                    holder = lock.read().strip() or "an unknown process"
                    raise LockHeld(f"{self.path} is being written by {holder}; wait until it is done, or stop it")
                time.sleep(_PAUSE_SECONDS)
            lock.truncate(0)
            lock.write(f"process {os.getpid()}")
            lock.flush()
            yield


def feedback_hash(index_hash: str, verdicts: Iterable[LabelledPair]) -> str:
    """Combine the hash of an index with its verdicts; without any verdict, return `index_hash` itself."""
    as_json = [[*_columns_of(one), one.verdict, one.note] for one in sorted(verdicts, key=lambda one: one.pair)]
    return _hash(json.dumps([index_hash, as_json]).encode("ascii")) if as_json else index_hash


def _columns_of(labelled: LabelledPair) -> list[str]:
    return [text for column in labelled.pair for text in (column.table, column.name)]


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _to_line(labelled: LabelledPair) -> str:
    fields = {
        "left": {"table": labelled.left.table, "name": labelled.left.name},
        "right": {"table": labelled.right.table, "name": labelled.right.name},
        "verdict": labelled.verdict,
        "note": labelled.note,
        "given_at": labelled.given_at,
    }
    return json.dumps(fields) + "\n"


def verdicts_in(content: bytes, path: Path) -> tuple[LabelledPair, ...]:
    """Return the verdicts in a file's content. Raises IndexDamaged where that isn't what was written to `path`."""
    head, _, lines = content.partition(b"\n")
    try:
        header = json.loads(head)
        if header["format"] != _FORMAT:
            raise IndexDamaged(f"{path} has format {header['format']!r}, this lakeindex reads format {_FORMAT}")
        if header["checksum"] != _hash(lines):
            raise ValueError("its verdicts have another checksum than when they were written")
        verdicts = tuple(_from_line(line) for line in lines.splitlines())
        if header["verdicts"] != len(verdicts):
            raise ValueError(f"it has {len(verdicts)} verdicts, not {header['verdicts']}")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(
            f"{path} is not what was written ({error}) and was left as it is; put a copy of it back, or move it away "
            "and give the verdicts again: lakeindex feedback --import FILE.csv"
        ) from error
    return verdicts


def _from_line(line: bytes) -> LabelledPair:
    fields = json.loads(line)
    sides = (fields["left"], fields["right"])
    left, right = (ColumnId(TableId(str(side["table"])), str(side["name"])) for side in sides)
    return LabelledPair(left, right, Verdict(fields["verdict"]), str(fields["note"]), str(fields["given_at"]))


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
