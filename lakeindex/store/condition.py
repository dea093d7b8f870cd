"""The condition of an index's folder: which generations are whole, and which one CURRENT names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lakeindex.errors import IndexDamaged, StaleArtifact
from lakeindex.store.checksums import Damage, damages
from lakeindex.store.current_pointer import Pointer, read_pointer
from lakeindex.store.generations import dangling, folder_of, manifest_of, missing, numbers_in
from lakeindex.store.manifest import MANIFEST, Manifest


@dataclass(frozen=True, slots=True)
class Condition:
    """What is whole in an index, and what isn't."""

    pointer: Pointer | None
    """What CURRENT holds; None where it is missing or damaged."""
    manifests: Mapping[int, Manifest]
    """The manifests that can be read, by generation."""
    damages: Mapping[int, tuple[Damage, ...]]
    """Of every generation, whatever CURRENT says; of one without a readable manifest, just that."""

    @property
    def whole(self) -> list[int]:
        """The numbers of the generations of which no file is damaged, ascending."""
        return sorted(number for number, found in self.damages.items() if not found)

    @property
    def named(self) -> int | None:
        """The generation that CURRENT names, unless it holds the checksum of another manifest, or there is none."""
        if self.pointer is None or self.pointer.number not in self.damages:
            return None
        manifest = self.manifests.get(self.pointer.number)
        return self.pointer.number if manifest is None or manifest.checksum == self.pointer.checksum else None


def condition_of(index: Path) -> Condition:
    """Compare every file of every generation with its checksum.

    Raises IndexMissing where there is no index, IndexDamaged where no generation is left of one, StaleArtifact where
    another version of lakeindex wrote the newest generation.
    """
    try:
        pointer = read_pointer(index)
    except IndexDamaged:
        pointer = None
    numbers = sorted(numbers_in(index))
    if not numbers:
        raise missing(index) if pointer is None else dangling(index, pointer.number)
    manifests: dict[int, Manifest] = {}
    found: dict[int, tuple[Damage, ...]] = {}
    for number in numbers:
        try:
            manifests[number] = manifest_of(index, number)
            found[number] = tuple(damages(folder_of(index, number), manifests[number]))
        except StaleArtifact:
            if number == numbers[-1]:
                raise
            found[number] = (Damage(MANIFEST, "was written by another version of lakeindex"),)
        except IndexDamaged as error:
            found[number] = (Damage(MANIFEST, str(error)),)
    return Condition(pointer, manifests, found)
