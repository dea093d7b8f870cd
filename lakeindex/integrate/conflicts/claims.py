"""What sources say of the cells of a result, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lakeindex.arrays.aliases import Codes, Flags, Floats, Integers, Texts


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """What sources say, one claim a place, in any order: (n,) each."""

    entity: Integers
    """The line of the result."""
    attribute: Integers
    source: Integers
    """The number of the table."""
    row: Integers
    """The row in that table's file."""
    text: Texts
    """The value as written."""
    key: Texts
    """Its canonical form, as its column is read: see `records.canonical_keys`."""
    moment: Floats | None = None
    """When it was written, in any unit, nan where unknown; None where no source says so."""

    def __len__(self) -> int:
        return len(self.entity)


class Rule(StrEnum):
    """How a cell is decided whose sources disagree."""

    AUTO = "auto"
    """Truth discovery, recency where that ends in a tie."""
    MAJORITY = "majority"
    TRUTH_DISCOVERY = "truth discovery"
    RECENCY = "recency"


class Decision(StrEnum):
    """What decided a cell; its place in this list is its number."""

    ONLY = "only value"
    AGREED = "agreed"
    MAJORITY = "majority"
    TRUTH_DISCOVERY = "truth discovery"
    RECENCY = "recency"
    TOLERANCE = "tolerance"
    CONVENTION = "convention"
    """What lost differs as always: its source counts, or measures, in another way."""
    TIE = "tie"
    LANGUAGE_MODEL = "language model"


DECISIONS = tuple(Decision)


def number_of(decision: Decision) -> int:
    """Return the number of a decision."""
    return DECISIONS.index(decision)


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """The cells that have claims, sorted by entity and attribute: (cells,) each but for the claims'."""

    entity: Integers
    attribute: Integers
    value: Texts
    """The value that won, as most write it."""
    confidence: Floats
    """The probability that it is right."""
    decision: Codes
    """What decided, as the number of a `Decision`."""
    is_tie: Flags
    """Whether another value is as likely: what is shown is one of them, the same at each run."""
    claim_cell: Integers
    """(claims,) the cell that each claim is of."""
    claim_group: Integers
    """(claims,) the same number for claims of a cell that say the same, counted from 0 in each cell."""
    has_won: Flags
    """(claims,) whether a claim says what won."""
    notes: tuple[str, ...] = ()
    """What a person should know, such as a language model that did not answer."""

    def __len__(self) -> int:
        return len(self.entity)

    def decisions(self) -> list[Decision]:
        """Return what decided each cell."""
        return [DECISIONS[number] for number in self.decision.tolist()]
