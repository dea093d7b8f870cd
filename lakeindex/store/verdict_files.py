"""All files of people's verdicts that an index's folder may have."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from lakeindex.store.feedback_log import FeedbackFile, feedback_hash
from lakeindex.store.link_verdicts import LinkVerdictFile, link_verdicts_hash
from lakeindex.store.verdict_file import VerdictFile
from lakeindex.types.lake import TableId


def verdict_files(index: Path) -> tuple[VerdictFile[Any], ...]:
    """Return the files, whether they are there or not."""
    return FeedbackFile(index), LinkVerdictFile(index)


def damages_of_verdicts(index: Path) -> dict[str, str]:
    """Return by the name of each damaged file what is damaged, in a sentence."""
    return {file.NAME: damage for file in verdict_files(index) if (damage := file.damage())}


def tables_with_verdicts(index: Path) -> set[TableId]:
    """Return the tables that verdicts are on. Raises IndexDamaged."""
    return {table for file in verdict_files(index) for one in file.read() for table in one.tables}


def forget_verdicts(index: Path, tables: Collection[TableId]) -> int:
    """Remove all verdicts on what is of some tables; return their number. Raises as `VerdictFile.forget`."""
    return sum(file.forget(tables) for file in verdict_files(index))


def hash_with_verdicts(index_hash: str, index: Path) -> str:
    """Combine the hash of an index with its verdicts; without any, return `index_hash` itself. Raises IndexDamaged."""
    return link_verdicts_hash(feedback_hash(index_hash, FeedbackFile(index).read()), LinkVerdictFile(index).read())
