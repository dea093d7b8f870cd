"""A SQL process that was started: its sockets, its end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from socket import socket, socketpair
from typing import IO

from lakeindex.catalog.sql_process.messages import Setup, send_json
from lakeindex.config.settings import bytes_of

_CHANNELS = 4
"""Statements that run side by side in one process; further ones wait."""
_SECONDS_TO_EXIT = 0.5
_LONGEST_REASON = 300  # characters


@dataclass(slots=True, eq=False)
class RunningProcess:
    """One SQL process and the sockets to it."""

    process: subprocess.Popen[bytes]
    messages: IO[bytes]
    control: socket
    channels: tuple[socket, ...]
    free: queue.LifoQueue[socket] = field(default_factory=queue.LifoQueue)
    """The channels on which no statement runs; none before the process is ready."""
    is_ready: bool = False
    has_ended: bool = False
    started_by: int = field(default_factory=os.getpid)

    @classmethod
    def start(cls, setup: Setup) -> RunningProcess:
        """Start a process, without waiting until it is ready."""
        pairs = [socketpair() for _ in range(_CHANNELS + 1)]
        theirs = [other.fileno() for _, other in pairs]
        messages = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `end`)
        process = subprocess.Popen(
            # -P: what lies in the folder that we are in, which may be the lake, is not imported.
            [sys.executable, "-P", "-m", "lakeindex.catalog.sql_process.server", *map(str, theirs)],
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
            pass_fds=theirs,
            start_new_session=True,  # Ctrl-C is for the parent, which ends this process itself
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        for _, other in pairs:
            other.close()
        control, *channels = (mine for mine, _ in pairs)
        with suppress(OSError):  # of a process that is gone already: who waits for it finds out
            send_json(control, {"setup": setup.to_json(), "bytes": bytes_of(setup.memory) or 0})
        return cls(process, messages, control, tuple(channels))

    def be_ready(self) -> None:
        """Let statements use its channels."""
        self.is_ready = True
        for channel in self.channels:
            self.free.put(channel)

    def end(self) -> None:
        """Kill the process; whoever waits for its responses receives none."""
        if self.has_ended or self.started_by != os.getpid():
            return
        self.has_ended = True
        self.process.kill()
        self.process.wait()
        for one in (self.control, *self.channels):
            one.close()
        self.messages.close()
        for channel in self.channels:  # wakes those who wait for one
            self.free.put(channel)

    def await_end(self) -> None:
        """Wait a moment for the end of a process that has closed its sockets, so that its own reason is told."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_SECONDS_TO_EXIT)

    def is_gone(self) -> bool:
        """Whether the process has ended by itself, or was killed by somebody else."""
        return not self.has_ended and self.process.poll() is not None

    def abandon(self) -> None:
        """Close the sockets in a forked child, which must not use them, nor keep them open after the parent's end."""
        for one in (self.control, *self.channels):
            one.close()

    def was_killed(self) -> bool:
        """Whether the process was killed from outside."""
        return self.process.wait() == -signal.SIGKILL

    def how_it_ended(self) -> str:
        """Describe how the process ended."""
        code = self.process.wait()
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def last_message(self) -> str:
        """Return the last line that it printed."""
        self.messages.seek(0)
        printed = self.messages.read().decode("utf-8", "replace").strip()
        return printed.split("\n")[-1][:_LONGEST_REASON] or "it printed nothing"
