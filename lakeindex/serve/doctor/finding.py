"""What the doctor finds: a state, what is there, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """Something works less well than it could, or is about to fail."""
    ERROR = "error"
    """Something doesn't work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    check: str
    state: State
    found: str
    advice: str = ""


def fine(check: str, found: str, advice: str = "") -> Finding:
    """Return the finding of a check that found nothing amiss."""
    return Finding(check, State.OK, found, advice)


def doubtful(check: str, found: str, advice: str) -> Finding:
    """Return the finding of a check that found something to look after."""
    return Finding(check, State.WARNING, found, advice)


def broken(check: str, found: str, advice: str) -> Finding:
    """Return the finding of a check that found something that doesn't work."""
    return Finding(check, State.ERROR, found, advice)
