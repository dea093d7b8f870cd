"""What each theme says of a match, and the values that show it: the left column is the query's, the right the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex.reasons.answer_text import HOW_THEY_MEET
from lakeindex.reasons.cut import ARROW
from lakeindex.types.matches import Cardinality, Evidence, Match
from lakeindex.types.pair_facts import ColumnSummary

_SHOWN = 3
_SEEN, _ALIKE = 0.1, 0.5
"""The strength from which there is something to speak of, and the likeness from which two texts mean about the same."""
_KEYS = {
    Cardinality.ONE_TO_ONE: "no value repeats on either side",
    Cardinality.MANY_TO_ONE: "no value repeats on the right, as in a lookup table",
    Cardinality.ONE_TO_MANY: "no value repeats on the left, as in a lookup table",
    Cardinality.MANY_TO_MANY: "values repeat on both sides",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the values, names or ranges that show it."""

    says: str
    shows: tuple[str, ...] = ()


def shared_values(match: Match, found: Sequence[Evidence]) -> Said:
    """Say which share of the values meets, each way; show some that do."""
    if not (match.containment or match.matched):
        return Said("no value of the left column is on the right", _both_sides(match))
    says = f"{match.containment:.0%} of the left values are on the right"
    if match.meets_otherwise and f"{match.matched:.0%}" != f"{match.containment:.0%}":
        says += f" as written, {match.matched:.0%}{HOW_THEY_MEET[match.match]}"
    says += f"; {match.reverse_matched:.0%} the other way round"
    if any(one.name == "inclusion" and one.part > 0 for one in found):
        says += ": a key with all values of the other column"
    return Said(says, _examples(match) or _both_sides(match))


def shared_words(match: Match, found: Sequence[Evidence]) -> Said:
    """Say whether values use the same words and letters; show two that are written differently."""
    if not _is_seen(found):
        return Said("the values have few words or letters in common", _both_sides(match))
    unequal = tuple(one for one in _examples(match) if ARROW in one)
    return Said("the values use the same uncommon words and letters", unequal or _examples(match) or _both_sides(match))


def names(match: Match, found: Sequence[Evidence]) -> Said:
    """Say how the names of columns and tables are alike; show them."""
    whole = str(match.query), str(match.column)
    if not _is_seen(found):
        return Said("the names of columns and tables have no uncommon word in common", whole)
    best = max(found, key=lambda one: one.part).name
    if best == "context":
        return Said("the names of columns and tables share uncommon words", whole)
    if best == "reference":
        return Said("one column is called what the other is with its table's name", whole)
    return Said("the column names are spelled alike", (match.query.name, match.column.name))


def meaning(match: Match, found: Sequence[Evidence]) -> Said:
    """Say how near the text model sees both columns, names and values together."""
    likeness = max(found[0].value, 0.0)
    takes = "takes both to be about the same thing" if likeness >= _ALIKE else "sees little that both have in common"
    return Said(f"a language model {takes}: {likeness:.0%} alike", _both_sides(match))


def types_and_keys(match: Match, found: Sequence[Evidence]) -> Said:
    """Say which types the columns hold and on which side values repeat; show their ranges."""
    heaviest = max(found, key=lambda one: abs(one.part))
    if heaviest.name == "serials" and heaviest.part < 0:
        says = "one side counts 1, 2, 3, ... as ids do, and so shares values with many columns"
        return Said(says, _ranges(match))
    if match.facts is None:
        return Said(_KEYS[match.cardinality])
    left, right = match.facts.left.type, match.facts.right.type
    types = (
        f"both hold {_plural(left)}" if left == right else f"{_plural(left)} on the left, {_plural(right)} on the right"
    )
    return Said(f"{types}; {_KEYS[match.cardinality]}", _ranges(match))


def copied_table(match: Match, found: Sequence[Evidence]) -> Said:
    """Say that the other table is a copy."""
    return Said(
        "the right table has the left one's columns: joined with a copy, a table gains little", (match.column.table,)
    )


def better_column(match: Match, found: Sequence[Evidence]) -> Said:
    """Say, and name, which column of the same table fits better."""
    rival = match.facts.rival if match.facts else None
    if found[0].part >= 0:
        return Said("no other column of the right table fits better")
    return Said("another column of the right table fits better", () if rival is None else (rival.name,))


def unrelated_ids(match: Match, found: Sequence[Evidence]) -> Said:
    """Say that both columns identify different things."""
    return Said("both hold ids of one form, and not one is on both sides", _both_sides(match))


def way_back(match: Match, found: Sequence[Evidence]) -> Said:
    """Say whether the other column, asked in its turn, names this one."""
    finds = "finds" if _sum(found) >= 0 else "hardly finds"
    return Said(f"asked the other way round, lakeindex {finds} the left column for the right one")


def read_together(match: Match, found: Sequence[Evidence]) -> Said:
    """Say what the cross-encoder made of the pair."""
    likely = "more" if _sum(found) >= 0 else "less"
    return Said(f"a model that reads both columns side by side takes a join for {likely} likely than the figures do")


def track_record(match: Match, found: Sequence[Evidence]) -> Said:
    """Say how often answers like this one were right."""
    often = "more" if _sum(found) >= 0 else "less"
    return Said(f"where it is known what joins, answers like this one were right {often} often than the figures say")


def starting_point(match: Match, found: Sequence[Evidence]) -> Said:
    """Say what is supposed of any two columns."""
    return Said("how often two columns join that lakeindex compares, before anything is known of them")


def as_it_is(match: Match, found: Sequence[Evidence]) -> Said:
    """Say what the evidence means, as it puts it itself."""
    return Said(found[0].meaning.removeprefix("against: "))


def range_of(column: ColumnSummary) -> str:
    """Write the smallest and the largest value of a column; empty where there are none, or none are kept."""
    if column.minimum is None or column.maximum is None:
        return ""
    return column.minimum if column.minimum == column.maximum else f"{column.minimum} to {column.maximum}"


def _is_seen(found: Sequence[Evidence]) -> bool:
    return any(one.value >= _SEEN and one.part > 0 for one in found)


def _sum(found: Sequence[Evidence]) -> float:
    return sum(one.part for one in found)


def _examples(match: Match) -> tuple[str, ...]:
    return match.measured.examples[:_SHOWN] if match.measured else ()


def _both_sides(match: Match) -> tuple[str, ...]:
    """Show some values of each column, where the index keeps them."""
    if match.facts is None:
        return ()
    sides = (match.query.name, match.facts.left), (match.column.name, match.facts.right)
    return tuple(f"{name}: {', '.join(column.values[:_SHOWN])}" for name, column in sides if column.values)


def _ranges(match: Match) -> tuple[str, ...]:
    """Show the range of each column, or how many values it has."""
    if match.facts is None:
        return ()
    sides = (match.query.name, match.facts.left), (match.column.name, match.facts.right)
    return tuple(f"{name}: {range_of(column) or _counted(column.distinct)}" for name, column in sides)


def _counted(distinct: int) -> str:
    return "1 value" if distinct == 1 else f"{distinct:,} different values"


def _plural(kind: str) -> str:
    return {"text": "text", "empty": "no values", "boolean": "truth values"}.get(kind, f"{kind}s")
