"""What is done with an index as a whole: verified, rolled back, archived, repaired, rid of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.ranges import GENERATION, WORKERS
from lakeindex.config.settings import Settings
from lakeindex.store import generations
from lakeindex.store.generations import Checked, Generation
from lakeindex.types.reports import FileOutcome, Progress

if TYPE_CHECKING:
    from lakeindex.build.encoding import BuildModel
    from lakeindex.build.forget import Forgotten
    from lakeindex.build.repair import Repaired
    from lakeindex.store.restore import Restored
    from lakeindex.store.snapshot import Snapshot


def silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def verify(index: str | Path | None = None, settings: Settings | None = None) -> list[Checked]:
    """Compare every file of every generation with its checksum, the newest generation first.

    Raises IndexMissing where there is no index, IndexDamaged where it doesn't name the generation that answers.
    """
    return list(generations.verify(Path(with_index(settings, index).index)))


def rollback(index: str | Path | None = None, to: int | None = None, settings: Settings | None = None) -> Generation:
    """Let the previous generation answer again, or the one numbered `to`.

    Raises IndexMissing, NotFound where there is no such generation, IndexDamaged where it is incomplete.
    """
    from lakeindex.store.publishing import rollback

    return rollback(Path(with_index(settings, index).index), None if to is None else GENERATION.require(to, "to"))


def snapshot(
    file: str | Path, index: str | Path | None = None, force: bool = False, settings: Settings | None = None
) -> Snapshot:
    """Write the current generation, with people's verdicts, to one archive, whole or not at all.

    Raises Refused where the file exists, unless `force` is set, IndexMissing, IndexDamaged and StaleArtifact.
    """
    from lakeindex.store.snapshot import write_snapshot

    return write_snapshot(Path(with_index(settings, index).index), Path(file), force)


def restore(
    file: str | Path,
    index: str | Path | None = None,
    lake: str | Path | None = None,
    force: bool = False,
    settings: Settings | None = None,
) -> Restored:
    """Publish a snapshot as the next generation of an index; `lake` is the lake's folder, where that has moved.

    Raises NotFound where there is no such file, or the lake holds none of its files, IndexDamaged where the archive
    isn't whole, StaleArtifact for another format, Refused where other verdicts are in the way, unless `force` is
    set, LockHeld when another writer is at work.
    """
    from lakeindex.build.same_lake import is_lake_of
    from lakeindex.store.restore import restore_snapshot

    settings = with_index(settings, index)
    place = None if lake is None else Path(lake)
    is_its_lake = partial(is_lake_of, settings=settings)
    return restore_snapshot(Path(file), Path(settings.index), place, force, settings.keep, is_its_lake)


def repair(index: str | Path | None = None, settings: Settings | None = None, progress: Progress = silent) -> Repaired:
    """Rebuild what `verify` names of the current generation from what is whole, and from the lake.

    Raises IndexMissing where there is no index, IndexDamaged where it can't be repaired, StaleArtifact for another
    format, model or key, LockHeld when another writer is at work: nothing has changed then.
    """
    from lakeindex.build.repair import Repairing, repair_index
    from lakeindex.search.own_joins import calibrate_lake

    settings = with_index(settings, index)
    repairing = Repairing(
        settings, build_model, lambda built_with: partial(calibrate_lake, settings=built_with), progress
    )
    return repair_index(Path(settings.index), repairing)


def read_shard(
    path: str | Path, folder: str | Path, shard: str, settings: Settings | None = None, progress: Progress = silent
) -> list[FileOutcome]:
    """Read one shard of a lake, as "2/3", into a folder that all shards share; return the outcome of each of its files.

    `Lake.merge(folder)` then makes an index of them, equal to that of a single build. A shard that was
    killed goes on where it was. Raises InvalidSetting for what is no shard, NotFound when there is no such lake,
    LockHeld when another process reads this shard, WriteFailed when the folder can't be written.
    """
    from lakeindex.build.shards import Shard, read_shard

    settings = replace(with_index(settings, None), allow=None, lake="")
    return read_shard(Path(path), Path(folder), Shard.parse(shard), settings, build_model(settings), progress)


def read_on_cluster(
    path: str | Path, folder: str | Path, dask: str | int, settings: Settings | None = None, progress: Progress = silent
) -> None:
    """Read a lake in shards on a Dask cluster, into a folder that its workers share; `Lake.merge(folder)` follows.

    `dask` is the address of its scheduler, or how many workers of this machine are started. Raises MissingExtra where
    Dask isn't installed, NotFound when there is no such lake, LakeIndexError where no scheduler answers.
    """
    from lakeindex.build.dask_cluster import DaskCluster

    cluster = DaskCluster(workers=WORKERS.require(dask, "dask")) if isinstance(dask, int) else DaskCluster(dask)
    settings = replace(with_index(settings, None), allow=None, lake="")
    cluster.read(Path(path), Path(folder), settings, build_model, progress)


def forget(
    tables: Sequence[str],
    index: str | Path | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Forgotten:
    """Remove everything that an index keeps of tables, given by names or globs, and all older generations.

    The lake is not touched: the next build takes the tables in again while their files are there. Generations that
    somebody reads stay (`still_read`) until the tables are forgotten again. Raises NotFound, with the nearest
    names, where a name stands for no table, IndexMissing, IndexDamaged, LockHeld when another writer is at work.
    """
    from lakeindex.build.forget import forget_tables
    from lakeindex.search.own_joins import calibrate_lake

    settings = with_index(settings, index)
    names = [tables] if isinstance(tables, str) else tables
    return forget_tables(Path(settings.index), names, settings, progress, partial(calibrate_lake, settings=settings))


def build_model(settings: Settings) -> BuildModel:
    """Return the encoder that an index is built with, which is loaded when it is needed."""
    from lakeindex.build.encoding import BuildModel
    from lakeindex.encode.encoders import fingerprint, make_encoder
    from lakeindex.search.query_encoder import model_options

    options = model_options(settings)
    return BuildModel(fingerprint(options), lambda: make_encoder(options))


def with_index(settings: Settings | None, index: str | Path | None) -> Settings:
    """Return settings, the default ones unless given, of another index where one is given."""
    settings = settings or Settings()
    return settings if index is None else replace(settings, index=str(index))
