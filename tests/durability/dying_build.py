"""A build that kills itself before a step of publishing: `python dying_build.py LAKE INDEX KEEP STEP`.

A step is an operation on the file system, as Python's audit events report it, from the moment at which every column
has its vector until the process ends. With STEP 0 the build lives, and prints its steps.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from lakeindex import Lake, Settings

EVENTS = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree"}
TO_WRITE = set("wxa+")


class Steps:
    """Counts the steps of publishing, and ends the process before one of them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.is_publishing = False
        self.steps: list[str] = []

    def on_event(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_publishing or not (event in EVENTS or (event == "open" and is_to_write(arguments))):
            return
        self.steps.append(f"{event} {Path(str(arguments[0])).name}")
        if len(self.steps) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_progress(self, stage: str, done: int, total: int) -> None:
        """Take a report of a build's progress."""
        self.is_publishing = self.is_publishing or (stage == "encode" and done == total)


def is_to_write(arguments: tuple[object, ...]) -> bool:
    _, mode, flags = arguments
    if isinstance(mode, str):
        return bool(TO_WRITE & set(mode))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def main() -> None:
    lake, index, keep, step = sys.argv[1:]
    steps = Steps(int(step))
    sys.addaudithook(steps.on_event)
    Lake.index(lake, index, Settings(model="hashing", jobs=2, memory="500MB", keep=int(keep)), steps.on_progress)
    sys.stdout.write("\n".join(steps.steps))


if __name__ == "__main__":
    main()
