"""What becomes of the parts of a file whose reader could not tell of them: it crashed, and told of the whole alone."""

from __future__ import annotations

from dataclasses import replace

from lakeindex.build.changes import UNSETTLED
from lakeindex.types.lake import LakeFile
from lakeindex.types.reports import FileOutcome, FileStatus, PartOutcome


def with_parts(outcome: FileOutcome, file: LakeFile, token: str) -> FileOutcome:
    """Return the outcome of a file with its token, and with its parts where their reader could not tell of them.

    A file with a part that could not be seen gets a token that it never has: the next build looks into it.
    """
    if any(part.status is FileStatus.UNSEEN for part in outcome.parts):
        token += UNSETTLED
    if not file.parts or outcome.parts:
        return replace(outcome, token=token)
    parts = tuple(PartOutcome(part.name, outcome.status, outcome.reason) for part in file.parts)
    return replace(outcome, token=token, parts=parts)


def is_lost(outcome: FileOutcome) -> bool:
    """Whether the reader of many parts told of none, so that perhaps one of them alone is at fault."""
    is_read = outcome.status not in (FileStatus.FAILED, FileStatus.UNSEEN)
    return not is_read and all(part.reason == outcome.reason for part in outcome.parts)
