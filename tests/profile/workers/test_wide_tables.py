"""A table of many columns is read within the limit on memory, at the first try."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.config.read_limits import ReadLimits
from lakeindex.profile.workers import pool
from lakeindex.profile.workers.process import WorkerProcess
from lakeindex.profile.workers.wide_tables import read_frugally
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex.types.reports import FileStatus

COLUMNS, ROWS = 6000, 40


def test_one_worker_reads_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wide.csv"
    lines = [",".join(f"c{place}" for place in range(COLUMNS))]
    lines += [",".join(str(row * place % 9999) for place in range(COLUMNS)) for row in range(ROWS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    started: list[int] = []

    class Counted(WorkerProcess):
        def __init__(self, memory: int, *more: object) -> None:
            started.append(memory)
            super().__init__(memory, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "WorkerProcess", Counted)
    facts = path.stat()
    file = LakeFile(path, path.name, facts.st_size, facts.st_mtime_ns)
    limits = ReadLimits(jobs=1, memory=400_000_000, shared_memory=400_000_000)
    (unit,) = pool.profile_in_workers([file], ReadOptions(), ProfileLimits(), limits)
    (outcome,) = unit.outcomes
    assert (outcome.status, outcome.tables[0].rows, started) == (FileStatus.INDEXED, ROWS, [400_000_000])
    assert unit.records is not None
    assert unit.records.num_rows == COLUMNS
    assert unit.records["name"].to_pylist() == lines[0].split(",")
    assert unit.records["maximum"][3].as_py() == max(row * 3 for row in range(ROWS))


@pytest.mark.parametrize("columns", [1, 5000])
def test_batches_come_as_they_are(columns: int) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        for row in range(3):
            yield pa.RecordBatch.from_pydict({"a": [row]})

    assert [one["a"].to_pylist() for one in read_frugally(batches(), columns)] == [[0], [1], [2]]
