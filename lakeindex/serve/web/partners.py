"""The partners of a column, as its page shows them: each match with its main reasons, and what people said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lakeindex.lake import Lake
from lakeindex.reasons.answer_text import figures_of
from lakeindex.reasons.reasons import reasons_of
from lakeindex.reasons.waterfall import AGAINST, FOR, percent
from lakeindex.serve.answers.withheld import why_withheld, without_examples
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match

_TEASED = 3


@dataclass(frozen=True, slots=True)
class VerdictShown:
    """What a person said of a pair of columns."""

    left: ColumnId
    right: ColumnId
    verdict: str
    """accepted or rejected."""
    note: str
    given_at: str
    in_lake: bool

    @property
    def day(self) -> str:
        """The day on which it was given."""
        return self.given_at[:10]


Verdicts = Mapping[frozenset[ColumnId], VerdictShown]


def verdicts_of(lake: Lake) -> Verdicts:
    """Return people's verdicts by their pairs, the newest first."""
    rows = lake.feedback().to_pylist()
    rows.sort(key=lambda row: row["given_at"], reverse=True)
    shown = [
        VerdictShown(
            ColumnId(TableId(row["left_table"]), row["left_column"]),
            ColumnId(TableId(row["right_table"]), row["right_column"]),
            **{name: row[name] for name in ("verdict", "note", "given_at", "in_lake")},
        )
        for row in rows
    ]
    return {frozenset((one.left, one.right)): one for one in shown}


@dataclass(frozen=True, slots=True)
class Partner:
    """A column that may join with the one that is asked for."""

    match: Match
    verdict: VerdictShown | None

    @property
    def figures(self) -> str:
        """What the figures are: counted, at least so much, estimated."""
        return figures_of(self.match)

    @property
    def teaser(self) -> list[tuple[str, str, str]]:
        """The biggest reasons: the name of each, what it adds, and whether that is for or against."""
        reasons = reasons_of(self.match)
        return [
            (one.name, percent(tenths), FOR if tenths >= 0 else AGAINST)
            for one, tenths in list(zip(reasons.listed, reasons.tenths, strict=True))[:_TEASED]
        ]


@dataclass(frozen=True, slots=True)
class Partners:
    """The partners of a column, best first."""

    column: ColumnId
    sure: tuple[Partner, ...]
    unsure: tuple[Partner, ...]
    """Those that are not accepted."""
    within: tuple[Partner, ...]
    """Columns of the same table."""

    @property
    def count(self) -> int:
        """How many there are of other tables."""
        return len(self.sure) + len(self.unsure)


def partners_of(lake: Lake, column: ColumnId, k: int, counted: int) -> Partners:
    """Find the partners of a column; the best `counted` are counted in the files, which takes a second or two.

    Raises NotFound with the nearest names.
    """
    # None counts the best few by what is quick; a number would try all that a join tries.
    answer = lake.query(column.table, column.name, k, None if counted else 0)
    verdicts = verdicts_of(lake)
    withheld = why_withheld(lake)

    def partners(matches: tuple[Match, ...]) -> tuple[Partner, ...]:
        shown = map(without_examples, matches) if withheld else matches
        return tuple(Partner(one, verdicts.get(frozenset((one.query, one.column)))) for one in shown)

    shown = partners(answer.matches)
    return Partners(
        column,
        tuple(one for one in shown if one.match.accepted is not False),
        tuple(one for one in shown if one.match.accepted is False),
        partners(answer.self_matches),
    )
