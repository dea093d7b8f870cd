"""A place among what is worked on is given back however its answer ended."""

from __future__ import annotations

import threading

import anyio
import pytest

from lakeindex.serve.http.failures import Failure
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.work import Work


def test_an_answer_that_nobody_waits_for_before_it_began_takes_no_place() -> None:
    work = Work(Limits(at_once=1))

    async def give_up_then_ask() -> int:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await work.run(lambda: pytest.fail("nobody waits for it"))
        assert work.at_once == 0
        return await work.run(lambda: work.at_once)

    assert anyio.run(give_up_then_ask) == 1
    assert work.at_once == 0


def test_what_takes_too_long_keeps_its_place_until_it_ends() -> None:
    work, may_end, has_ended = (
        Work(Limits(at_once=1, seconds=0.05, patience=0.05)),
        threading.Event(),
        threading.Event(),
    )

    def answer() -> None:
        may_end.wait(20)
        has_ended.set()

    async def ask_twice() -> list[int]:
        statuses = []
        for _ in range(2):
            try:
                await work.run(answer)
            except Failure as failure:
                statuses.append(failure.status)
        may_end.set()
        await anyio.to_thread.run_sync(has_ended.wait, 20)
        while work.at_once:
            await anyio.sleep(0.01)
        return statuses

    assert anyio.run(ask_twice) == [504, 429]


def test_an_answer_that_fails_gives_its_place_back() -> None:
    work = Work(Limits(at_once=1))

    async def ask() -> None:
        await work.run(lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        anyio.run(ask)
    assert work.at_once == 0
