from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.config.read_limits import ReadLimits
from lakeindex.errors import LakeIndexError
from lakeindex.plugins import find_connectors
from lakeindex.profile.walk import walk
from lakeindex.profile.workers import process
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.profile.workers.process import Response, WorkerProcess
from lakeindex.profile.workers.protocol import Request
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.profile.workers.work_units import WorkUnit, split_into_units, units_at_once
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex.types.reports import FileOutcome, FileStatus

LIMITS, OPTIONS = ProfileLimits(), ReadOptions()
HOSTILE = {
    "a.exit": "its reader crashed (exit code 3)",
    "b.segv": "its reader crashed (killed by signal 11)",
    "c.raise": "its reader crashed (exit code 1: KeyError: 'no such thing')",
    "d.refuse": "not for",
    "e.hang": "reading it did not advance for 2 s; raise --seconds-per-file",
    "f.late": "its reader crashed (exit code 4)",
    "g.thread": "its reader crashed (killed by signal 9: KeyError: 'with a thread that goes on')",
}


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], pytest.MonkeyPatch]]:
    """Install a connector of `hostile_connector.py` for processes started from now on, this one excepted."""
    patch = pytest.MonkeyPatch()

    def installed(connector: str) -> pytest.MonkeyPatch:
        folder = tmp_path_factory.mktemp("site")
        shutil.copy(Path(__file__).with_name("hostile_connector.py"), folder)
        (folder / "crash-0.1.dist-info").mkdir()
        entry = f"[lakeindex.connectors]\nhostile = hostile_connector:{connector}\n"
        (folder / "crash-0.1.dist-info" / "entry_points.txt").write_text(entry)
        (folder / "crash-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: crash\nVersion: 0.1\n")
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        return patch

    yield installed
    patch.undo()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    folder.mkdir()
    for number in range(6):
        rows = "".join(f"{row},{row * number / 4},2020-01-{row + 1:02d},München {row % 3}\n" for row in range(20))
        (folder / f"table{number}.csv").write_text("id,share,day,città\n" + rows, "utf-8")
    (folder / "empty.csv").touch()
    (folder / "notes.md").touch()
    return folder


def files_of(lake: Path) -> list[LakeFile]:
    return [entry for entry in walk(lake, lake.parent / "no index") if isinstance(entry, LakeFile)]


def in_workers(files: list[LakeFile], jobs: int = 2, seconds: float = 60) -> list[WorkUnit]:
    return list(profile_in_workers(files, OPTIONS, LIMITS, ReadLimits(jobs, seconds)))


def outcomes_of(units: list[WorkUnit]) -> dict[str, FileOutcome]:
    outcomes = [outcome for unit in units for outcome in unit.outcomes]
    assert len({outcome.path for outcome in outcomes}) == len(outcomes)
    return {outcome.path: outcome for outcome in outcomes}


def rows_of(tables: list[pa.Table | None]) -> list[str]:
    """Every record of several tables, as text since nan is not equal to itself, in the order of their columns."""
    rows = [row for table in tables if table is not None for row in table.to_pylist()]
    return [repr(row) for row in sorted(rows, key=lambda row: (row["table_id"], row["position"]))]


def children() -> set[int]:
    """Processes started by this one, dead or alive, until someone waited for them."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            _, _, facts = (entry / "stat").read_text().rpartition(")")
        except OSError:
            continue
        if int(facts.split()[1]) == os.getpid():
            found.add(int(entry.name))
    return found


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_workers_profile_as_this_process_does_whatever_the_shares(
    lake: Path, backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.profile.workers.work_units._MOST_LOST", 1.0 if backwards else 4.0)
    *outcomes, records = profile_files(files_of(lake), find_connectors(), OPTIONS, LIMITS)
    before = children()
    units = in_workers(files_of(lake)[:: -1 if backwards else 1])
    assert children() == before
    assert len(units) == (7 if backwards else 1)
    assert outcomes_of(units) == {outcome.path: outcome for outcome in outcomes if isinstance(outcome, FileOutcome)}
    assert isinstance(records, pa.Table)
    assert len(records) == 24
    assert rows_of([unit.records for unit in units]) == rows_of([records])


def test_a_file_that_ends_its_worker_costs_no_other_file(
    tmp_path: Path, install: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.profile.workers.process._SECONDS_TO_EXIT", 0.5)
    install("HostileConnector")
    for name in (*HOSTILE, "a.chatty", "h.chatty"):
        (tmp_path / name).touch()
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "z.csv").write_text("id\n1\n")
    before = children()
    units = in_workers(files_of(tmp_path), jobs=1, seconds=2)
    outcomes = outcomes_of(units)
    assert children() == before
    failed = {path: outcome.reason for path, outcome in outcomes.items() if outcome.status is FileStatus.FAILED}
    unseen = {path: outcome.reason for path, outcome in outcomes.items() if outcome.status is FileStatus.UNSEEN}
    assert failed | unseen == HOSTILE
    assert set(unseen) == {"e.hang"}, "which may have been the machine"
    indexed = {path for path, outcome in outcomes.items() if outcome.status is FileStatus.INDEXED}
    assert indexed == {"a.chatty", "a.csv", "h.chatty", "z.csv"}
    profiled = {row for unit in units if unit.records for row in unit.records["table_id"].to_pylist()}
    assert profiled == indexed


def test_files_are_read_by_a_process_with_more_files_open_than_select_knows(lake: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2000:
        pytest.skip(f"this machine lets a process open {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    expected = rows_of([unit.records for unit in in_workers(files_of(lake))])
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        assert rows_of([unit.records for unit in in_workers(files_of(lake))]) == expected
    finally:
        for one in opened:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_worker_that_cant_start_is_an_error_with_its_reason(lake: Path, install: Callable[[str], object]) -> None:
    install("Broken")
    before = children()
    expected = r"could not start: exit code 1: .*'hostile' can't be loaded \(RuntimeError: a licence is missing\)"
    with pytest.raises(LakeIndexError, match=expected):
        in_workers(files_of(lake))
    assert children() == before


def test_a_worker_that_dies_while_it_starts_is_started_again(
    lake: Path, install: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("HostileConnector")
    started: list[int] = []
    start = process._start

    def dying(*arguments: object) -> subprocess.Popen[bytes]:
        worker = start(*arguments)  # type: ignore[arg-type]
        started.append(worker.pid)
        if len(started) in (1, 2):
            worker.kill()
        return worker

    monkeypatch.setattr(process, "_start", dying)
    outcomes = outcomes_of(in_workers(files_of(lake), jobs=1))
    assert len(started) == 3
    assert [outcomes[f"table{number}.csv"].status for number in range(6)] == [FileStatus.INDEXED] * 6


def test_workers_that_all_die_while_they_start_are_one_error(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = process._start

    def dying(*arguments: object) -> subprocess.Popen[bytes]:
        worker = start(*arguments)  # type: ignore[arg-type]
        worker.kill()
        return worker

    monkeypatch.setattr(process, "_start", dying)
    monkeypatch.setattr("lakeindex.profile.workers.pool._SECONDS_TO_RECOVER", (0.0, 0.0, 0.0))
    before = children()
    with pytest.raises(LakeIndexError, match=r"could not start: killed by signal 9; tried 3 times"):
        in_workers(files_of(lake))
    assert children() == before


def test_no_process_outlives_a_caller_that_stops_early(
    lake: Path, install: Callable[[str], pytest.MonkeyPatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.profile.workers.work_units._MOST_LOST", 1.0)
    install("SlowToStart").setenv("FIRST_WORKER", str(lake.parent / "first"))
    before = children()
    units = profile_in_workers(files_of(lake), OPTIONS, LIMITS, ReadLimits(2, 60))
    next(units)
    assert len(children() - before) >= 1, "the second worker is still starting"
    stopped = time.monotonic()
    units.close()  # type: ignore[attr-defined]
    assert children() == before
    assert time.monotonic() - stopped < 10


def test_no_files_start_no_worker() -> None:
    before = children()
    assert in_workers([]) == []
    assert children() == before


def of_sizes(sizes: list[int]) -> list[LakeFile]:
    return [LakeFile(Path(f"/lake/{n}"), str(n), size, 0) for n, size in enumerate(sizes)]


def test_shares_of_a_large_lake_hold_at_most_48_files_and_8_mib_and_every_file_once() -> None:
    sizes = [0] * 50 + [5 << 20, 4 << 20, 4 << 20, 9 << 20, 1] + [1 << 20] * 8000
    units = list(split_into_units(of_sizes(sizes)))
    assert [len(unit) for unit in units[:5]] == [48, 3, 2, 1, 8]
    assert [file for unit in units for file in unit] == of_sizes(sizes)


@pytest.mark.parametrize("jobs", [1, 2, 16])
@pytest.mark.parametrize("sizes", [[1000] * 3000, [10] * 999 + [100_000], [*range(2000)], [0] * 500], ids=repr)
def test_what_a_kill_can_lose_is_at_most_a_twentieth_of_the_lake(sizes: list[int], jobs: int) -> None:
    units = sorted(split_into_units(of_sizes(sizes), jobs), key=len)
    assert sum(len(unit) for unit in units[-units_at_once(jobs) :]) <= max(0.05 * len(sizes), units_at_once(jobs))
    shared = sorted(sum(file.size for file in unit) for unit in units if len(unit) > 1)
    assert sum(shared[-units_at_once(jobs) :]) <= 0.05 * sum(sizes)


def test_no_more_shares_are_read_than_may_be_lost_until_they_are_taken(
    lake: Path, install: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("Hungry")
    requested: list[int] = []
    run = WorkerProcess.run

    def counting(worker: WorkerProcess, request: Request, read_limits: ReadLimits) -> Response:
        requested.append(len(request.files))
        return run(worker, request, read_limits)

    monkeypatch.setattr(WorkerProcess, "run", counting)
    files = files_of(lake)
    assert len(files) == 8
    units = profile_in_workers(files, OPTIONS, LIMITS, ReadLimits(1))
    next(units)
    time.sleep(1)
    assert requested == [1] * 3, "units_at_once(1)"
    assert len(list(units)) == 7
    assert requested == [1] * 8


def test_a_file_that_needs_too_much_memory_is_read_again_alone_and_then_fails(
    tmp_path: Path, install: Callable[[str], object]
) -> None:
    install("Hungry")
    for name, megabytes in {"a": 0, "b": 150, "c": 400, "d": 0, "e": 150}.items():
        (tmp_path / f"{name}.hungry").write_text(str(megabytes))
    read_limits = ReadLimits(2, 60, memory=250 * 10**6, shared_memory=50 * 10**6)
    units = list(profile_in_workers(files_of(tmp_path), OPTIONS, LIMITS, read_limits))
    outcomes = outcomes_of(units)
    assert {path: outcome.reason for path, outcome in outcomes.items()} == {
        "a.hungry": "",
        "b.hungry": "",
        "c.hungry": "reading it needs more than 250 MB of memory; raise --memory or --memory-per-file",
        "d.hungry": "",
        "e.hungry": "",
    }


@pytest.mark.parametrize("ending", ["abort", "swallow", "arrow", "thread"])
def test_running_out_of_memory_is_reported_however_a_library_allocates(
    tmp_path: Path, install: Callable[[str], object], ending: str
) -> None:
    install("Hungry")
    (tmp_path / "a.hungry").write_text(f"400 {ending}")
    (tmp_path / "b.hungry").write_text("0")
    read_limits = ReadLimits(1, 60, memory=100 * 10**6, shared_memory=100 * 10**6)
    outcomes = outcomes_of(list(profile_in_workers(files_of(tmp_path), OPTIONS, LIMITS, read_limits)))
    assert {path: outcome.reason for path, outcome in outcomes.items()} == {
        "a.hungry": "reading it needs more than 100 MB of memory; raise --memory or --memory-per-file",
        "b.hungry": "",
    }


def test_a_file_over_which_every_worker_is_killed_is_tried_three_times(
    tmp_path: Path, install: Callable[[str], pytest.MonkeyPatch]
) -> None:
    log = tmp_path / "log"
    install("HostileConnector").setenv("KILLED_LOG", str(log))
    (tmp_path / "lake").mkdir()
    for name in ("a.chatty", "b.kill", "c.chatty"):
        (tmp_path / "lake" / name).touch()
    outcomes = outcomes_of(in_workers(files_of(tmp_path / "lake"), jobs=1))
    reason = "its reader was killed from outside, as by a machine that runs out of memory; lower --memory"
    assert {path: (outcome.status, outcome.reason) for path, outcome in outcomes.items()} == {
        "a.chatty": (FileStatus.INDEXED, ""),
        "b.kill": (FileStatus.UNSEEN, reason),
        "c.chatty": (FileStatus.INDEXED, ""),
    }
    assert log.read_text() == "b.kill\n" * 3


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_file_is_read_after_workers_were_killed_over_it(
    tmp_path: Path, install: Callable[[str], pytest.MonkeyPatch], deaths: int
) -> None:
    log = tmp_path / "log"
    install("HostileConnector").setenv("KILLED_LOG", str(log))
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "a.kill").write_text(str(deaths))
    (tmp_path / "lake" / "b.chatty").touch()
    units = in_workers(files_of(tmp_path / "lake"), jobs=2)
    assert {path: outcome.status for path, outcome in outcomes_of(units).items()} == {
        "a.kill": FileStatus.INDEXED,
        "b.chatty": FileStatus.INDEXED,
    }
    assert log.read_text() == "a.kill\n" * (deaths + 1)
    profiled = [row for unit in units if unit.records for row in unit.records["table_id"].to_pylist()]
    assert sorted(profiled) == ["a.kill", "b.chatty"]


def test_a_worker_that_stops_amid_an_answer_is_not_waited_for(tmp_path: Path, install: Callable[[str], object]) -> None:
    install("HostileConnector")
    (tmp_path / "a.stop").touch()
    (tmp_path / "b.chatty").touch()
    outcomes = outcomes_of(in_workers(files_of(tmp_path), jobs=1, seconds=2))
    assert {path: outcome.reason for path, outcome in outcomes.items()} == {
        "a.stop": "reading it did not advance for 2 s; raise --seconds-per-file",
        "b.chatty": "",
    }


def test_a_file_that_advances_is_not_given_up_however_slowly_it_does(
    tmp_path: Path, install: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("HostileConnector")
    (tmp_path / "a.slow").write_text("123456")
    assert outcomes_of(in_workers(files_of(tmp_path), jobs=1, seconds=1.5))["a.slow"].status is FileStatus.INDEXED
    monkeypatch.setattr(process, "_MOST_READS", 0)
    monkeypatch.setattr(process, "_SPARE_BYTES", 0)
    outcome = outcomes_of(in_workers(files_of(tmp_path), jobs=1, seconds=1.5))["a.slow"]
    assert (outcome.status, outcome.reason) == (
        FileStatus.UNSEEN,
        "reading it did not advance for 1.5 s; raise --seconds-per-file",
    )


@pytest.mark.parametrize(
    ("memory", "jobs", "expected"),
    [
        (2 * 10**9, 1, (1, 1450, 1450)),
        (2 * 10**9, 2, (2, 1450, 675)),
        (2 * 10**9, 64, (5, 1450, 210)),
        (500 * 10**6, 8, (1, 200, 200)),
        (64 * 10**9, 16, (16, 63450, 3871)),
    ],
)
def test_memory_is_divided_among_as_many_readers_as_it_is_enough_for(
    memory: int, jobs: int, expected: tuple[int, int, int]
) -> None:
    read_limits = ReadLimits.within(memory, jobs, 300, None, 10**9)
    assert (read_limits.jobs, read_limits.memory // 10**6, read_limits.shared_memory // 10**6) == expected


def test_the_memory_of_one_file_can_be_set() -> None:
    read_limits = ReadLimits.within(2 * 10**9, 2, 300, 3 * 10**9, 10**9)
    assert (read_limits.memory, read_limits.shared_memory) == (3 * 10**9, 675 * 10**6)
    read_limits = ReadLimits.within(2 * 10**9, 2, 300, 10**8, 10**9)
    assert (read_limits.memory, read_limits.shared_memory) == (10**8, 10**8)
