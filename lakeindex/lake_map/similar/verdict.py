"""What two tables are to one another, by the attributes and the rows that both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

_MOSTLY = 0.8
"""The share of the attributes of the table with more of them that two tables of one template have in common."""
_VERSION = 0.5
"""The share of the rows of the smaller table that two versions share, and of the cells of rows with one key."""
_ALIKE = 0.5
"""The share of the columns of the table with fewer of them from which on all that differs is told."""
_SOME_COLUMNS = 5
"""Columns that a sentence names."""


class Verdict(StrEnum):
    """What a table is to another one."""

    DUPLICATE = "duplicate"
    """The same attributes and rows, whatever their order and the columns' names."""
    SUBSET = "subset"
    """All rows of one are in the other, by all of its attributes."""
    VERSION = "version of"
    """Mostly the same attributes and rows."""
    TEMPLATE = "same template"
    """Mostly the same attributes, and other rows."""
    NONE = ""


@dataclass(frozen=True, slots=True)
class Common:
    """What a table and another one have in common."""

    rows: tuple[int, int]
    """Of the table and of the other; of a sample where that is said."""
    shared: int
    """Rows that both have, by the common columns; one that is there twice in both counts twice."""
    pairs: tuple[tuple[str, str], ...]
    """The common columns: the table's, then the other's."""
    lone: tuple[tuple[str, ...], tuple[str, ...]]
    """The columns that only the table, and only the other, has, without those that hold no value."""
    matched: int = 0
    """Rows of the table that have a row with the same key in the other; 0 where there is no key."""
    changed: tuple[tuple[str, int], ...] = ()
    """The table's columns of which such rows have other values, with the number of these."""
    is_sample: bool = False

    @property
    def same_cells(self) -> float:
        """The share of the cells beside the key of matched rows that are the same."""
        cells = self.matched * max(len(self.pairs) - 1, 1)
        return 1 - sum(count for _, count in self.changed) / max(cells, 1)

    @property
    def added(self) -> int:
        """Rows that the other has more, those that are changed not counted."""
        return self.rows[1] - max(self.shared, self.matched)

    @property
    def removed(self) -> int:
        """Rows that the other lacks, those that are changed not counted."""
        return self.rows[0] - max(self.shared, self.matched)


def verdict_of(common: Common) -> Verdict:
    """Return the verdict on two tables."""
    own, other = common.rows
    lone_own, lone_other = map(len, common.lone)
    if not common.pairs or not own or not other:
        return Verdict.NONE
    is_within = not lone_other and common.shared == other
    has_within = not lone_own and common.shared == own
    if is_within and has_within:
        return Verdict.DUPLICATE
    if is_within or has_within:
        return Verdict.SUBSET
    if len(common.pairs) < _MOSTLY * (len(common.pairs) + max(lone_own, lone_other)):
        return Verdict.NONE
    least = _VERSION * min(own, other)
    is_version = common.shared >= least or (common.matched >= least and common.same_cells >= _VERSION)
    return Verdict.VERSION if is_version else Verdict.TEMPLATE


def differences(common: Common) -> str:
    """Return in words what the other table has more, less or otherwise than the table."""
    columns = len(common.pairs) + min(map(len, common.lone))
    if len(common.pairs) < _ALIKE * columns:
        return f"{_counted(len(common.pairs), 'column')} in common" if common.pairs else "no column in common"
    return ", ".join([*_of_rows(common), *_of_columns(common), *_of_cells(common)])


def _of_rows(common: Common) -> Iterator[str]:
    if not common.pairs:
        return
    about = "about " if common.is_sample else ""
    is_replaced = common.added > 0 and common.removed > 0
    if is_replaced and not common.shared and not common.matched:
        yield f"no row in common ({_counted(common.rows[1], 'row')} against {common.rows[0]:,})"
        return
    for count, more in ((common.added, "more"), (common.removed, "fewer")):
        if count > 0:
            yield f"{about}{_counted(count, 'row')} {('new' if more == 'more' else 'gone') if is_replaced else more}"


def _of_columns(common: Common) -> Iterator[str]:
    for names, what in ((common.lone[1], "added"), (common.lone[0], "removed")):
        if names:
            yield f"{'column' if len(names) == 1 else 'columns'} {_listed(names)} {what}"
    renamed = [f"{one} → {other}" for one, other in common.pairs if one != other]
    if renamed:
        yield f"{'header' if len(renamed) == 1 else 'headers'} {_listed(renamed)}"


def _of_cells(common: Common) -> Iterator[str]:
    about = "about " if common.is_sample else ""
    changed = [(name, count) for name, count in common.changed if count]
    for name, count in changed[:_SOME_COLUMNS]:
        yield f"{about}{_counted(count, 'value')} of {name} changed"
    rest = len(changed) - _SOME_COLUMNS
    if rest > 0:
        yield f"values of {_counted(rest, 'more column')} changed"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SOME_COLUMNS])
    return shown if len(names) <= _SOME_COLUMNS else f"{shown} and {len(names) - _SOME_COLUMNS:,} more"
