from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import lakeindex
from lakeindex import Lake, Settings
from lakeindex.catalog.sql_process.client import SqlProcessEnded
from lakeindex.errors import InvalidSetting, LakeIndexError, Refused, UnreadableTable
from lakeindex.sql import quoted
from tests.catalog.sql_process.statements import REACHING, READING, WRITING, Places, generated
from tests.small_lake import write_lake

TABLE = "geo/countries.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake, its index, and a file that is outside both."""
    folder = tmp_path_factory.mktemp("of strangers")
    (folder / "outside.csv").write_text("code\nsecret\n")
    write_lake(folder / "lake")
    Lake.index(folder / "lake", folder / "index", Settings(model="hashing", memory="500MB")).close()
    return folder


@pytest.fixture(scope="module")
def lake(folder: Path) -> Iterator[Lake]:
    with Lake.open(folder / "index", Settings(memory="500MB")) as lake:
        yield lake


@pytest.fixture(scope="module")
def places(folder: Path) -> Places:
    file = folder / "lake" / TABLE
    return Places(quoted(TABLE), file, file, folder / "outside.csv")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("statement", READING)
def test_what_reads_runs(lake: Lake, places: Places, statement: str) -> None:
    assert lake.sql(places.fill(statement)).num_columns > 0


@pytest.mark.parametrize("prefix", ["", "EXPLAIN ", "EXPLAIN ANALYZE ", "EXPLAIN (ANALYZE) "])
@pytest.mark.parametrize("statement", WRITING)
def test_what_does_more_is_refused(lake: Lake, places: Places, statement: str, prefix: str) -> None:
    before = contents(places.file.parent.parent)
    with pytest.raises(LakeIndexError):  # Refused, but for what DuckDB doesn't parse with this prefix
        lake.sql(prefix + places.fill(statement))
    assert contents(places.file.parent.parent) == before


@pytest.mark.parametrize("statement", [one for one in WRITING if not one.startswith(("WITH", "SELECT"))])
def test_the_refusal_says_what_is_allowed(lake: Lake, places: Places, statement: str) -> None:
    with pytest.raises(LakeIndexError, match=r"the lake is read-only|Parser Error"):
        lake.sql(places.fill(statement))


@pytest.mark.parametrize("statement", REACHING)
def test_nothing_outside_the_lake_is_read(lake: Lake, places: Places, statement: str) -> None:
    try:
        found = str(lake.sql(places.fill(statement)).to_pylist())
    except LakeIndexError as error:
        found = str(error)
    assert "secret" not in found
    assert "root:" not in found
    assert "outside.csv'}" not in found


@pytest.mark.parametrize("statement", ["SELECT '\udcff'", "\x00", "\udcff"])
def test_a_statement_that_is_no_text_is_an_error(lake: Lake, statement: str) -> None:
    with pytest.raises(LakeIndexError):
        lake.sql(statement)
    assert lake.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_a_statement_may_be_nested_deeply(lake: Lake) -> None:
    with pytest.raises(LakeIndexError):
        lake.sql("SELECT " + "(" * 50_000 + "1" + ")" * 50_000)
    assert lake.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT '\ud800'", "half of a character"),
        ("SELECT '" + "x" * 50_000_000 + "'", "more than 1,000,000 characters"),
        (f"PIVOT {quoted(TABLE)} ON code USING count(*)", "name the values that become columns"),
    ],
    ids=["surrogate", "long", "pivot"],
)
def test_what_is_refused_is_refused_at_once(lake: Lake, statement: str, message: str) -> None:
    lake.sql("SELECT 1")
    started = time.monotonic()
    with pytest.raises(Refused, match=message):
        lake.sql(statement)
    assert time.monotonic() - started < (2 if os.getloadavg()[0] < 4 else 20)


def test_a_cut_result_is_no_shorter_result(lake: Lake) -> None:
    """The process is killed while rows are still to come, and the statement of somebody else starts another one."""
    process = lake.opened.tables.for_strangers.connection.process
    _, batches = lake.sql_batches("FROM range(1000000)")
    assert next(batches).num_rows < 1_000_000
    assert process._running is not None
    process._running.process.kill()
    assert lake.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    with pytest.raises(UnreadableTable, match="still to come are gone"):
        list(batches)


def test_what_a_statement_took_in_vain_is_free_for_the_next(lake: Lake) -> None:
    process = lake.opened.tables.for_strangers.connection.process
    lake.sql("SELECT 1")
    before = process.incarnation
    with pytest.raises(LakeIndexError, match="more memory"):
        lake.sql("SELECT list(i) FROM range(1000000000) t(i)")
    assert lake.sql("SELECT count(*) AS n FROM range(5)").to_pylist() == [{"n": 5}]
    assert process.incarnation == before + 1


OPENED = re.compile(r'\b(?:open|openat|openat2|creat)\((?:AT_FDCWD, )?"(?P<path>(?:[^"\\]|\\.)*)", (?P<flags>[^)]*)')
CHANGED = re.compile(r"\b(?:rename\w*|unlink\w*|mkdir\w*|rmdir|truncate|link\w*|symlink\w*|chmod|fchmodat)\(")
SYSTEM = ("/proc/", "/sys/", "/dev/", "/usr/", "/lib", "/etc/ld.so", "/etc/localtime", "/etc/ssl/openssl.cnf")


WATCHED = """#!/bin/sh
exec strace -f -e trace=%file -s 300 -o "{log}.$$" {python} -B "$@"
"""


def calls_not_allowed(folder: Path, logs: Iterable[Path]) -> list[str]:
    """Return the calls that write, or open what is neither the lake's, the index's, the system's nor Python's."""
    code = {sys.prefix, sys.base_prefix, str(Path(lakeindex.__file__).parent), *filter(None, sys.path)}
    allowed = (str(folder / "lake"), str(folder / "index"), *SYSTEM, *code)
    refused = []
    for line in (line for log in logs for line in log.read_text("utf-8", "replace").splitlines()):
        found = OPENED.search(line)
        is_written = found is not None and re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", found["flags"])
        is_outside = (
            found is not None and not found["path"].startswith(allowed) and not re.search(r"ENOENT|O_PATH", line)
        )
        if CHANGED.search(line) or is_written or is_outside:
            refused.append(line)
    return refused


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace, which watches the files that are opened")
@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_statement_writes_or_opens_anything_else(
    folder: Path, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    watched = tmp_path / "python"
    watched.write_text(WATCHED.format(log=tmp_path / "strace.log", python=sys.executable))
    watched.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(watched))
    before, answered, ended = contents(folder), 0, []
    with Lake.open(folder / "index", Settings(memory="500MB")) as lake:
        for statement in generated(places, count, 7):
            try:
                lake.sql(statement, seconds=10.0, most_rows=1000)
                answered += 1
            except SqlProcessEnded as error:
                ended.append((statement, str(error)))
            except LakeIndexError:
                continue
    logs = list(tmp_path.glob("strace.log.*"))
    assert any("exited with" not in log.read_text("utf-8", "replace")[:200] for log in logs), "nothing was watched"
    assert answered > count / 20
    assert ended == []
    assert calls_not_allowed(folder, logs) == []
    assert contents(folder) == before


CONFINE = "from lakeindex.catalog.sql_process.confinement import confine; print(confine([]), flush=True)"


def is_confined() -> bool:
    done = subprocess.run([sys.executable, "-c", CONFINE], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip() == "True"


@pytest.mark.skipif(not is_confined(), reason="this kernel has no Landlock")
def test_the_kernel_holds_the_process_to_reading(lake: Lake, places: Places) -> None:
    """Even what gets past the check of statements writes nothing: run as if it were the parent's own statement."""
    import duckdb

    before = contents(places.file.parent.parent)
    cursor = lake.opened.tables.for_strangers.connection.cursor()
    for target in (places.file, places.file.with_name("new.csv")):
        with pytest.raises(duckdb.Error):
            cursor.execute(f"COPY (SELECT 1 AS x) TO '{target}'")
    assert contents(places.file.parent.parent) == before
    with pytest.raises(Refused):
        lake.sql(f"COPY (SELECT 1 AS x) TO '{places.file}'")


def test_time_is_limited(lake: Lake) -> None:
    started = time.monotonic()
    with pytest.raises(LakeIndexError, match=r"longer than 0\.5 s"):
        lake.sql(
            "SELECT count(*) FROM range(100000) a, range(100000) b, range(9) c WHERE hash(a.range + b.range) % 7 = 1",
            seconds=0.5,
        )
    assert time.monotonic() - started < 0.5 + (1 if os.getloadavg()[0] < 4 else 20)
    assert lake.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]


def test_rows_and_memory_are_limited(lake: Lake) -> None:
    with pytest.raises(Refused, match="more than 10 rows"):
        lake.sql("FROM range(11)", most_rows=10)
    assert lake.sql("FROM range(10)", most_rows=10).num_rows == 10
    with pytest.raises(Refused, match="larger than 500 MB"):
        lake.sql("SELECT i, i + 1 AS j FROM range(100000000) t(i)")
    with pytest.raises(LakeIndexError, match=r"memory|large|size"):
        lake.sql("SELECT string_agg(repeat('x', 100000), '') FROM range(100000)")
    assert lake.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]


@pytest.mark.parametrize("most_bytes", [0, -1, float("nan"), float("inf"), "1GB", None, 10**400])
def test_an_amount_of_bytes_has_a_range(lake: Lake, most_bytes: object) -> None:
    with pytest.raises(InvalidSetting, match="most_bytes is a number from"):
        lake.sql_batches("SELECT 1", most_bytes=most_bytes)  # type: ignore[arg-type]
