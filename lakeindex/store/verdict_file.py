"""Files of people's verdicts, beside the generations: builds neither write nor remove them.

INDEX/NAME.jsonl      the number of verdicts and their checksum, then a verdict a line; replaced atomically
INDEX/NAME.lock       locked (flock) by the process that replaces it
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from lakeindex.errors import IndexDamaged, LakeIndexError
from lakeindex.files.regular_file import open_regular
from lakeindex.store.current_pointer import sync
from lakeindex.store.waiting_lock import locked
from lakeindex.types.lake import TableId

_FORMAT = 1

Stamp = tuple[int, int, int, int]


class Verdict(StrEnum):
    """A person's verdict on a pair."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class OnPair(Protocol):
    """A verdict on a pair of things of the lake's tables."""

    @property
    def pair(self) -> Any:
        """What identifies the pair, whichever of the two is named first; pairs have an order."""
        ...

    @property
    def tables(self) -> tuple[TableId, TableId]:
        """The tables that the two are of."""
        ...


_Given = TypeVar("_Given", bound=OnPair)


@dataclass(frozen=True, slots=True)
class VerdictFile(ABC, Generic[_Given]):
    """The verdicts of one kind in an index's folder, one a pair."""

    index: Path

    NAME: ClassVar[str]
    """The file's name, which ends in `.jsonl`."""
    AGAIN: ClassVar[str]
    """The command by which verdicts are given that are in a file of the user's own."""
    LOOK: ClassVar[str]
    """What a user does with verdicts that are to be replaced."""

    @abstractmethod
    def _to_fields(self, given: _Given) -> dict[str, Any]:
        """Return a verdict as JSON."""

    @abstractmethod
    def _from_fields(self, fields: Any) -> _Given:
        """Return the verdict that `_to_fields` made JSON of. Raises ValueError, KeyError and TypeError."""

    @property
    def path(self) -> Path:
        """The file's path; there is no file before the first verdict."""
        return self.index / self.NAME

    def stamp(self) -> Stamp | None:
        """Return a stamp that changes with every verdict; None where none was ever given."""
        try:
            facts = self.path.lstat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns

    def read(self) -> tuple[_Given, ...]:
        """Read all verdicts, in the order of their pairs.

        Raises IndexDamaged, naming the file, when any byte of it has changed.
        """
        content = self.content()
        return () if content is None else self.verdicts_in(content, self.path)

    def damage(self) -> str:
        """Return what is damaged, in a sentence; nothing where the file is whole, or isn't there."""
        try:
            self.read()
        except IndexDamaged as error:
            return str(error)
        return ""

    def content(self) -> bytes | None:
        """Return the file's bytes as they are; None where no verdict was ever given. Raises IndexDamaged."""
        try:
            with open_regular(self.path) as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise IndexDamaged(f"{self.path} can't be read: {error.strerror or error}") from error

    def change(self, given: Iterable[_Given], withdrawn: Collection[Any] = ()) -> Mapping[Any, _Given]:
        """Add verdicts, each in place of an earlier one on its pair, remove those on some pairs; return those before.

        Raises LockHeld when another writer doesn't finish in time, LakeIndexError where the file can't be written,
        IndexDamaged as `read`: nothing is written then.
        """
        with self._locked():
            before = {one.pair: one for one in self.read()}
            after = before | {one.pair: one for one in given}
            after = {pair: one for pair, one in after.items() if pair not in withdrawn}
            if after != before:
                self._replace(after, self.path)
            return before

    def forget(self, tables: Collection[TableId]) -> int:
        """Remove the verdicts on what is of some tables, from files that were set aside, too; return their number.

        Files that were set aside and can't be read are removed. Raises as `change`.
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
            verdicts = self.verdicts_in(file.read(), path)
        kept = {one.pair: one for one in verdicts if not set(one.tables) & set(tables)}
        if len(kept) < len(verdicts):
            self._replace(kept, path)
        return len(verdicts) - len(kept)

    def put(self, content: bytes | None) -> Path | None:
        """Let the file have a content, or not be there; return under which name what was there before is kept.

        Raises LockHeld and LakeIndexError as `change`.
        """
        with self._locked():
            if self.content() == content:
                return None
            kept = self._set_aside() if self.path.exists() else None
            if content is not None:
                self._write(content, self.path)
            return kept

    def _set_aside(self) -> Path:
        names = (self.path.with_name(f"{self.NAME}.bak{number or ''}") for number in count())
        kept = next(path for path in names if not path.exists())
        self.path.rename(kept)
        sync(self.index)
        return kept

    def _set_aside_before(self) -> list[Path]:
        return sorted(self.index.glob(f"{self.NAME}.*"))

    @property
    def _unfinished(self) -> Path:
        return self.path.with_name(f"{self.NAME}.new")

    def _replace(self, verdicts: Mapping[Any, _Given], path: Path) -> None:
        lines = "".join(json.dumps(self._to_fields(verdicts[pair])) + "\n" for pair in sorted(verdicts)).encode("ascii")
        head = {"format": _FORMAT, "verdicts": len(verdicts), "checksum": hash_of(lines)}
        self._write(json.dumps(head).encode("ascii") + b"\n" + lines, path)

    def _write(self, content: bytes, path: Path) -> None:
        unfinished = self._unfinished
        try:
            unfinished.write_bytes(content)
            sync(unfinished)
            unfinished.replace(path)
            sync(self.index)
        except OSError as error:
            raise self._unwritable(error, path) from error

    def _unwritable(self, error: OSError, path: Path) -> LakeIndexError:
        reason = error.strerror or error
        return LakeIndexError(f"{path} can't be written ({reason}); the verdicts given before still count")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with locked(self.path.with_suffix(".lock"), self.path):
                yield
        except OSError as error:
            raise self._unwritable(error, self.path) from error

    def verdicts_in(self, content: bytes, path: Path) -> tuple[_Given, ...]:
        """Return the verdicts in a file's content. Raises IndexDamaged where that isn't what was written to `path`."""
        head, _, lines = content.partition(b"\n")
        try:
            header = json.loads(head)
            if header["format"] != _FORMAT:
                raise IndexDamaged(f"{path} has format {header['format']!r}, this lakeindex reads format {_FORMAT}")
            if header["checksum"] != hash_of(lines):
                raise ValueError("its verdicts have another checksum than when they were written")
            verdicts = tuple(self._from_fields(json.loads(line)) for line in lines.splitlines())
            if header["verdicts"] != len(verdicts):
                raise ValueError(f"it has {len(verdicts)} verdicts, not {header['verdicts']}")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise IndexDamaged(
                f"{path} is not what was written ({error}) and was left as it is; put a copy of it back, or move it "
                f"away and give the verdicts again: {self.AGAIN}"
            ) from error
        return verdicts


def hash_of(content: bytes) -> str:
    """Return a checksum."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()
