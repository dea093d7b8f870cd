"""The verdicts of people on pairs of rows, in a file beside the generations: each by a hash of what its rows hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lakeindex.store.verdict_file import Verdict, VerdictFile, hash_of
from lakeindex.types.lake import TableId

LINK_VERDICTS = "link_verdicts.jsonl"


RowPair = tuple[tuple[TableId, TableId], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RowId:
    """The rows of a table that hold the same."""

    table: TableId
    content: int
    """The hash of what they hold, of 64 bits, under the index's key where its hashes have one."""

    @property
    def digits(self) -> str:
        """The hash in 16 hexadecimal digits."""
        return f"{self.content:016x}"


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """A pair of rows with a person's verdict on whether they describe one thing; their order has no meaning."""

    left: RowId
    right: RowId
    verdict: Verdict
    note: str = ""
    given_at: str = ""
    """ISO 8601, UTC."""

    @property
    def pair(self) -> RowPair:
        """Both tables and what both rows hold, each in sorted order: what is in which table makes no difference."""
        (left, right), (first, second) = sorted(self.tables), sorted((self.left.content, self.right.content))
        return (left, right), (first, second)

    @property
    def tables(self) -> tuple[TableId, TableId]:
        """The tables of the two."""
        return self.left.table, self.right.table


class LinkVerdictFile(VerdictFile[LabelledRows]):
    """The verdicts on pairs of rows in an index's folder, one a pair."""

    __slots__ = ()

    NAME = LINK_VERDICTS
    AGAIN = "lakeindex link LEFT_TABLE RIGHT_TABLE --verdicts FILE.csv"
    LOOK = "lakeindex link LEFT_TABLE RIGHT_TABLE --kept -o csv takes them along"

    def _to_fields(self, given: LabelledRows) -> dict[str, Any]:
        return {
            "left": {"table": given.left.table, "content": given.left.digits},
            "right": {"table": given.right.table, "content": given.right.digits},
            "verdict": given.verdict,
            "note": given.note,
            "given_at": given.given_at,
        }

    def _from_fields(self, fields: Any) -> LabelledRows:
        sides = (fields["left"], fields["right"])
        left, right = (RowId(TableId(str(side["table"])), _content_of(side["content"])) for side in sides)
        return LabelledRows(left, right, Verdict(fields["verdict"]), str(fields["note"]), str(fields["given_at"]))


def link_verdicts_hash(index_hash: str, verdicts: Iterable[LabelledRows]) -> str:
    """Combine the hash of an index with its verdicts; without any verdict, return `index_hash` itself."""
    as_json = [[*one.pair, one.verdict, one.note] for one in sorted(verdicts, key=lambda one: one.pair)]
    return hash_of(json.dumps([index_hash, "rows", as_json]).encode("ascii")) if as_json else index_hash


def _content_of(digits: Any) -> int:
    content = int(digits, 16)
    if not 0 <= content < 2**64:
        raise ValueError(f"{digits!r} is no hash of 64 bits")
    return content
