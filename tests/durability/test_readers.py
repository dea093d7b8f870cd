"""Many readers and one writer: no error, and every answer comes from one generation."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from builds import SETTINGS, start_build

from lakeindex import Lake

READERS = 8

_READER = """
import sys, time
from lakeindex import Lake, Settings
settings = Settings(model="hashing", memory="500MB")
index, seconds = sys.argv[1], float(sys.argv[2])
deadline, asked, kept = time.monotonic() + seconds, 0, None
def check(lake):
    tables = lake.searcher.directory.table_ids
    versions = {name.split("/")[0] for name in tables}
    assert len(versions) == 1, versions
    (version,) = versions
    answer = lake.query(f"{version}/left.csv", f"city_{version}", probe=0)
    found = [(match.column.table, match.column.name, match.containment) for match in answer.matches]
    assert (f"{version}/right.csv", f"city_{version}", 0.5) in found, found
    assert {table.split("/")[0] for table, _, _ in found} == {version}, found
    assert lake.tables()["table"].to_pylist() == [f"{version}/left.csv", f"{version}/right.csv"]
    return version
while time.monotonic() < deadline or asked < 3:
    lake = Lake.open(index, settings)
    version = check(lake)
    if kept is None or asked % 7 == 0:
        kept, kept_version = lake, version
    assert check(kept) == kept_version
    asked += 1
print(asked)
"""


def write_version(lake: Path, version: int) -> None:
    """Replace the lake's tables by others that carry the version in every name, and half of whose values are shared."""
    for old in sorted(lake.iterdir()):
        for path in old.iterdir():
            path.unlink()
        old.rmdir()
    folder = lake / f"v{version}"
    folder.mkdir()
    cities = [f"city {version} {number}" for number in range(20)]
    (folder / "left.csv").write_text(f"city_v{version}\n" + "\n".join(cities) + "\n")
    (folder / "right.csv").write_text(f"city_v{version},n\n" + "".join(f"{city},1\n" for city in cities[:10]))


@pytest.mark.parametrize("keep", [0, 1])
@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_readers_never_fail_and_never_see_two_generations(tmp_path: Path, keep: int, seconds: float) -> None:
    lake, index = tmp_path / "lake", tmp_path / "index"
    lake.mkdir()
    write_version(lake, 0)
    Lake.index(lake, index, SETTINGS)
    command = [sys.executable, "-c", _READER, str(index), str(seconds)]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(READERS)
    ]
    deadline, versions = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        versions += 1
        write_version(lake, versions)
        assert start_build(lake, index, keep=keep).wait() == 0
    told = [reader.communicate() for reader in readers]
    assert [errors for _, errors in told] == [""] * READERS
    assert all(int(asked) >= 3 for asked, _ in told)
    assert versions >= 1
    # With nobody left to read it, what was held goes with the next publication.
    write_version(lake, versions + 1)
    assert start_build(lake, index, keep=keep).wait() == 0
    assert len(list((index / "generations").iterdir())) == keep + 1
