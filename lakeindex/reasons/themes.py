"""The themes that evidence falls into, each a reason in the words of people who work with data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from lakeindex.reasons import wording
from lakeindex.reasons.wording import Said
from lakeindex.types.matches import Evidence, Match


@dataclass(frozen=True, slots=True)
class Theme:
    """Evidence that people take for one thing."""

    name: str
    evidence: tuple[str, ...]
    """The names of the evidence that falls into it."""
    describe: Callable[[Match, Sequence[Evidence]], Said]
    """Says what was seen, given the evidence."""


_THEMES = (
    Theme("shared values", ("values", "both_ways", "inclusion"), wording.shared_values),
    Theme("shared words", ("words", "word_containment", "grams"), wording.shared_words),
    Theme("names", ("names", "context", "reference"), wording.names),
    Theme("meaning", ("meaning",), wording.meaning),
    Theme("types and keys", ("kinds", "shapes", "sizes", "keys", "serials"), wording.types_and_keys),
    Theme("copied table", ("repeats",), wording.copied_table),
    Theme("a better column", ("rival",), wording.better_column),
    Theme("unrelated ids", ("strangers",), wording.unrelated_ids),
    Theme("your verdict", ("feedback",), wording.as_it_is),
    Theme("the way back", ("answers",), wording.way_back),
    Theme("a column between", ("paths",), wording.as_it_is),
    Theme("read together", ("reading",), wording.read_together),
    Theme("track record", ("calibration",), wording.track_record),
    Theme("starting point", ("prior",), wording.starting_point),
)


def theme_of(evidence: Evidence) -> Theme:
    """Return the theme of evidence; what has none is one by itself, as a source that was asked alone."""
    return _by_evidence().get(evidence.name) or Theme(evidence.name, (evidence.name,), wording.as_it_is)


@cache
def _by_evidence() -> dict[str, Theme]:
    return {name: theme for theme in _THEMES for name in theme.evidence}
