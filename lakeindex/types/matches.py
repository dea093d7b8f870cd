"""The answer to a query: columns that join, and what is known of each join."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lakeindex.escaping.visible import visible_line
from lakeindex.types.lake import ColumnId
from lakeindex.types.pair_facts import PairFacts


class JoinKind(StrEnum):
    """How two columns are joined, by what their values have in common."""

    EQUI = "equi"
    """They are equal."""
    TRANSFORM = "transform"
    """They are equal once written alike (case, accents, punctuation, leading zeros, date order), or by a program."""
    FUZZY = "fuzzy"
    """They are spelled alike: they share words or character sequences."""
    NUMERIC = "numeric"
    """They are numbers of one range, few of them equal."""
    TEMPORAL = "temporal"
    """They are dates of one range, few of them equal as written."""
    SEMANTIC = "semantic"
    """Their meaning is alike, or a table of the lake maps one to the other."""
    UNKNOWN = "unknown"
    """No way to make them meet is known."""


class ValueMatch(StrEnum):
    """How a join of two columns would make their values meet: the `--match` that it would choose."""

    EXACT = "exact"
    """They are equal."""
    NORMALISED = "normalised"
    """They are equal once written alike."""
    TEMPORAL = "temporal"
    """One is a day or time, the other the period that it lies in, or the same written otherwise."""
    TRANSFORM = "transform"
    """A program makes one of the other."""
    FUZZY = "fuzzy"
    """They are spelled alike."""
    SEMANTIC = "semantic"
    """They mean the same, or a table of the lake maps one to the other."""


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
    """A join counted on the rows of both tables: what it would make meet, beside what is equal as written.

    Shares are in [0, 1], 0 where a side has no value.
    """

    containment: float
    """|Q ∩ C| / |Q| over distinct values as written, trimmed and lower-cased."""
    reverse_containment: float
    """|Q ∩ C| / |C|."""
    match: ValueMatch
    """How the values are made to meet."""
    matched: float
    """The share of the query's distinct values that meet a value of the candidate so."""
    reverse_matched: float
    """The share of the candidate's distinct values that meet one of the query."""
    match_rate: float
    """The share of the query's rows with a value that match a row of the candidate."""
    reverse_match_rate: float
    """The share of the candidate's rows with a value that match a row of the query."""
    cardinality: Cardinality
    rows: int
    """Rows of the inner join."""
    examples: tuple[str, ...]
    """Some values that meet; `a → b` where they are not equal as written."""
    is_final: bool = True
    """Whether every match was tried that might make more meet: `lakeindex join` does the same. If not, it makes at
    least so much meet."""
    how: str = ""
    """The rule by which values meet, in words: a program, a threshold, a table in between; of equal ones nothing."""


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
    """The share of the query's distinct values that the candidate has, as they are written."""
    reverse_containment: float
    match: ValueMatch
    """How a join would make the values meet."""
    matched: float
    """The share of the query's distinct values that meet one of the candidate so."""
    reverse_matched: float
    cardinality: Cardinality
    evidence: tuple[Evidence, ...]
    accepted: bool | None = None
    """Whether the score is a probability high enough to be accepted; None where it is no probability."""
    measured: JoinMeasure | None = None
    """The join counted in the source files; None where the figures are estimates from sketches."""
    note: str = ""
    """Why it could not be counted, or why more may meet than was counted, where that was tried."""
    cross_score: CrossScore | None = None
    """The cross-encoder's score of the pair, where that is explained."""
    facts: PairFacts | None = None
    """What the index knows of both columns, where the match is explained."""

    @property
    def probability(self) -> float | None:
        """The probability that the columns join; None where only some sources were queried."""
        return None if self.accepted is None else self.score

    @property
    def exact(self) -> bool:
        """Whether the figures were counted in the source files, and are those of the join that would be made."""
        return self.measured is not None and self.measured.is_final

    @property
    def meets_otherwise(self) -> bool:
        """Whether more values meet than are equal as written."""
        return self.match is not ValueMatch.EXACT and self.matched > self.containment

    def __repr__(self) -> str:
        sure = {True: "accepted", False: "not accepted", None: "no probability"}[self.accepted]
        return visible_line(
            f"<Match {self.query} ⋈ {self.column}: {self.score:.1%}, {sure}; {self.kind} join, {self.cardinality}, "
            f"{self.matched:.0%} of the values meet>"
        )

    def _repr_html_(self) -> str:
        from lakeindex.reasons.answer_html import match_html

        return match_html(self)


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
