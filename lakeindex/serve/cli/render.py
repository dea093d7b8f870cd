"""Write the answer to a query."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lakeindex.reasons.answer_text import TableMatches, by_table, figures_of, share_that_meets
from lakeindex.search.answer import ANSWER_SCHEMA, Answer, match_row
from lakeindex.serve.cli.output import (
    Format,
    as_json,
    print_line,
    print_message,
    print_text,
    write_csv,
    write_grid,
    write_markdown,
    write_table,
)
from lakeindex.types.matches import Match


def write_answer(answer: Answer, form: Format, show_all: bool, quiet: bool, with_self: bool = False) -> None:
    """Write an answer; formats for programs hold every match, the table for people only accepted ones.

    Rows (csv, arrow) hold columns of the query's own table only `with_self`, behind all others.
    """
    if answer.same_as is not None:
        print_message(f"{answer.query} is a copy of {answer.same_as}, which answers in its place", quiet)
    visible, visible_self = (
        [match for match in some if show_all or match.accepted is not False]
        for some in (answer.matches, answer.self_matches)
    )
    hidden = len(answer.matches) - len(visible)
    if form in (Format.JSON, Format.JSONL):
        content = {
            "query": {"table": answer.query.table, "column": answer.query.name},
            "tried": list(answer.tried),
            "hidden": hidden + answer.hidden,
            "matches": [match_to_json(match) for match in answer.matches],
            "self": [match_to_json(match) for match in answer.self_matches],
        }
        if answer.same_as is not None:
            content["same_as"] = {"table": answer.same_as.table, "column": answer.same_as.name}
        print_line(as_json(content, indent=1 if form is Format.JSON else None))
    elif form is Format.ARROW:
        write_table(answer.to_arrow(with_self), form)
    elif form is Format.CSV:
        write_csv(ANSWER_SCHEMA.names, (match_row(match).values() for match in answer.listed(with_self)))
    else:
        _write_for_people(answer, visible, visible_self, form)
        if hidden:
            print_message(
                f"{hidden} matches that are not sure enough to be accepted are hidden; --all shows them", quiet
            )
        if answer.hidden:
            print_message(f"{answer.hidden} matches are less probable than --min-probability", quiet)


def match_to_json(match: Match) -> dict[str, Any]:
    """Return all that is known of a match, as JSON."""
    row = {name: value for name, value in match_row(match).items() if not name.startswith("query_")}
    row["evidence"] = [
        {"name": one.name, "part": one.part, "value": one.value, "meaning": one.meaning} for one in match.evidence
    ]
    if match.measured is not None:
        row["match_rate"] = match.measured.match_rate
        row["reverse_match_rate"] = match.measured.reverse_match_rate
        row["joined_rows"] = match.measured.rows
        row["examples"] = list(match.measured.examples)
        row["how"] = match.measured.how
    if match.note:
        row["note"] = match.note
    if match.cross_score is not None:
        row["reading"] = asdict(match.cross_score)
    return row


def _write_for_people(answer: Answer, visible: list[Match], within: list[Match], form: Format) -> None:
    if not visible and not within:
        print_text(f"nothing joins with {answer.query}; tried: {', '.join(answer.tried)}")
        return
    names = ["#", "joins with", "score", "kind", "values that meet", "reverse", "cardinality", "figures"]
    names.append("shared, or why")
    rows = [_row(group) for group in by_table(visible)]
    rows += [_row(group, "self") for group in by_table(within)]
    if form is Format.MD:
        write_markdown(names, rows)
    else:
        write_grid(names, rows, f"What joins with {answer.query}")


def _row(group: TableMatches, mark: str = "") -> list[Any]:
    match = group.best
    examples = match.measured.examples if match.measured else ()
    strongest = ", ".join(one.name.replace("_", " ") for one in match.evidence[:3] if one.part > 0)
    return [
        mark or match.rank,
        f"{match.column}{group.describe_others()}",
        f"{match.score:.2f}",
        str(match.kind),
        share_that_meets(match),
        f"{match.reverse_matched:.0%}",
        str(match.cardinality),
        figures_of(match),
        ", ".join(example[:24] for example in examples[:3]) or strongest,
    ]
