"""What those who find tables in many files have in common: which files hold rows, and how several become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lakeindex.plugins import connector_for
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout

Found = tuple[list[LakeFile], list[LakeFile]]
"""What is read together, each as one file, and the other files."""


@dataclass(frozen=True)
class Kinds:
    """Tells what kind of table a file holds, by its name."""

    root: Path
    """Of the lake."""
    load: Callable[[], Mapping[str, Connector]]

    @cached_property
    def connectors(self) -> Mapping[str, Connector]:
        """The connectors, loaded when a file's kind is first asked for."""
        return self.load()

    def of(self, name: str) -> str:
        """Return the name of the connector that reads a file; nothing where none does."""
        connector = connector_for(name, self.connectors)
        return next((kind for kind, one in self.connectors.items() if one is connector), "")

    def name_of_folder(self, folder: str) -> str:
        """Return what the table is called that a folder holds: as the folder, from the lake's root on."""
        return folder or self.root.name

    def together(self, name: str, folder: str, layout: Layout, parts: Iterable[LakeFile]) -> LakeFile:
        """Return files as the one that they are read as."""
        ordered = tuple(sorted(parts, key=lambda part: part.name))
        size, modified = sum(part.size for part in ordered), max(part.modified_ns for part in ordered)
        return LakeFile(
            self.root / folder, name, size, modified, parts=ordered, layout=layout, folder=folder and f"{folder}/"
        )

    def by_kind(self, files: Iterable[LakeFile]) -> dict[str, list[LakeFile]]:
        """Return files by their kind; those that hold no rows are of the kind ``."""
        kinds: dict[str, list[LakeFile]] = defaultdict(list)
        for file in files:
            kinds[self.of(file.name)].append(file)
        return kinds


def is_hidden(path: str) -> bool:
    """Whether Hadoop, and those who follow it, take a file for none of the table: a name starts with `_` or a dot."""
    return path.startswith(("_", ".")) or "/_" in path or "/." in path


def with_hidden(
    groups: Sequence[LakeFile], hidden: Mapping[str, Sequence[LakeFile]], rest: Sequence[LakeFile], kinds: Kinds
) -> Found:
    """Return groups with what is hidden in their folders, or directly below these, and the files that are left."""
    first = {group.folder.rstrip("/"): group for group in reversed(groups)}
    also = {folder: list(hidden.get(folder, ())) for folder in first}
    left = [file for folder, files in hidden.items() if folder not in first for file in files]
    for file in rest:
        mark = _hidden_from(file.name) if groups else -1
        folder = file.name[: max(mark - 1, 0)]
        (also[folder] if mark >= 0 and folder in also else left).append(file)
    taken = {
        id(first[folder]): kinds.together(
            first[folder].name, folder, first[folder].layout or Layout.FOLDER, [*first[folder].parts, *files]
        )
        for folder, files in also.items()
        if files
    }
    return [taken.get(id(group), group) for group in groups], left


def _hidden_from(path: str) -> int:
    """Return where in a path its first hidden name starts; -1 where it has none."""
    if path.startswith(("_", ".")):
        return 0
    return min((place + 1 for place in (path.find("/_"), path.find("/.")) if place >= 0), default=-1)


def folder_of(name: str) -> str:
    """Return the folder of a file, from the lake's root on."""
    return name.rpartition("/")[0]


def suffix_of(names: Sequence[str]) -> str:
    """Return the longest suffix that files have in common, from its first dot on; nothing where they have none."""
    suffixes = {name.rpartition("/")[2].partition(".")[2] for name in names}
    while len(suffixes) > 1 and all(suffixes):
        suffixes = {suffix.partition(".")[2] for suffix in suffixes}
    (suffix,) = suffixes if len(suffixes) == 1 else ("",)
    return f".{suffix}" if suffix else ""


def with_free_names(groups: Sequence[LakeFile], rest: Sequence[LakeFile]) -> list[LakeFile]:
    """Return all files by their names; what would be called as a file, or as others before it, is left apart."""
    names = {file.name: file for file in rest}
    for group in groups:
        if names.setdefault(group.name, group) is not group:
            names |= {part.name: part for part in group.parts}
    return [names[name] for name in sorted(names)]
