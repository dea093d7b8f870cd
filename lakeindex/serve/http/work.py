"""Answers are worked on in threads, a limited number at once, each for a limited time."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from lakeindex.serve.http.failures import Failure
from lakeindex.serve.http.limits import Limits

_Answer = TypeVar("_Answer")
_LOOKS = 0.02
"""Seconds between a look for room and the next."""


class Work:
    """Counts what is worked on; what took too long for its caller counts until it ends."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._threads = anyio.CapacityLimiter(limits.at_once + 1)
        self.at_once = 0

    async def run(self, answer: Callable[[], _Answer]) -> _Answer:
        """Answer in a thread. Raises Failure where too much is worked on, or where it takes too long."""
        await self._begin()
        place = _Place(self._end)
        try:
            with anyio.fail_after(self._limits.seconds):
                return await run_sync(place.work_on, answer, abandon_on_cancel=True, limiter=self._threads)
        except TimeoutError as error:
            raise Failure(
                504, "too_slow",
                f"this took longer than {self._limits.seconds:g} seconds: ask for less, or start the server with "
                f"a higher --seconds",
            ) from error  # fmt: skip
        finally:
            place.leave_if_unused()

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[None]:
        """Count what is worked on elsewhere. Raises Failure where too much is."""
        await self._begin()
        try:
            yield
        finally:
            self._end()

    async def _begin(self) -> None:
        """Count an answer, as soon as there is room for it. Raises Failure where there is none for too long."""
        until = anyio.current_time() + self._limits.patience
        while not self._has_begun():
            if anyio.current_time() >= until:
                raise Failure(429, "busy", "too many answers are being worked on: ask again", {"Retry-After": "1"})
            await anyio.sleep(_LOOKS)

    def _has_begun(self) -> bool:
        with self._lock:
            has_room = self.at_once < self._limits.at_once
            self.at_once += has_room
            return has_room

    def _end(self) -> None:
        with self._lock:
            self.at_once -= 1


class _Place:
    """A place among what is worked on: given back once, by the thread that works, or where none has begun to."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back = give_back
        self._taken = threading.Lock()
        """Held by whoever gives the place back."""

    def work_on(self, answer: Callable[[], _Answer]) -> _Answer:
        """Answer, then give the place back. Raises Failure where it was given back, since nobody waits any more."""
        if not self._taken.acquire(blocking=False):
            raise Failure(504, "too_slow", "nobody waits for this any more")
        try:
            return answer()
        finally:
            self._give_back()

    def leave_if_unused(self) -> None:
        """Give the place back where no thread has begun to work."""
        if self._taken.acquire(blocking=False):
            self._give_back()
