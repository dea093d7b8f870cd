"""A terminal for tests: what a command writes to it, byte for byte."""

from __future__ import annotations

import os
import pty
import sys
import threading
import tty
from collections.abc import Callable

import pytest

from lakeindex.escaping.visible import HIDDEN_RANGES

STYLES = ("\x1b[1m", "\x1b[3m", "\x1b[0m")
"""The product's own: bold, italic, plain."""


def on_terminal(patch: pytest.MonkeyPatch, write: Callable[[], object]) -> str:
    """Return what reaches the terminal while `write` runs with stdout and stderr connected to one."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    received = bytearray()

    def receive() -> None:
        try:
            while some := os.read(master, 65_536):
                received.extend(some)
        except OSError:  # the other end was closed
            return

    reader = threading.Thread(target=receive)
    reader.start()
    with os.fdopen(slave, "w", encoding="utf-8", errors="surrogateescape", newline="") as terminal:
        with patch.context() as patched:
            patched.setattr(sys, "stdout", terminal)
            patched.setattr(sys, "stderr", terminal)
            patched.setenv("TERM", "xterm")
            patched.setenv("COLUMNS", "120")
            write()
        terminal.flush()
    reader.join()
    os.close(master)
    return received.decode("utf-8", "surrogateescape")


def hidden_in(text: str) -> set[str]:
    """Return the characters that a terminal obeys or hides, but for line feeds and the product's own styles."""
    for style in STYLES:
        text = text.replace(style, "")
    return {one for one in set(text) if any(first <= ord(one) <= last for first, last in HIDDEN_RANGES)}
