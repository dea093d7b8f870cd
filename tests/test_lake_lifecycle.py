"""A Lake in threads, in forked children, pickled, closed: its answers are those of one thread."""

from __future__ import annotations

import os
import pickle
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import LakeIndexError
from lakeindex.sql import quoted
from lakeindex.types.lake import ColumnId

Call = Callable[[Lake, ColumnId], object]


def query(lake: Lake, column: ColumnId) -> object:
    found = lake.query(column.table, column.name, 10)
    return [(one.column, round(one.score, 9), one.exact, one.matched, one.cardinality) for one in found.matches]


def query_of_one_source(lake: Lake, column: ColumnId) -> object:
    found = lake.query(column.table, column.name, 10, 0, ["containment"])
    return [(one.column, round(one.score, 9)) for one in found.matches]


def sql(lake: Lake, column: ColumnId) -> object:
    return lake.sql(f"SELECT count({quoted(column.name)}) AS n FROM {quoted(column.table)}").to_pylist()


def profile(lake: Lake, column: ColumnId) -> object:
    return repr(lake.profile(column.table, column.name).to_pylist())


def tables(lake: Lake, _: ColumnId) -> object:
    return lake.tables().to_pylist()


def read(lake: Lake, column: ColumnId) -> object:
    return [batch.to_pylist() for batch in lake.read(column.table).batches]


def join(lake: Lake, column: ColumnId) -> object:
    plan = lake.join(column.table, column.name, "geo/countries.csv", "code")
    return plan.describe(), plan.rows().to_pylist()


CALLS: tuple[Call, ...] = (query, query_of_one_source, sql, profile, tables, read, join)


def outcome(call: Call, lake: Lake, column: ColumnId) -> object:
    try:
        return call(lake, column)
    except LakeIndexError as error:
        return type(error), str(error)


@pytest.fixture
def columns(lake: Lake) -> list[ColumnId]:
    directory = lake.opened.searcher.directory
    return [directory.id_of(key) for key in range(len(directory))]


@pytest.mark.parametrize("count", [12, pytest.param(500, marks=pytest.mark.slow)])
def test_threads_get_the_answers_of_one(lake: Lake, columns: list[ColumnId], count: int) -> None:
    expected = {(call, column): outcome(call, lake, column) for call in CALLS for column in columns}
    fresh = Lake.open(lake.settings.index, lake.settings)  # whose parts are opened by all threads at once
    wrong: list[object] = []

    def run(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(count):
            call, column = chance.choice(CALLS), chance.choice(columns)
            if (found := outcome(call, fresh, column)) != expected[call, column]:
                wrong.append((call.__name__, column, found, expected[call, column]))

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fresh.close()
    assert wrong == []


def test_a_forked_child_answers_too(lake: Lake, columns: list[ColumnId]) -> None:
    expected = [outcome(call, lake, column) for call in CALLS for column in columns[:4]]
    child = os.fork()
    if child == 0:
        found = [outcome(call, lake, column) for call in CALLS for column in columns[:4]]
        os._exit(0 if found == expected else 1)
    deadline = time.monotonic() + 120
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    if ended[0] == 0:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert ended == (child, 0)
    assert [outcome(call, lake, column) for call in CALLS for column in columns[:4]] == expected


def test_a_pickled_lake_is_its_path_and_generation(lake: Lake, columns: list[ColumnId]) -> None:
    secret = Lake(lake.generation, Settings(index=lake.settings.index, model="hashing", hash_key="a secret"))
    content = pickle.dumps(secret)
    assert b"a secret" not in content
    assert len(content) < 2000
    with pickle.loads(content) as copy:  # noqa: S301 (it was made here)
        assert copy.generation.number == lake.generation.number
        assert copy.logical_hash == lake.logical_hash
        assert query(copy, columns[0]) == query(lake, columns[0])


def test_a_pickled_lake_is_opened_in_another_folder(
    lake: Lake, columns: list[ColumnId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Path(lake.settings.index).absolute()
    monkeypatch.chdir(index.parent)
    with Lake.open(index.name, lake.settings, allowed=["geo/*"], lake=os.path.relpath(lake.root)) as relative:
        content, relative_tables = pickle.dumps(relative), relative.tables()
    monkeypatch.chdir(tmp_path)
    with pickle.loads(content) as copy:  # noqa: S301 (it was made here)
        assert copy.tables().equals(relative_tables)
        assert copy.root.samefile(lake.root)
        assert copy.sql('SELECT count(*) AS n FROM "geo/countries.csv"').num_rows == 1


def test_a_process_that_is_killed_between_two_calls_is_started_again(lake: Lake) -> None:
    column = ColumnId("sales/orders.csv", "country")  # type: ignore[arg-type]
    for call in (sql, join):
        before = call(lake, column)
        for one in (lake.opened.tables.for_strangers, lake.opened.tables.database):
            running = one.connection.process._running
            if running is not None:
                running.process.kill()
                running.process.wait()
        assert call(lake, column) == before


def test_a_closed_lake_says_so_and_ends_its_processes(index_folder: Path, settings: Settings) -> None:
    with Lake.open(index_folder, settings) as lake:
        lake.sql("SELECT 1")
        lake.join("sales/orders.csv", "country", "geo/countries.csv", "code").rows()
        processes = [lake.opened.tables.for_strangers, lake.opened.tables.database]
        running = [one.connection.process._running for one in processes]
    for one in running:
        assert one is not None
        assert one.process.poll() is not None
    for call in CALLS:
        with pytest.raises(LakeIndexError, match="closed"):
            call(lake, ColumnId("sales/orders.csv", "country"))  # type: ignore[arg-type]
    lake.close()  # once more does no harm
    for told in ("generation", "logical_hash", "root"):
        with pytest.raises(LakeIndexError, match="closed"):
            getattr(lake, told)
    with pytest.raises(LakeIndexError, match="closed"):
        lake.watch_joins()
