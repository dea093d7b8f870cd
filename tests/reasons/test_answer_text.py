from __future__ import annotations

import pytest

from lakeindex.reasons.answer_text import by_table, figures_of, share_that_meets
from lakeindex.search.answer import Answer
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality, JoinKind, JoinMeasure, Match, ValueMatch

QUERY = ColumnId(TableId("orders.csv"), "customer")


def match_with(column: str, table: str = "customers.csv", rank: int = 1, **given: object) -> Match:
    fields: dict[str, object] = {
        "query": QUERY, "column": ColumnId(TableId(table), column), "rank": rank, "score": 0.9 - rank / 100,
        "kind": JoinKind.EQUI, "containment": 0.0, "reverse_containment": 0.0, "match": ValueMatch.EXACT,
        "matched": 0.0, "reverse_matched": 0.0, "cardinality": Cardinality.MANY_TO_ONE, "evidence": (),
        "accepted": True,
    }  # fmt: skip
    return Match(**(fields | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("containment", "match", "matched", "shown"),
    [
        (0.8, ValueMatch.EXACT, 0.8, "80%"),
        (0.0, ValueMatch.NORMALISED, 1.0, "0% as written, 100% once written alike"),
        (1.0, ValueMatch.NORMALISED, 1.0, "100%"),
        (0.5, ValueMatch.TRANSFORM, 0.75, "50% as written, 75% by a program"),
        (0.0, ValueMatch.TEMPORAL, 1.0, "0% as written, 100% by their time"),
        (0.401, ValueMatch.FUZZY, 0.402, "40%"),
    ],
)
def test_people_see_what_meets_as_written_and_otherwise(
    containment: float, match: ValueMatch, matched: float, shown: str
) -> None:
    assert share_that_meets(match_with("id", containment=containment, match=match, matched=matched)) == shown


def test_the_columns_of_a_table_are_shown_together_where_its_best_one_ranks() -> None:
    matches = [match_with(f"c{rank}", "wide.csv", rank) for rank in (1, 2, 4)] + [match_with("id", rank=3)]
    groups = by_table(sorted(matches, key=lambda one: one.rank))
    assert [str(group.best.column) for group in groups] == ["wide.csv · c1", "customers.csv · id"]
    assert groups[0].describe_others() == " (and 2 more columns of this table: c2, c4)"
    assert groups[1].describe_others() == ""


def test_few_of_many_columns_are_named() -> None:
    (group,) = by_table([match_with(f"c{rank}", rank=rank) for rank in range(1, 11)])
    assert group.describe_others() == " (and 9 more columns of this table: c2, c3, c4, c5, c6, c7, ...)"


def test_figures_are_counted_or_at_least_so_much_or_estimated() -> None:
    measured = JoinMeasure(0.0, 0.0, ValueMatch.EXACT, 0.4, 0.4, 0.4, 0.4, Cardinality.ONE_TO_ONE, 3, (), True)
    part = JoinMeasure(0.0, 0.0, ValueMatch.EXACT, 0.4, 0.4, 0.4, 0.4, Cardinality.ONE_TO_ONE, 3, (), False)
    assert figures_of(match_with("id")) == "estimated"
    assert figures_of(match_with("id", measured=measured, matched=0.4)) == "counted"
    assert figures_of(match_with("id", measured=part, matched=0.4)) == "at least"
    assert figures_of(match_with("id", measured=part, matched=0.9, match=ValueMatch.FUZZY)) == "estimated"


def test_an_answer_shows_a_table_once_and_its_own_table_last() -> None:
    within = match_with("manager", QUERY.table, 1)
    matches = tuple(match_with(f"c{rank}", rank=rank) for rank in (1, 2))
    answer = Answer(QUERY, matches, ("names",), self_matches=(within,))
    lines = repr(answer).splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("customers.csv · c1 (and 1 more column of this table: c2)")
    assert lines[2].startswith("self") and lines[2].endswith("orders.csv · manager")
    page = answer._repr_html_()
    assert page.count("<tr>") == 3 and "<td>self</td><td>orders.csv</td><td>manager</td>" in page
    assert answer.to_arrow().num_rows == 2
