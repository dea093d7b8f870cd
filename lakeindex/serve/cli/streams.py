"""Make stdout and stderr fit for what a command writes, whatever the process was started with."""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import TextIO

from lakeindex.escaping.visible import visible

_formatwarning = warnings.formatwarning


def prepare_streams() -> None:
    """Write data as UTF-8, and escapes for what a terminal of another encoding lacks; a closed stream takes all."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def escape_logs_and_warnings() -> None:
    """Escape hidden characters in warnings, and in records that no handler takes but the last resort of logging.

    Both may quote names and values of the lake.
    """
    warnings.formatwarning = _format_visibly
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_VisibleFormatter())


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


class _VisibleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def _format_visibly(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    return visible(_formatwarning(message, category, filename, lineno, line))
