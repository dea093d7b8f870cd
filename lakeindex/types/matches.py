"""The answer to a query: columns that join, and what is known of each join."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lakeindex.types.lake import ColumnId


class JoinKind(StrEnum):
    """How the values of two columns match."""

    EQUI = "equi"
    """They are equal."""
    TRANSFORM = "transform"
    """They are equal once written alike (case, accents, punctuation, leading zeros, date order), or by a program."""
    FUZZY = "fuzzy"
    """They share words or character sequences."""
    NUMERIC = "numeric"
    """They are numbers of the same meaning, few of them equal."""
    TEMPORAL = "temporal"
    """They are dates, few of them equal."""
    SEMANTIC = "semantic"
    """Only their meaning is alike."""


class Cardinality(StrEnum):
    """How many rows of each side match one of the other, query side first."""

    ONE_TO_ONE = "1:1"
    ONE_TO_MANY = "1:n"
    MANY_TO_ONE = "n:1"
    MANY_TO_MANY = "n:m"

    @classmethod
    def of(cls, query_is_key: bool, candidate_is_key: bool) -> Cardinality:
        """Derive it from which side's values are unique."""
        if query_is_key:
            return cls.ONE_TO_ONE if candidate_is_key else cls.ONE_TO_MANY
        return cls.MANY_TO_ONE if candidate_is_key else cls.MANY_TO_MANY


@dataclass(frozen=True, slots=True)
class Evidence:
    """One part of a score."""

    name: str
    part: float
    """What it adds to the score; below zero where it speaks against the join."""
    value: float
    """How strong the signal is, in [0, 1], before it is weighted; nan for what is no signal by itself."""
    meaning: str
    """What it means, for people."""


@dataclass(frozen=True, slots=True)
class JoinMeasure:
    """A join counted on the rows of both tables, values compared trimmed and lower-cased."""

    containment: float
    """|Q ∩ C| / |Q| over distinct values."""
    reverse_containment: float
    """|Q ∩ C| / |C|."""
    match_rate: float
    """The share of the query's rows with a value that match a row of the candidate."""
    cardinality: Cardinality
    rows: int
    """Rows of the inner join."""
    examples: tuple[str, ...]
    """Some shared values."""


@dataclass(frozen=True, slots=True)
class Match:
    """A column that joins with the query column, and what is known of the join."""

    query: ColumnId
    column: ColumnId
    rank: int
    score: float
    """In [0, 1]; the sum of the evidence."""
    kind: JoinKind
    containment: float
    reverse_containment: float
    cardinality: Cardinality
    evidence: tuple[Evidence, ...]
    accepted: bool | None = None
    """Whether the score is a probability high enough to be accepted; None where it is no probability."""
    measured: JoinMeasure | None = None
    """The join counted in the source files; None where the figures are estimates from sketches."""
    note: str = ""
    """Why it could not be counted, where that was tried."""
    cross_score: CrossScore | None = None
    """The cross-encoder's score of the pair, where that is explained."""

    @property
    def probability(self) -> float | None:
        """The probability that the columns join; None where only some sources were queried."""
        return None if self.accepted is None else self.score

    @property
    def exact(self) -> bool:
        """Whether the figures were counted in the source files."""
        return self.measured is not None


@dataclass(frozen=True, slots=True)
class AnchorScore:
    """A candidate that was scored before, from which the scores of others were predicted."""

    column: str
    predicted: float | None
    """The score predicted for it, in log-odds but for a constant; None of those that the matcher chose."""
    score: float
    """The cross-encoder's."""

    def __str__(self) -> str:
        score = f"{self.score:+.2f}"
        return f"{self.column} ({score if self.predicted is None else f'{self.predicted:+.2f}, {score}'})"


@dataclass(frozen=True, slots=True)
class CrossScore:
    """How a cross-encoder was used for a query, and its score of one pair."""

    calls: int
    candidates: int
    """How many there were to be scored."""
    predicted: float | None = None
    """The score predicted for the pair from those of the other candidates; None where it was not scored."""
    score: float | None = None
    """The cross-encoder's."""
    anchors: tuple[AnchorScore, ...] = ()
    """Those scored in the rounds before the last, in their order."""

    def lines(self, most: int = 5) -> list[str]:
        """Describe it for people, with so many of the anchors."""
        if not self.calls:
            return ["the cross-encoder was not used: which candidate is the best is clear without it"]
        if self.predicted is None or self.score is None:
            return [f"the cross-encoder scored {self.calls} of {self.candidates} candidates, and not this one"]
        lines = [
            f"the cross-encoder scored {self.calls} of {self.candidates} candidates; from its scores of the others, "
            f"{self.predicted:+.2f} was predicted for this one, and it gave {self.score:+.2f}"
        ]
        if self.anchors:
            named = map(str, self.anchors[:most])
            more = f", and {len(self.anchors) - most} more" if len(self.anchors) > most else ""
            lines.append(f"anchors (predicted score, where there was one, and score): {', '.join(named)}{more}")
        return lines
