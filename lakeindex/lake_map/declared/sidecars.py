"""Find the files beside a lake's tables that may declare keys, and read them: they are a stranger's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from lakeindex.files.regular_file import open_regular
from lakeindex.types.lake import TableId

_MOST_FOLDERS, _MOST_FILES = 20_000, 5_000
_MOST_LISTED = 200_000
"""Entries of a folder that are looked at."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file beside tables."""

    root: Path
    folder: PurePosixPath
    """Within the lake."""
    file: str

    @property
    def name(self) -> str:
        """Its path within the lake."""
        return str(self.folder / self.file)

    def read(self, most_bytes: int) -> bytes:
        """Return its content. Raises OSError and ValueError for one that is too large, or no file of the lake."""
        path = self.root / self.folder / self.file
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise ValueError("it is a link that leaves the lake")
        with open_regular(path) as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise ValueError(f"it has more than {most_bytes:,} bytes")
        return content


def find_sidecars(root: Path, tables: Sequence[TableId], is_one: Callable[[str], bool]) -> Iterator[Sidecar]:
    """Find files by name in the folders in which there are tables, and in those above, up to the lake's own."""
    folders = {parent for table in tables for parent in PurePosixPath(table.partition("#")[0]).parents}
    found = (
        Sidecar(root, folder, file)
        for folder in sorted(folders, key=str)[:_MOST_FOLDERS]
        for file in _files(root / folder, is_one)
    )
    yield from islice(found, _MOST_FILES)


def _files(folder: Path, is_one: Callable[[str], bool]) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, _MOST_LISTED) if is_one(entry.name))
    except OSError:
        return []
