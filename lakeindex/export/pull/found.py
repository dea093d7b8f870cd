"""What a catalog says of pairs of columns, and how it becomes verdicts in the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lakeindex.export.outcome import Outcome, Result
from lakeindex.store.feedback_log import LabelledPair
from lakeindex.store.verdict_file import Verdict
from lakeindex.types.lake import ColumnId

if TYPE_CHECKING:
    from lakeindex.lake import Lake


@dataclass(frozen=True, slots=True)
class Said:
    """What a catalog says of a reference: of one column or several, from child to parent."""

    child: tuple[ColumnId, ...]
    parent: tuple[ColumnId, ...]
    joins: bool
    note: str
    """Where it is said."""

    @property
    def title(self) -> str:
        """What it is about, for people."""
        return ", ".join(f"{left} → {right}" for left, right in zip(self.child, self.parent, strict=True))


def take_over(lake: Lake, several: Iterable[Said], is_dry: bool) -> list[Outcome]:
    """Keep what is said as verdicts; one that a person gave here stays. Raises LockHeld as `Lake.accept`."""
    file = lake.opened.feedback_file
    known = {one.pair: one for one in file.read()}
    given, outcomes = dict[object, LabelledPair](), list[Outcome]()
    for one in several:
        if why := _why_not(lake, one):
            outcomes.append(Outcome("relationship", one.title, Result.MISSING, why))
            continue
        verdict = Verdict.ACCEPTED if one.joins else Verdict.REJECTED
        pair = LabelledPair(one.child[0], one.parent[0], verdict, one.note, datetime.now(UTC).isoformat("T", "seconds"))
        before = known.get(pair.pair) or given.get(pair.pair)
        if before is not None:
            is_same = before.verdict is verdict
            result = Result.UNCHANGED if is_same else Result.KEPT
            why = "" if is_same else f"it is {before.verdict} here: {before.note}".rstrip(": ")
            outcomes.append(Outcome("relationship", one.title, result, why))
            continue
        given[pair.pair] = pair
        outcomes.append(Outcome("relationship", one.title, Result.CREATED, f"{verdict}: {one.note}"))
    if given and not is_dry:
        file.give(given.values())
    return outcomes


def _why_not(lake: Lake, one: Said) -> str:
    """Return why something can't be a verdict on two columns; nothing where it can."""
    directory = lake.opened.searcher.directory
    if len(one.child) != 1 or len(one.parent) != 1:
        return "a verdict is on one column with another, not on several together"
    if one.child[0].table == one.parent[0].table:
        return "both columns are of one table"
    lacking = [str(column) for column in _columns(one) if not directory.has_column(column)]
    return f"the lake has no {' and no '.join(lacking)}" if lacking else ""


def _columns(one: Said) -> Iterator[ColumnId]:
    yield from one.child
    yield from one.parent
