from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.build.dask_cluster import DaskCluster
from lakeindex.build.encoding import BuildModel
from lakeindex.build.shards import Shard
from lakeindex.build.shared_files import shares_of
from lakeindex.errors import InvalidSetting, LakeIndexError, LockHeld, NotFound, StaleArtifact
from lakeindex.lake.maintenance import build_model, silent
from lakeindex.profile.pieces.ranged_pieces import RANGE_BYTES
from lakeindex.store.waiting_lock import locked
from lakeindex.types.lake import ColumnId, LakeFile
from lakeindex.types.layouts import SCANS
from lakeindex.types.reports import IN_PIECES
from lakeindex.types.share import Share
from tests.parted_lakes import write_parquet, write_text

SHARDS = ("1/3", "2/3", "3/3")


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    return tmp_path / "staging"


def read_all(lake: Path, staging: Path, settings: Settings) -> list[str]:
    return [one.path for shard in SHARDS for one in Lake.read_shard(lake, staging, shard, settings)]


def answers(lake: Lake) -> list[tuple[object, ...]]:
    columns = [ColumnId(table, "id") for table in lake.tables()["table"].to_pylist()]
    columns = [one for one in columns if one.name in lake.profile(one.table)["column"].to_pylist()]
    found = [match for one in columns for match in lake.query(one.table, one.name, k=5).matches]
    assert found
    return [(match.query, match.column, match.score) for match in found]


def test_shards_that_are_merged_are_the_index_of_a_single_build(
    lake_folder: Path, staging: Path, lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    read = read_all(lake_folder, staging, settings)
    assert len(read) == len(set(read)) >= len(SHARDS)
    merged = Lake.merge(staging, tmp_path / "merged", settings)
    assert merged.logical_hash == lake.logical_hash
    assert answers(merged) == answers(lake)


def test_shards_read_large_files_together(
    tmp_path: Path, staging: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.build.shared_files.SHARED_BYTES", 0)
    root = tmp_path / "lake"
    for day in range(64):
        write_parquet(root / f"visits/day={day:02d}/part-0.parquet", {"id": [day, day + 100], "shop": ["A", "B"]})
        os.utime(root / f"visits/day={day:02d}/part-0.parquet", (1_700_000_000, 1_700_000_000))
    write_text(root / "shops.csv", "shop,land\nA,DE\nB,FR\n")
    outcomes = [one for shard in SHARDS for one in Lake.read_shard(root, staging, shard, settings)]
    assert sorted((one.path, one.reason) for one in outcomes) == [("shops.csv", ""), *[("visits", IN_PIECES)] * 3]
    assert len(list(staging.glob(f"pieces-*/*{SCANS}"))) == 1
    merged, alone = Lake.merge(staging, tmp_path / "merged", settings), Lake.index(root, tmp_path / "alone", settings)
    assert merged.logical_hash == alone.logical_hash
    assert merged.parts().to_pylist() == alone.parts().to_pylist()


def test_a_table_that_is_sampled_is_not_read_whole_by_all_shards(
    tmp_path: Path, staging: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.build.shared_files.SHARED_BYTES", 0)
    for day in range(64):
        write_parquet(tmp_path / f"lake/visits/day={day:02d}/part-0.parquet", {"id": range(day, day + 50)})
    outcomes = Lake.read_shard(tmp_path / "lake", staging, "1/1", replace(settings, scan="sample:640"))
    assert [(one.path, one.reason) for one in outcomes] == [("visits", "")]
    assert not list(staging.glob(f"pieces-*/*{SCANS}"))


def test_what_no_shard_or_two_have_read_is_read_once(
    lake_folder: Path, staging: Path, lake: Lake, settings: Settings, tmp_path: Path
) -> None:
    for shard in ("1/3", "1/2"):
        Lake.read_shard(lake_folder, staging, shard, settings)
    # As where a shard was killed in the middle of writing.
    (staging / "shard-1-of-2" / "shares" / "unfinished-1").write_bytes(b"half")
    cut = next((staging / "shard-1-of-2" / "shares").glob("*.arrow"))
    cut.write_bytes(cut.read_bytes()[:-9])
    assert Lake.merge(staging, tmp_path / "merged", settings).logical_hash == lake.logical_hash


def test_a_shard_made_otherwise_is_refused(
    lake_folder: Path, staging: Path, settings: Settings, tmp_path: Path
) -> None:
    Lake.read_shard(lake_folder, staging, "1/2", settings)
    Lake.read_shard(lake_folder, staging, "2/2", replace(settings, header="no"))
    with pytest.raises(StaleArtifact, match="shard-2-of-2 was made for another lake, with other settings"):
        Lake.merge(staging, tmp_path / "merged", settings)
    (staging / "shard-1-of-2" / "made_for.json").write_text("[1, 2")
    with pytest.raises(StaleArtifact, match="shard-1-of-2 was not made by this version"):
        Lake.merge(staging, tmp_path / "merged", settings)


def test_two_processes_do_not_read_one_shard(
    lake_folder: Path, staging: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.store.waiting_lock._LOCK_TIMEOUT_SECONDS", 0.1)
    staging.mkdir()
    with locked(staging / "shard-1-of-2.lock", staging), pytest.raises(LockHeld, match="process"):
        Lake.read_shard(lake_folder, staging, "1/2", settings)


def test_a_shard_that_is_being_read_is_not_merged(
    lake_folder: Path, staging: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.store.waiting_lock._LOCK_TIMEOUT_SECONDS", 0.1)
    Lake.read_shard(lake_folder, staging, "1/2", settings)
    with locked(staging / "shard-1-of-2.lock", staging), pytest.raises(LockHeld, match="process"):
        Lake.merge(staging, tmp_path / "merged", settings)


def test_a_shard_of_another_version_is_refused(
    lake_folder: Path, staging: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Lake.read_shard(lake_folder, staging, "1/2", settings)
    monkeypatch.setattr("lakeindex.build.planned.version", lambda _: "0.0.1")
    with pytest.raises(StaleArtifact, match="by another version of lakeindex"):
        Lake.merge(staging, tmp_path / "merged", settings)


def test_there_may_be_more_shards_than_files(staging: Path, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "only.csv").write_text("a,b\n1,x\n2,y\n")
    read = [len(Lake.read_shard(tmp_path / "lake", staging, shard, settings)) for shard in SHARDS]
    assert read == [1, 0, 0]
    single = Lake.index(tmp_path / "lake", tmp_path / "single", settings)
    assert Lake.merge(staging, tmp_path / "merged", settings).logical_hash == single.logical_hash


def test_shards_do_not_lie_in_the_lake(lake_folder: Path, settings: Settings) -> None:
    with pytest.raises(InvalidSetting, match="lies in the lake, where it would be read as tables"):
        Lake.read_shard(lake_folder, lake_folder / "staging", "1/2", settings)
    assert not (lake_folder / "staging").exists()


def test_without_shards_the_way_to_make_them_is_named(staging: Path, settings: Settings) -> None:
    with pytest.raises(NotFound, match=r"no shards in .*: lakeindex index LAKE --shard 1/2 --staging"):
        Lake.merge(staging, None, settings)


@pytest.mark.parametrize("text", ["", "0/2", "3/2", "1/0", "1", "a/b", "1/2/3", "-1/2", "1/99999999"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match="is no shard: give its number and how many there are, as 2/3"):
        Shard.parse(text)


def test_shards_share_all_files_and_about_as_many_bytes() -> None:
    files = [LakeFile(Path(f"/{size}"), f"{size}", size, 0) for size in (900, 500, 400, 300, 200, 100, 0, 7)]
    shares = [Shard(number, 3).files_of(files) for number in (1, 2, 3)]
    assert sorted(file.name for share in shares for file in share) == sorted(file.name for file in files)
    assert [sum(file.size for file in share) for share in shares] == pytest.approx([802, 802, 802], abs=100)


def test_pieces_of_several_large_files_are_dealt_out_evenly() -> None:
    sizes = {"a": 4, "b": 7, "c": 1}
    files = [LakeFile(Path(f"/{name}"), name, pieces * RANGE_BYTES, 0) for name, pieces in sizes.items()]
    dealt = [list(shares_of(files, Share(number, 3), 2)) for number in range(1, 4)]
    taken = [[len(one.share.of_each(range(one.size // RANGE_BYTES))) for one in share if one.share] for share in dealt]
    assert [sum(share) for share in taken] == [4, 4, 4]
    for name in "abc":
        shares = [one.share for share in dealt for one in share if one.name == name]
        assert sorted(one.number for one in shares if one) == [1, 2, 3, 4, 5, 6]


def test_a_scheduler_that_does_not_answer_is_named(
    lake_folder: Path, staging: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="pip install 'lakeindex[dask]'")
    monkeypatch.setattr("lakeindex.build.dask_cluster._SECONDS_FOR_A_SCHEDULER", 0.5)
    with pytest.raises(LakeIndexError, match=r"^no Dask scheduler answers at nowhere\.invalid:8786: "):
        Lake.read_on_cluster(lake_folder, staging, "nowhere.invalid:8786", settings)


def test_a_scheduler_without_workers_is_named(
    lake_folder: Path, staging: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="pip install 'lakeindex[dask]'")
    monkeypatch.setattr("lakeindex.build.dask_cluster._SECONDS_FOR_A_WORKER", 0.1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0", host="127.0.0.1") as cluster:
        address = cluster.scheduler_address
        with pytest.raises(LakeIndexError, match=r"has no workers: start some, as with `dask worker tcp://127"):
            Lake.read_on_cluster(lake_folder, staging, address, settings)


@pytest.mark.slow
def test_a_cluster_that_gives_up_says_so_and_the_same_command_goes_on(
    lake_folder: Path, staging: Path, lake: Lake, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="pip install 'lakeindex[dask]'")
    monkeypatch.setattr("lakeindex.build.dask_cluster._DEATHS", 0)

    command = os.getpid()

    def die_in_worker(settings: Settings) -> BuildModel:
        if os.getpid() != command:
            os.kill(os.getpid(), signal.SIGKILL)
        return build_model(settings)

    with pytest.raises(LakeIndexError, match=r"died over one shard .*; what was read is kept, the same command goes"):
        DaskCluster(workers=1).read(lake_folder, staging, settings, die_in_worker, silent)
    Lake.read_on_cluster(lake_folder, staging, 1, settings)
    assert Lake.merge(staging, tmp_path / "merged", settings).logical_hash == lake.logical_hash


@pytest.mark.slow
def test_a_worker_with_another_key_is_refused(
    lake_folder: Path, staging: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="pip install 'lakeindex[dask]'")
    monkeypatch.setenv("LAKEINDEX_HASH_KEY", "another key than the command's own")
    keyed = replace(settings, values="hash", hash_key="the key of the command, which is long")
    with pytest.raises(StaleArtifact, match=r"the Dask worker on .* has another version of lakeindex, another model"):
        Lake.read_on_cluster(lake_folder, staging, 1, keyed)
    assert not list(staging.glob("shard-*"))


@pytest.mark.slow
@pytest.mark.parametrize("kills", [0, 3])
def test_a_dask_cluster_makes_the_index_of_a_single_build_whatever_is_killed(
    lake_folder: Path, staging: Path, lake: Lake, settings: Settings, tmp_path: Path, kills: int
) -> None:
    pytest.importorskip("distributed", reason="pip install 'lakeindex[dask]'")
    stop = threading.Event()
    killed: list[int] = []
    killer = threading.Thread(target=_kill_workers, args=(kills, stop, killed, staging))
    killer.start()
    Lake.read_on_cluster(lake_folder, staging, 2, settings)
    stop.set()
    killer.join()
    assert bool(killed) == bool(kills)
    assert Lake.merge(staging, tmp_path / "merged", settings).logical_hash == lake.logical_hash
    shutil.rmtree(staging)


def _kill_workers(kills: int, stop: threading.Event, killed: list[int], staging: Path) -> None:
    """Kill one of the cluster's workers, some seconds after one another, once they are at work."""
    while len(killed) < kills and not stop.wait(2.0):
        are_at_work = any(staging.glob("shard-*"))
        workers = [one for one in _descendants(os.getpid()) if are_at_work and b"spawn_main" in _command(one)]
        if workers:
            os.kill(workers[-1], signal.SIGKILL)
            killed.append(workers[-1])
        time.sleep(0.1)


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _descendants(process: int) -> list[int]:
    children: list[str] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():  # each has the children that it has started
            children += (thread / "children").read_text().split()
    return [one for child in map(int, children) for one in (child, *_descendants(child))]
