"""How a cross-encoder came to read a pair: what it read before, what that foresaw, and what it said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnchorReading:
    """A candidate that was read before, from which the scores of others were predicted."""

    column: str
    predicted: float | None
    """What it was expected to say, in log-odds but for a constant; None of those that the matcher chose."""
    score: float
    """What it said."""

    def __str__(self) -> str:
        said = f"{self.score:+.2f}"
        return f"{self.column} ({said if self.predicted is None else f'{self.predicted:+.2f}, {said}'})"


@dataclass(frozen=True, slots=True)
class PairReading:
    """What a cross-encoder was asked for a query, and what of one pair."""

    calls: int
    candidates: int
    """How many there were to be read."""
    predicted: float | None = None
    """What it was expected to say of the pair by what it said of the others; None where it wasn't asked."""
    score: float | None = None
    """What it said."""
    anchors: tuple[AnchorReading, ...] = ()
    """Those read in the rounds before the last, in their order."""

    def lines(self, most: int = 5) -> list[str]:
        """Tell it to people, with so many of the anchors."""
        if self.predicted is None or self.score is None:
            return ["the cross-encoder was not asked: which candidate is the best is clear without it"]
        told = [
            f"the cross-encoder read {self.calls} of {self.candidates} candidates; by what it said of others, it was "
            f"expected to say {self.predicted:+.2f} of this one, and said {self.score:+.2f}"
        ]
        if self.anchors:
            named = map(str, self.anchors[:most])
            more = f", and {len(self.anchors) - most} more" if len(self.anchors) > most else ""
            told.append(f"anchors (what was expected, where it was, and said): {', '.join(named)}{more}")
        return told
