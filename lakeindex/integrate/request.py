"""What is to be integrated, and how."""

from __future__ import annotations

from dataclasses import dataclass, field

from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.conflicts.chat_endpoint import ChatEndpoint
from lakeindex.integrate.conflicts.claims import Rule
from lakeindex.integrate.link.verdicts import RowVerdicts
from lakeindex.types.lake import TableId


@dataclass(frozen=True, slots=True)
class IntegrateRequest:
    """The tables to integrate, and what a person said of them; the order of the tables makes no difference."""

    tables: tuple[TableId, ...]
    key: tuple[str, ...] = ()
    """The columns whose values together say which entity a row is of; none where rows are to be linked."""
    alignment: Alignment | None = None
    """As a person edited it; None where the columns are to be aligned."""
    rule: Rule = Rule.AUTO
    moment: str | None = None
    """The column that says when a row was written; what is newer wins where sources are as likely to be right."""
    judge: ChatEndpoint | None = None
    """The language model that is asked about ties; None where none is."""
    most_lines: int = 1_000_000
    """Lines beyond which joins that multiply are not made."""
    verdicts: RowVerdicts = field(default_factory=RowVerdicts.none)
    """What people said of pairs of rows; where there is a key, that decides."""
