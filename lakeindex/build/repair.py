"""Repair an index: rebuild what is damaged of its current generation from what is whole, and from the lake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from lakeindex.build.build_index import Calibrate, build_index
from lakeindex.build.encoding import BuildModel
from lakeindex.build.lost_manifest import remade_manifest
from lakeindex.build.planned import models_of
from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.build.republish import build_like, republish
from lakeindex.build.same_lake import is_lake_of
from lakeindex.build.sound_part import SoundPart
from lakeindex.catalog.database import storing
from lakeindex.config.index_settings import content_settings, settings_built_with
from lakeindex.config.settings import Settings
from lakeindex.encode.linear_head import LinearHead
from lakeindex.encode.named_models import is_named
from lakeindex.errors import IndexDamaged, Refused, StaleArtifact
from lakeindex.profile.walk import walk
from lakeindex.store.checksums import UNPUBLISHED
from lakeindex.store.condition import Condition, condition_of
from lakeindex.store.current_pointer import CURRENT, Pointer, point_at
from lakeindex.store.generations import Generation, folder_of
from lakeindex.store.layout import CATALOG, ENCODER_ROLE, HEAD
from lakeindex.store.manifest import MANIFEST, Manifest
from lakeindex.store.mending import equal_files, put_back, put_manifest, recovered_manifest, remove_unpublished, said_by
from lakeindex.store.publishing import remove_generations, writing
from lakeindex.store.read_lock import ReadLock
from lakeindex.store.trust_cache import read_trust
from lakeindex.store.verdict_files import damages_of_verdicts
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import Progress


@dataclass(frozen=True, slots=True)
class Repairing:
    """What a repair is done with."""

    settings: Settings
    make_model: Callable[[Settings], BuildModel]
    calibrate: Callable[[Settings], Calibrate]
    progress: Progress


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done to an index."""

    generation: int
    """The one that answers now."""
    rebuilt: tuple[str, ...]
    """Files that were damaged or missing, relative to the generation's folder, or CURRENT."""
    removed: tuple[str, ...]
    """Files that were in the generation's folder without having been published."""
    removed_generations: tuple[int, ...]
    """Older generations that were damaged: what they were made of is gone."""
    is_same: bool = True
    """Whether the content is that of before: the lake may have changed meanwhile."""
    left: str = ""
    """What could not be repaired, in a sentence."""


@dataclass(frozen=True, slots=True)
class _Patient:
    """The generation that is to answer, as far as it is known."""

    number: int
    manifest: Manifest
    is_known: bool
    """Whether the manifest is that of the generation; else its lake and settings alone count."""
    damaged: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    equal: dict[str, Path] = field(default_factory=dict)
    """Files of other generations that are what damaged ones were."""
    is_recovered: bool = False
    """Whether the manifest alone was damaged, and is known again."""

    @property
    def to_rebuild(self) -> frozenset[str]:
        return frozenset() if self.is_recovered else frozenset(self.damaged) - self.equal.keys()


def repair_index(index: Path, repairing: Repairing) -> Repaired:
    """Rebuild what `verify` names; what can't be repaired is left as it is.

    CURRENT names the newest whole generation where it is missing or damaged. Damaged files of the current generation
    are taken from another one where that has the same, or derived from the others, or made anew from the lake. Older
    damaged generations are removed. Raises IndexMissing, IndexDamaged where there is nothing to repair it from,
    StaleArtifact for another format, model or key, LockHeld when another writer is at work.
    """
    condition = condition_of(index)
    patient = _patient(index, condition, repairing)
    is_named = condition.named == patient.number
    broken = condition.damages.keys() - set(condition.whole)
    number, is_same = patient.number, True
    if patient.to_rebuild:
        number, is_same = _rebuild(index, patient, len(broken), repairing)
    if broken or not is_named:
        with writing(index) as unfinished:
            if not patient.to_rebuild:
                _mend(index, patient, unfinished)
                point_at(index, Pointer(number, patient.manifest.checksum))
            remove_generations(index, broken - {number})
    return Repaired(
        number,
        patient.damaged if is_named else (CURRENT, *patient.damaged),
        patient.unpublished,
        tuple(sorted(broken - {patient.number})),
        is_same,
        "; ".join(damages_of_verdicts(index).values()),
    )


def _patient(index: Path, condition: Condition, repairing: Repairing) -> _Patient:
    """Find the generation that is to answer: the one that CURRENT names, else the newest whole one, else the newest."""
    number = condition.named
    if number is None:
        number = max(condition.whole or condition.manifests or condition.damages)
    if number not in condition.manifests:
        return _without_manifest(index, number, condition, repairing)
    found = condition.damages[number]
    damaged = tuple(one.file for one in found if one.what != UNPUBLISHED)
    unpublished = tuple(one.file for one in found if one.what == UNPUBLISHED)
    equal = equal_files(index, condition, number, damaged)
    return _Patient(number, condition.manifests[number], True, damaged, unpublished, equal)


def _without_manifest(index: Path, number: int, condition: Condition, repairing: Repairing) -> _Patient:
    folder, pointer, others = folder_of(index, number), condition.pointer, condition.manifests
    if pointer is not None and pointer.number == number:
        manifest = recovered_manifest(folder, pointer.checksum) or _remade(index, pointer, repairing)
        if manifest is not None:
            return _Patient(number, manifest, True, (MANIFEST,), is_recovered=True)
    said = others[max(others)] if others else said_by(folder)
    if said is None:
        raise IndexDamaged(
            f"{folder / MANIFEST}, which alone names the lake and the settings, can't be read: build the index again: "
            f"lakeindex index LAKE --index {index}"
        )
    return _Patient(number, said, False, (MANIFEST,))


def _remade(index: Path, pointer: Pointer, repairing: Repairing) -> Manifest | None:
    settings, head = repairing.settings, folder_of(index, pointer.number) / HEAD
    model = repairing.make_model(settings)
    if head.exists():
        model = model.with_head(LinearHead.open(head))
    planned = Manifest("", 0, 0, 0, "", models_of(model, settings), content_settings(settings))
    return remade_manifest(index, pointer, planned, settings.memory)


def _mend(index: Path, patient: _Patient, unfinished: Path) -> None:
    """Mend the files of a generation of which all bytes are there."""
    folder = folder_of(index, patient.number)
    if patient.is_recovered:
        put_manifest(folder, patient.manifest, unfinished)
    put_back(folder, patient.equal, unfinished)
    remove_unpublished(folder, patient.unpublished)


def _rebuild(index: Path, patient: _Patient, broken: int, repairing: Repairing) -> tuple[int, bool]:
    """Publish what a generation was; return its new number, and whether its content is that of before."""
    folder, manifest = folder_of(index, patient.number), patient.manifest
    is_trusted = patient.is_known and manifest.checksum in read_trust(folder).sandbox_checked
    lock = ReadLock.of(folder / MANIFEST)
    sound = SoundPart(Generation(patient.number, folder, manifest, lock), patient.to_rebuild, is_trusted)
    # What is damaged is removed afterwards: it must not take the place of older generations that are whole.
    settings = replace(repairing.settings, keep=repairing.settings.keep + broken)
    if sound.is_enough:
        return _derive(index, patient, sound, settings, repairing), True
    _require_lake(index, patient, is_trusted, settings)
    settings = _settings_of(patient, settings)
    model = _model_of(index, patient, settings, repairing)
    report = build_index(
        Path(manifest.lake), index, settings, model, repairing.progress, repairing.calibrate(settings), sound.open
    )
    return report.generation, patient.is_known and report.logical_hash == manifest.logical_hash


def _derive(index: Path, patient: _Patient, sound: SoundPart, settings: Settings, repairing: Repairing) -> int:
    with writing(index) as unfinished, storing(f"the index in {index}"):
        put_back(sound.generation.folder, patient.equal, unfinished)
        calibrate = repairing.calibrate(settings)
        build = build_like(sound.generation, index, unfinished, settings, repairing.progress, calibrate)
        return republish(build, PreviousGeneration.of(sound.generation, settings.memory, sound.damaged)).number


def _require_lake(index: Path, patient: _Patient, is_trusted: bool, settings: Settings) -> None:
    """Raise IndexDamaged unless the lake is there, and any of its files where the index had some."""
    lake, catalog = Path(patient.manifest.lake), folder_of(index, patient.number) / CATALOG
    if not lake.is_dir():
        what = "isn't there"
    elif is_trusted and CATALOG not in patient.damaged:
        what = "" if is_lake_of(patient.manifest, catalog, lake, settings) else "has none of the files that it had"
    else:
        has_files = any(isinstance(one, LakeFile) for one in walk(lake, index))
        what = "" if has_files or not patient.manifest.tables else "has no files"
    if what:
        raise IndexDamaged(
            f"{index} can't be repaired: {min(patient.to_rebuild)} has to be made from the lake, and {lake} {what}; "
            f"bring it back, or return to the generation before: lakeindex rollback --index {index}"
        )


def _settings_of(patient: _Patient, settings: Settings) -> Settings:
    try:
        return settings_built_with(patient.manifest.settings, settings)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"the manifest names settings that there aren't ({error}); build the index again") from error


def _model_of(index: Path, patient: _Patient, settings: Settings, repairing: Repairing) -> BuildModel:
    """Return the model that a generation was built with. Raises StaleArtifact where it is another one now."""
    manifest = patient.manifest
    if settings.model != repairing.settings.model and not is_named(settings.model):
        raise Refused(
            f"the index was made elsewhere with the model {settings.model!r}, which is loaded only when you name it: "
            f"set LAKEINDEX_MODEL to it if you trust it"
        )
    model = repairing.make_model(settings)
    if HEAD in manifest.artifacts:
        head = folder_of(index, patient.number) / HEAD
        source = patient.equal.get(HEAD, head)
        if HEAD in patient.to_rebuild:
            raise IndexDamaged(
                f"{head}, to which the model was tuned, can't be rebuilt; return to the generation before with "
                f"lakeindex rollback --index {index}, or index the lake again and run lakeindex train"
            )
        model = model.with_head(LinearHead.open(source))
    if manifest.models[ENCODER_ROLE] != model.fingerprint:
        raise StaleArtifact(
            f"the index was built with the model {manifest.models[ENCODER_ROLE]}, {settings.model!r} is now "
            f"{model.fingerprint}; index the lake again: lakeindex index {manifest.lake} --index {index}"
        )
    return replace(model, is_final=True)
