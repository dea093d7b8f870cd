from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from lakeindex.catalog.sql_process.client import SqlProcess, SqlProcessEnded, TimeLimitExceeded
from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.catalog.sql_process.messages import Setup
from lakeindex.errors import InvalidSetting, LakeIndexError

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range + b.range) % 7 = 1"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[SqlProcess]:
    process = SqlProcess(Setup("300MB", (str(tmp_path),)))
    yield process
    process.close()


@pytest.fixture
def cursor(process: SqlProcess) -> SqlCursor:
    return SqlCursor(process)


def pid_of(process: SqlProcess) -> int:
    assert process._running is not None
    return process._running.process.pid


def test_rows_are_those_of_duckdb(cursor: SqlCursor) -> None:
    sql = "SELECT i, i / 2 AS half, 'é' || i AS text, [i, NULL] AS list, i = 1 AS flag FROM range(3) t(i)"
    here = duckdb.connect().sql(sql)
    assert cursor.sql(sql).to_arrow_table() == here.to_arrow_table()
    assert cursor.execute(sql).fetchall() == [tuple(row) for row in here.fetchall()]
    assert list(cursor.sql(sql).columns) == here.columns
    assert list(cursor.sql(sql).types) == list(map(str, here.types))


def test_registered_rows_are_read_also_by_a_new_process(process: SqlProcess, cursor: SqlCursor) -> None:
    rows = pa.table({"x": [1, 2, 3]})
    cursor.register("mine", rows)
    assert cursor.sql("SELECT sum(x)::INT FROM mine").fetchall() == [(6,)]
    os.kill(pid_of(process), signal.SIGKILL)
    with pytest.raises(SqlProcessEnded, match="killed by signal 9"):
        cursor.execute("SELECT 1")
    assert cursor.sql("SELECT sum(x)::INT FROM mine").fetchall() == [(6,)]
    with pytest.raises(duckdb.CatalogException):
        cursor.cursor().execute("FROM mine")


def test_batches_go_on_while_their_cursor_does_something_else(cursor: SqlCursor) -> None:
    schema, batches = cursor.sql("SELECT i FROM range(300000) t(i) ORDER BY i").batches()
    first = next(batches)
    assert cursor.execute("SELECT 7").fetchone() == (7,)
    rest = [row for batch in batches for row in batch["i"].to_pylist()]
    assert schema.names == ["i"]
    assert [*first["i"].to_pylist(), *rest] == list(range(300000))


def test_variables_of_the_program_are_no_tables(cursor: SqlCursor) -> None:
    for name in ("request", "rows", "channel", "process"):
        with pytest.raises(duckdb.CatalogException):
            cursor.execute(f"FROM {name}")


def test_threads_share_a_process(process: SqlProcess) -> None:
    results: dict[int, object] = {}

    def run(number: int) -> None:
        cursor = SqlCursor(process)
        for step in range(5):
            results[number * 10 + step] = cursor.execute(f"SELECT sum(i)::BIGINT FROM range({number}) t(i)").fetchone()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {
        number * 10 + step: (sum(range(number)) if number else None,) for number in range(12) for step in range(5)
    }
    assert process.incarnation == 1


def test_an_ended_process_frees_who_waits(process: SqlProcess) -> None:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            SqlCursor(process).execute(ENDLESS)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]  # more than may run at once
    for thread in threads:
        thread.start()
    SqlCursor(process)
    deadline = time.monotonic() + 60
    while process.incarnation == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(1)
    process.close()
    for thread in threads:
        thread.join(60)
    assert len(errors) == 6
    assert all(isinstance(error, LakeIndexError) for error in errors)
    with pytest.raises(LakeIndexError, match="closed"):
        SqlCursor(process).execute("SELECT 1")


def test_closed_cursors_are_closed_in_the_process(process: SqlProcess) -> None:
    keeping = SqlCursor(process)
    for _ in range(20):
        SqlCursor(process).execute("SELECT 1")
    keeping.execute("SELECT 1")
    (count,) = keeping.execute("SELECT count FROM duckdb_connection_count()").fetchone() or (0,)
    assert count <= 5


def test_a_process_ends_with_its_parent(process: SqlProcess) -> None:
    SqlCursor(process).execute("SELECT 1")
    pid, child = pid_of(process), os.fork()
    if child == 0:
        # The child's copies of the sockets don't keep the process; its own one is new.
        own = SqlCursor(process).execute("SELECT 5").fetchone()
        is_another = pid_of(process) != pid
        process.end()
        os._exit(0 if own == (5,) and is_another else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert SqlCursor(process).execute("SELECT 6").fetchone() == (6,)
    assert pid_of(process) == pid


def test_what_cannot_start_says_why() -> None:
    with pytest.raises(InvalidSetting, match="no amount of memory"):
        SqlCursor(SqlProcess(Setup("much", ()))).execute("SELECT 1")


def test_a_process_that_takes_no_request_is_given_up(process: SqlProcess, cursor: SqlCursor) -> None:
    cursor.execute("SELECT 1")
    os.kill(pid_of(process), signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        cursor.sql(f"SELECT '{'x' * 20_000_000}'", seconds=0.5).to_arrow_table()
    assert time.monotonic() - started < 10
    assert cursor.execute("SELECT 2").fetchone() == (2,)


def test_who_waits_for_others_waits_no_longer_than_allowed(process: SqlProcess) -> None:
    threads = [threading.Thread(target=lambda: _until_ended(SqlCursor(process))) for _ in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while (process._running is None or not process._running.is_ready) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(1)
    with pytest.raises(TimeLimitExceeded):
        SqlCursor(process).sql("SELECT 1", seconds=0.2).to_arrow_table()
    process.close()
    for thread in threads:
        thread.join(60)


def _until_ended(cursor: SqlCursor) -> None:
    with pytest.raises(LakeIndexError):
        cursor.execute(ENDLESS)


def test_an_error_that_nobody_expected_is_an_answer(process: SqlProcess, cursor: SqlCursor) -> None:
    for _ in range(6):  # more than there are channels
        with pytest.raises(duckdb.Error, match="surrogate"):
            cursor.execute("SELECT '\ud800'")
    assert cursor.execute("SELECT 2").fetchone() == (2,)
