"""Queries answered by several processes are answered as by one."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from multiprocessing import active_children

import pytest

from lakeindex import Lake
from lakeindex.errors import LakeIndexError
from lakeindex.search.answer import Answer, match_row
from lakeindex.serve.cli.parallel import query_on_all_cores
from lakeindex.types.lake import ColumnId


@pytest.fixture(autouse=True)
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakeindex.serve.cli.parallel._QUERIES_PER_PROCESS", 2)
    monkeypatch.setattr("lakeindex.serve.cli.parallel._QUERIES_PER_TASK", 3)


def columns_of(lake: Lake) -> list[ColumnId]:
    return [lake.opened.searcher.directory.id_of(key) for key in range(len(lake.opened.searcher.directory))]


def summary_of(answer: Answer) -> tuple[object, ...]:
    """Return the content of an answer, numbers rounded so that their order of summation doesn't matter."""
    rows = [match_row(match) for match in answer.matches]
    rounded = [{name: round(one, 9) if isinstance(one, float) else one for name, one in row.items()} for row in rows]
    return answer.query, answer.tried, answer.hidden, rounded


def test_several_processes_answer_as_one_does(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    columns, before = columns_of(lake), dict(os.environ)
    expected = list(lake.query_many(columns, k=4, probe=1, within="*"))
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "query_many", None)  # of this process
        shared = Lake(lake.generation, replace(lake.settings, jobs=2))
        answers = list(query_on_all_cores(shared, columns, k=4, probe=1, within="*"))
    assert list(map(summary_of, answers)) == list(map(summary_of, expected))
    assert any(answer.matches for answer in answers)
    assert dict(os.environ) == before


def test_few_queries_or_little_memory_are_worth_no_process(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakeindex.serve.cli.parallel.ProcessPoolExecutor", None)
    everything = columns_of(lake)
    for jobs, memory, columns in ((2, "1GB", everything[:3]), (1, "1GB", everything), (2, "299MB", everything)):
        limited = Lake(lake.generation, replace(lake.settings, jobs=jobs, memory=memory))
        assert list(query_on_all_cores(limited, columns, k=2)) == list(lake.query_many(columns, k=2))


def kill_first_child() -> None:
    deadline = time.monotonic() + 60
    while len(children := active_children()) < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.1)  # the second one is started, too, and neither has answered
    children[0].kill()


def test_a_lost_process_is_an_error(lake: Lake) -> None:
    shared = Lake(lake.generation, replace(lake.settings, jobs=2))
    killer = threading.Thread(target=kill_first_child)
    killer.start()
    with pytest.raises(LakeIndexError, match="was killed, as by a machine that runs out of memory"):
        list(query_on_all_cores(shared, columns_of(lake), k=2))
    killer.join()


def test_an_error_of_one_query_is_raised_as_it_is(lake: Lake) -> None:
    shared = Lake(lake.generation, replace(lake.settings, jobs=2))
    with pytest.raises(LakeIndexError, match="there is no source 'guess'"):
        list(query_on_all_cores(shared, columns_of(lake), k=2, sources=("guess",)))


def test_processes_answer_as_whom_the_lake_was_opened_for(lake: Lake) -> None:
    allowed = Lake(lake.generation, replace(lake.settings, jobs=2), allowed=["sales/*", "events.jsonl"])
    tables = set(allowed.tables()["table"].to_pylist())
    columns = [column for column in columns_of(lake) if column.table in tables]
    answers = list(query_on_all_cores(allowed, columns, k=9))
    assert [answer.query for answer in answers] == columns
    assert {match.column.table for answer in answers for match in answer.matches} == tables
