"""A build in shards, on machines that share a folder: each reads its share of the lake, and one merges them.

FOLDER/shard-2-of-3/        a staging, as every build has one
FOLDER/shard-2-of-3.lock    held by whoever works at it; it ends with its process
FOLDER/pieces-HASH/         scans of pieces of large files, of which each shard reads some

What a shard stages are files named by the hash of their content, which a build takes for its own work that was
interrupted: what no shard has read, it reads itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lakeindex.build.columns import STAGED_SCHEMA, Columns
from lakeindex.build.encoding import BuildModel, PrivateTextEncoder, encode_share
from lakeindex.build.lake_names import LakeNames
from lakeindex.build.list_files import list_files
from lakeindex.build.planned import made_for, planned_manifest
from lakeindex.build.profiling import FileProfiler
from lakeindex.build.room import Room
from lakeindex.build.shared_files import is_shared
from lakeindex.config.index_settings import limits_of, settings_built_with
from lakeindex.config.settings import Settings
from lakeindex.errors import InvalidSetting, NotFound, StaleArtifact, WriteFailed
from lakeindex.store.manifest import Manifest
from lakeindex.store.publishing import link_or_copy
from lakeindex.store.staging import Staging
from lakeindex.store.waiting_lock import locked
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Parts
from lakeindex.types.reports import IN_PIECES, FileOutcome, FileStatus, Progress
from lakeindex.types.share import Share

_FOLDERS = "shard-*-of-*"


@dataclass(frozen=True, slots=True)
class Shard(Share):
    """One of several equal shares of a lake."""

    @property
    def folder(self) -> str:
        """Return the name of its folder."""
        return f"shard-{self.number}-of-{self.of}"

    def files_of(self, files: Sequence[LakeFile]) -> list[LakeFile]:
        """Return its files: each goes to the shard that has the fewest bytes so far, the largest first.

        Those that are read in pieces, of which each shard has its share, count for nothing.
        """
        sizes = [0] * self.of
        share = []
        for file in sorted(files, key=lambda one: (-_weight(one), one.name)):
            least = sizes.index(min(sizes))
            sizes[least] += _weight(file)
            if least == self.number - 1:
                share.append(file)
        return sorted(share, key=lambda one: one.name)


def _weight(file: LakeFile) -> int:
    return 1 if is_shared(file) else max(file.size, 1)


def read_shard(
    lake: Path, folder: Path, shard: Shard, settings: Settings, model: BuildModel, progress: Progress
) -> list[FileOutcome]:
    """Read and encode a shard's files into its staging in `folder`; return the outcome of each.

    Large files are read by all shards, each its share of their pieces, which the build of all puts together.

    What the same shard has staged before, as when it was killed, is not read again. Raises NotFound when there is no
    lake, LockHeld when another process works at this shard, WriteFailed when the folder can't be written.
    """
    files = files_to_share(lake, folder, settings)
    shared = [file for file in files if is_shared(file)]
    chosen = shard.files_of(files)
    staging = Staging(folder / shard.folder)
    names = LakeNames(limits_of(settings).name_hasher)
    with _writing(folder, shard):
        planned = planned_manifest(lake, model, settings)
        staging.open(made_for(planned))
        room = Room.of(folder, staging.folder, staging.folder, sum(file.size for file in chosen))
        private_texts = PrivateTextEncoder(model, staging, None)
        profiler = FileProfiler(staging, settings, private_texts, room, names, pieces=pieces_in(folder, planned))
        in_pieces = profiler.stage_pieces(names.hide_files(shared), progress, shard)
        alone = [file for file in names.hide_files(chosen) if file.name not in in_pieces]
        outcomes = profiler.profile(alone, progress)
        columns = Columns.gather(None, (), staging.records(STAGED_SCHEMA))
        encode_share(columns, model, staging, progress, shard.of)
    shares = [FileOutcome(name, FileStatus.SKIPPED, IN_PIECES) for name in sorted(in_pieces)]
    return names.show_outcomes([*outcomes, *shares])


def pieces_in(folder: Path, planned: Manifest) -> Path:
    """Return the folder for the scans of pieces, which all shards made for one generation have in common."""
    made = hashlib.blake2b(json.dumps(made_for(planned), sort_keys=True).encode(), digest_size=8).hexdigest()
    pieces = folder / f"pieces-{made}"
    pieces.mkdir(parents=True, exist_ok=True)
    return pieces


def files_to_share(lake: Path, folder: Path, settings: Settings) -> list[LakeFile]:
    """Return the files of a lake. Raises InvalidSetting where shards would be among them, and be read as tables."""
    root, index, shared = lake.resolve(), Path(settings.index).resolve(), folder.resolve()
    if shared.is_relative_to(root) and not shared.is_relative_to(index):
        raise InvalidSetting(f"{folder} lies in the lake, where it would be read as tables; name another folder")
    return list_files(lake, index, Parts(settings.parts))[0]


@contextmanager
def _writing(folder: Path, shard: Shard) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / f"{shard.folder}.lock", folder / shard.folder):
            yield
    except OSError as error:
        raise WriteFailed(f"shard {shard} can't be written into {folder}: {error.strerror or error}") from error


def gather_shards(folder: Path | None, staging: Staging, planned: Manifest) -> None:
    """Put what shards have staged in `folder` into the staging of a build; nothing where it is None.

    Of files that two shards have read, one reading is taken. Raises NotFound where there are no shards, StaleArtifact
    where one was made for another lake, with other settings, models or another version, LockHeld while one is read.
    """
    if folder is None:
        return
    taken = {name for unit in staging.units() for name in unit.outcomes}
    for path in _shards_in(folder):
        shard = Staging(path)
        if not shard.is_for(made_for(planned)):
            raise StaleArtifact(
                f"{path} was made for another lake, with other settings or by another version of lakeindex; "
                "remove it, or read that shard again as the others were"
            )
        # Whoever reads this shard must not write while what is not whole is removed from it.
        with locked(path.with_name(f"{path.name}.lock"), path):
            for unit in shard.units():
                if taken.isdisjoint(unit.outcomes):
                    staging.take_unit(unit, shard, link_or_copy)
                    taken.update(unit.outcomes)
            staging.take_vectors(shard, link_or_copy)


def made_of(folder: Path, settings: Settings) -> tuple[Path, Settings]:
    """Return the lake that shards were made of, and the settings that build the same; the rest is from `settings`.

    Raises NotFound where there are no shards, StaleArtifact where another version of lakeindex, or with another key,
    made them.
    """
    first = _shards_in(folder)[0]
    made = Staging(first).made_for()
    try:
        lake, _, _, _, content = made
        return Path(lake), settings_built_with(content, settings)
    except (TypeError, ValueError, KeyError) as error:
        raise StaleArtifact(f"{first} was not made by this version of lakeindex; read that shard again") from error


def _shards_in(folder: Path) -> list[Path]:
    shards = sorted(path for path in folder.glob(_FOLDERS) if path.is_dir())
    if not shards:
        raise NotFound(f"no shards in {folder}: lakeindex index LAKE --shard 1/2 --staging {folder} makes one")
    return shards
