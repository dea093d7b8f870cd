from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.plugins import find_connectors
from lakeindex.profile.parts.find_parts import find_parts
from lakeindex.profile.parts.sampled_parts import total_of
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.types.lake import LakeFile, ReadOptions, RowCount
from lakeindex.types.layouts import Parts
from lakeindex.types.reports import FileOutcome, FileStatus


def lake_of(folder: Path) -> LakeFile:
    """Return the one table in the files of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [
        LakeFile(path, path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in paths
    ]
    (file,) = find_parts(files, folder, Parts.AUTO, find_connectors)[0]
    return file


def profiled(file: LakeFile, sample_rows: int) -> tuple[FileOutcome, list[dict[str, object]]]:
    options = ReadOptions(sample_rows=sample_rows)
    outcome, records = profile_files([file], find_connectors(), options, ProfileLimits())
    assert isinstance(outcome, FileOutcome)
    assert isinstance(records, pa.Table)
    return outcome, records.to_pylist()


def write_parts(folder: Path, suffix: str, sizes: list[int]) -> Path:
    """Write a partition of each size: rows numbered through, each with its month."""
    first = 0
    for month, size in enumerate(sizes, 1):
        part = folder / "t" / f"month={month}"
        part.mkdir(parents=True)
        numbers = np.arange(first, first + size)
        if suffix == "csv":
            part.joinpath("part-0.csv").write_text("n,text\n" + "".join(f"{n},text {n % 9}\n" for n in numbers))
        else:
            pq.write_table(
                pa.table({"n": numbers, "text": [f"text {n % 9}" for n in numbers]}), part / "part-0.parquet"
            )
        first += size
    return folder


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_each_part_gives_its_share_of_the_sample(tmp_path: Path, suffix: str) -> None:
    file = lake_of(write_parts(tmp_path, suffix, [4000, 8000, 12000]))
    outcome, records = profiled(file, 2400)
    (table,) = outcome.tables
    assert outcome.status is FileStatus.INDEXED
    assert table.rows == pytest.approx(24_000, rel=0.01)
    assert table.sampling.rows == pytest.approx(2400, rel=0.1)
    assert table.sampling.low <= 24_000 <= table.sampling.high
    assert [part.tables[0].rows for part in outcome.parts] == pytest.approx([4000, 8000, 12000], rel=0.02)
    assert table.scan is not None
    number, text, month = records
    assert (number["name"], text["name"], month["name"]) == ("n", "text", "month")
    assert number["distinct"] == pytest.approx(24_000, rel=0.05)
    assert (text["distinct"], month["distinct"]) == (9, 3)
    shares = {one["text"]: one["rows"] / 24_000 for one in month["values"]}  # type: ignore[attr-defined]
    assert shares == pytest.approx({"1": 1 / 6, "2": 1 / 3, "3": 1 / 2}, abs=0.03)


def test_a_part_that_cannot_be_read_costs_itself(tmp_path: Path) -> None:
    write_parts(tmp_path, "parquet", [4000, 4000])
    broken = tmp_path / "t" / "month=2" / "part-0.parquet"
    content = bytearray(broken.read_bytes())
    content[4:2000] = b"\xff" * 1996
    broken.write_bytes(content)
    outcome, _ = profiled(lake_of(tmp_path), 500)
    assert [part.status for part in outcome.parts] == [FileStatus.INDEXED, FileStatus.FAILED]
    assert (outcome.tables[0].rows, outcome.status) == (4000, FileStatus.INDEXED)


def test_parts_that_can_only_be_read_whole_make_the_table_so(tmp_path: Path) -> None:
    write_parts(tmp_path, "csv", [3000, 3000])
    one = tmp_path / "t" / "month=2" / "part-0.csv"
    one.write_bytes(one.read_text().encode("utf-16"))
    outcome, _ = profiled(lake_of(tmp_path), 500)
    (table,) = outcome.tables
    assert (table.rows, table.sampling.rows) == (6000, 0)
    assert "all rows were read" in table.notes[-1]


def test_errors_of_parts_are_independent() -> None:
    assert total_of([RowCount(100, 70, 130), RowCount(200, 160, 240)]) == RowCount(300, 250, 350)
    assert total_of([RowCount(5, 5, 5), RowCount(6, 6, 6)]) == RowCount(11, 11, 11)
