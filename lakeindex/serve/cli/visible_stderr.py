"""Escape what libraries and the engine log or warn of, as it may quote names and values of the lake."""

from __future__ import annotations

import logging
import warnings

from lakeindex.escaping.visible import visible

_formatwarning = warnings.formatwarning


class _VisibleFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def escape_logs_and_warnings() -> None:
    """Escape hidden characters in warnings, and in records that no handler takes but the last resort of logging."""
    warnings.formatwarning = _format_visibly
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_VisibleFormatter())


def _format_visibly(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    return visible(_formatwarning(message, category, filename, lineno, line))
