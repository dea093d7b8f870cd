"""The verdicts of people on pairs of columns, in a file beside the generations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lakeindex.errors import NotFound
from lakeindex.store.verdict_file import Verdict, VerdictFile, hash_of
from lakeindex.types.lake import ColumnId, TableId

FEEDBACK = "feedback.jsonl"

Pair = tuple[ColumnId, ColumnId]


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A pair of columns with a person's verdict; the order of the two has no meaning."""

    left: ColumnId
    right: ColumnId
    verdict: Verdict
    note: str = ""
    given_at: str = ""
    """ISO 8601, UTC."""

    @property
    def pair(self) -> Pair:
        """The two columns in sorted order, which identifies the pair."""
        return pair_of(self.left, self.right)

    @property
    def tables(self) -> tuple[TableId, TableId]:
        """The tables of the two columns."""
        return self.left.table, self.right.table


def no_verdict_on(left: ColumnId, right: ColumnId) -> NotFound:
    """Return the error of a pair without a verdict."""
    return NotFound(f"there is no verdict on {left} and {right}; lakeindex feedback lists those there are")


def pair_of(left: ColumnId, right: ColumnId) -> Pair:
    """Return two columns in sorted order, so that both directions are one pair."""
    return (left, right) if left <= right else (right, left)


class FeedbackFile(VerdictFile[LabelledPair]):
    """The verdicts on pairs of columns in an index's folder, one a pair."""

    __slots__ = ()

    NAME = FEEDBACK
    AGAIN = "lakeindex feedback --import FILE.csv"
    LOOK = "lakeindex feedback --export FILE.csv takes them along"

    def give(self, given: Iterable[LabelledPair]) -> None:
        """Add verdicts; each replaces an earlier one on its pair. Raises as `change`."""
        self.change(given)

    def withdraw(self, left: ColumnId, right: ColumnId) -> None:
        """Remove a verdict. Raises NotFound where there is none, and as `change`."""
        pair = pair_of(left, right)
        if pair not in self.change((), [pair]):
            raise no_verdict_on(left, right)

    def _to_fields(self, given: LabelledPair) -> dict[str, Any]:
        return {
            "left": {"table": given.left.table, "name": given.left.name},
            "right": {"table": given.right.table, "name": given.right.name},
            "verdict": given.verdict,
            "note": given.note,
            "given_at": given.given_at,
        }

    def _from_fields(self, fields: Any) -> LabelledPair:
        sides = (fields["left"], fields["right"])
        left, right = (ColumnId(TableId(str(side["table"])), str(side["name"])) for side in sides)
        return LabelledPair(left, right, Verdict(fields["verdict"]), str(fields["note"]), str(fields["given_at"]))


def feedback_hash(index_hash: str, verdicts: Iterable[LabelledPair]) -> str:
    """Combine the hash of an index with its verdicts; without any verdict, return `index_hash` itself."""
    as_json = [[*_columns_of(one), one.verdict, one.note] for one in sorted(verdicts, key=lambda one: one.pair)]
    return hash_of(json.dumps([index_hash, as_json]).encode("ascii")) if as_json else index_hash


def _columns_of(labelled: LabelledPair) -> list[str]:
    return [text for column in labelled.pair for text in (column.table, column.name)]
