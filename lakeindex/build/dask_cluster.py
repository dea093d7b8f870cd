"""Read the shards of a lake on a Dask cluster, whose workers see the lake and a shared folder."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakeindex.build.encoding import BuildModel
from lakeindex.build.planned import made_for, planned_manifest
from lakeindex.build.shards import Shard, files_to_share, read_shard
from lakeindex.build.shared_files import is_shared
from lakeindex.config.settings import Settings, bytes_of
from lakeindex.errors import LakeIndexError, MissingExtra, StaleArtifact
from lakeindex.profile.pieces.piece import PIECE_BYTES
from lakeindex.protocols import Encoder
from lakeindex.types.reports import IN_PIECES, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

_SHARDS_A_WORKER = 3
"""So that workers that are done early take what is left."""
_SHARD_BYTES = 128 << 20
_MOST_SHARDS = 4096
_DEATHS = 100
"""Workers that may die while they hold a task; by default three, whichever of their tasks is at fault. A file that ends
its reader ends no worker."""
_TRIES = 2
_STARTS = 5
_SECONDS_FOR_A_SCHEDULER = 10
_SECONDS_FOR_A_WORKER = 60
_KEY = "LAKEINDEX_HASH_KEY"
_OF_DASK = "MALLOC_TRIM_THRESHOLD_"
"""Dask has its workers return memory at once. The processes that read files would inherit that, and take 1.7 times as
long."""


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """A cluster by the address of its scheduler, or workers of this machine."""

    address: str = ""
    """As `10.0.0.1:8786`; empty for workers of this machine."""
    workers: int = 0
    """How many, where they are of this machine."""

    def read(
        self,
        lake: Path,
        folder: Path,
        settings: Settings,
        make_model: Callable[[Settings], BuildModel],
        progress: Progress,
    ) -> None:
        """Read a lake in shards into `folder`.

        A shard whose worker is killed goes on in another one. Raises MissingExtra where Dask isn't installed, NotFound
        where there is no lake, StaleArtifact where a worker has another version or model, LakeIndexError where the
        cluster isn't reached, and what reading a shard raises.
        """
        files = files_to_share(lake, folder, settings)
        with self._client(settings) as client:
            workers = len(client.scheduler_info(n_workers=-1)["workers"])
            enough = max(_SHARDS_A_WORKER * workers, sum(file.size for file in files) // _SHARD_BYTES)
            pieces = sum(file.size // PIECE_BYTES for file in files if is_shared(file))
            count = max(1, min(enough, len(files) + pieces, _MOST_SHARDS))
            # A secret is no task's: workers take the key of hashes from their own environment.
            memory, index = self._memory_of_each(settings, workers), str(Path(settings.index).absolute())
            shared = replace(settings, jobs=1, hash_key="", memory=memory, index=index)
            shards = [f"{number}/{count}" for number in range(1, count + 1)]
            made = _made_for(lake, make_model(settings), settings)
            task = _Task(str(lake.absolute()), str(folder.absolute()), shared, make_model, made)
            futures = client.map(task, shards, pure=False, retries=_TRIES)
            progress("profile", 0, len(files))
            done = 0
            for read in _results(futures):
                done += read
                progress("profile", done, len(files))
            progress("profile", len(files), len(files))

    def _memory_of_each(self, settings: Settings, workers: int) -> str:
        """Return the memory of a worker: those of this machine share what the command may take."""
        if not self.workers:
            return settings.memory
        return f"{(bytes_of(settings.memory) or 0) // workers}B"

    @contextmanager
    def _client(self, settings: Settings) -> Iterator[Any]:
        try:
            import dask
            from distributed import Client
        except ModuleNotFoundError as error:
            raise MissingExtra("distributed", "dask") from error
        with dask.config.set({"distributed.scheduler.allowed-failures": _DEATHS}):
            if self.address:
                try:
                    client = Client(self.address, timeout=_SECONDS_FOR_A_SCHEDULER)
                except (OSError, TimeoutError, ValueError) as error:
                    raise LakeIndexError(f"no Dask scheduler answers at {self.address}: {error}") from error
                with client:
                    _require_workers(client, self.address)
                    yield client
                return
            with _local_cluster(self.workers) as cluster, Client(cluster) as client:
                yield client


@dataclass(frozen=True, slots=True)
class _Task:
    """Reads a shard, in a worker's process."""

    lake: str
    folder: str
    settings: Settings
    make_model: Callable[[Settings], BuildModel]
    made_for: str

    def __call__(self, shard: str) -> int:
        """Return how many files were read. Raises StaleArtifact where it would be otherwise than elsewhere."""
        os.environ.pop(_OF_DASK, None)
        settings = replace(self.settings, hash_key=os.environ.get(_KEY, ""))
        model = _loaded_once(self.make_model(settings))
        if _made_for(Path(self.lake), model, settings) != self.made_for:
            raise StaleArtifact(
                f"the Dask worker on {socket.gethostname()} has another version of lakeindex, another model or another "
                f"{_KEY} than the command; install and start it as the command was"
            )
        read = read_shard(Path(self.lake), Path(self.folder), Shard.parse(shard), settings, model, _silent)
        return sum(one.reason != IN_PIECES for one in read)


def _made_for(lake: Path, model: BuildModel, settings: Settings) -> str:
    return json.dumps(made_for(planned_manifest(lake, model, settings)), sort_keys=True)


def _loaded_once(model: BuildModel) -> BuildModel:
    """Return the model, whose encoder this process loads for its first task, and keeps for the others."""

    def load() -> Encoder:
        if model.encoder_fingerprint not in _ENCODERS:
            _ENCODERS[model.encoder_fingerprint] = model.load_encoder()
        return _ENCODERS[model.encoder_fingerprint]

    return replace(model, load_encoder=load)


_ENCODERS: dict[str, Encoder] = {}


def _local_cluster(workers: int) -> Any:
    """Start workers of this machine, again where one is killed meanwhile. Raises LakeIndexError where none start."""
    from distributed import LocalCluster

    for left in reversed(range(_STARTS)):
        try:
            return LocalCluster(
                n_workers=workers, threads_per_worker=1, memory_limit=0, dashboard_address=":0",
                host="127.0.0.1", silence_logs=logging.CRITICAL,
            )  # fmt: skip
        except (RuntimeError, OSError, TimeoutError) as error:
            if not left:
                cause = error.__cause__ or error
                raise LakeIndexError(f"{workers} Dask workers could not start on this machine: {cause}") from error
    raise AssertionError("a cluster is started at least once")


def _require_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_SECONDS_FOR_A_WORKER)
    except TimeoutError as error:
        raise LakeIndexError(
            f"the scheduler at {address} has no workers: start some, as with `dask worker {address}`"
        ) from error


def _results(futures: Any) -> Iterator[int]:
    """Yield what the shards return as they are done. Raises LakeIndexError where the cluster gives up."""
    from distributed import KilledWorker, as_completed
    from distributed.client import FutureCancelledError

    try:
        for _, read in as_completed(futures, with_results=True):
            yield read
    except KilledWorker as error:
        raise LakeIndexError(
            "workers of the cluster died over one shard of the lake again and again, as for want of memory; what was "
            "read is kept, the same command goes on from it"
        ) from error
    except FutureCancelledError as error:
        raise LakeIndexError(
            "the Dask scheduler has gone; what was read is kept, the same command goes on from it"
        ) from error


def _silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody: the coordinator shows one bar for all."""
