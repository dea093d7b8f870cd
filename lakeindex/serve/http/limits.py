"""How much a server does at once, and for how long."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused beyond."""

    at_once: int = os.cpu_count() or 1
    """Answers that are worked on: more would only take longer, each."""
    patience: float = 0.25
    """Seconds that a request waits until it is worked on; then it is told to come again (429)."""
    seconds: float = 30.0
    """Of an answer; later it is refused (504), and its work still counts as long as it goes on."""
    body_bytes: int = 64_000
    """Of a request (413)."""
    address_bytes: int = 60_000
    """Of a request's path and query (414)."""
    most_answers: int = 1_000
    """The greatest k."""
    most_rows: int = 200
    """Of the preview of a join."""
