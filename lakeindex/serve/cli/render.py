"""Write the answer to a query."""

from __future__ import annotations

from typing import Any

from lakeindex.escaping.counted import counted
from lakeindex.reasons.answer_text import TableMatches, by_table, figures_of
from lakeindex.reasons.themes import theme_of
from lakeindex.search.answer import ANSWER_SCHEMA, Answer, match_row
from lakeindex.serve.answers.matches import answer_to_json
from lakeindex.serve.cli.grid_cells import cut
from lakeindex.serve.cli.output import (
    Format,
    Layout,
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

_LEAST = ("reverse", "figures", "cardinality", "kind", "shared, or why")
"""What people see of an answer that gives way first where the terminal is narrow."""


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
        print_line(
            as_json(
                answer_to_json(answer) | {"hidden": hidden + answer.hidden}, indent=1 if form is Format.JSON else None
            )
        )
    elif form is Format.ARROW:
        write_table(answer.to_arrow(with_self), form)
    elif form is Format.CSV:
        write_csv(ANSWER_SCHEMA.names, (match_row(match).values() for match in answer.listed(with_self)))
    else:
        _write_for_people(answer, visible, visible_self, form)
        if hidden:
            print_message(
                f"{counted(hidden, 'match that is', 'matches that are')} not sure enough to be accepted "
                f"{'is' if hidden == 1 else 'are'} hidden; --all shows {'it' if hidden == 1 else 'them'}",
                quiet,
            )
        if answer.hidden:
            few = counted(answer.hidden, "match is", "matches are")
            print_message(f"{few} less probable than --min-probability", quiet)


def _write_for_people(answer: Answer, visible: list[Match], within: list[Match], form: Format) -> None:
    if not visible and not within:
        print_text(f"nothing joins with {answer.query}; tried: {', '.join(answer.tried)}")
        return
    names = ["#", "joins with", "score", "kind", "values that meet", "reverse", "cardinality", "figures"]
    names.append("shared, or why")
    rows = [row for group in by_table(visible) for row in _rows(group)]
    rows += [row for group in by_table(within) for row in _rows(group, "self")]
    if form is Format.MD:
        write_markdown(names, rows)
    else:
        write_grid(names, rows, Layout(f"What joins with {answer.query}", _LEAST, floors={"joins with": 28}))


def _rows(group: TableMatches, mark: str = "") -> list[list[Any]]:
    """Return a row for each column of a table: they stand together, below the best one."""
    return [_row(match, mark, is_first=place == 0) for place, match in enumerate(group.matches)]


def _row(match: Match, mark: str, is_first: bool) -> list[Any]:
    examples = match.measured.examples if match.measured else ()
    strongest = ", ".join(dict.fromkeys(theme_of(one).name for one in match.evidence[:3] if one.part > 0))
    return [
        mark or match.rank,
        str(match.column) if is_first else f"  · {match.column.name}",
        f"{match.score:.2f}",
        str(match.kind),
        _share(match),
        f"{match.reverse_matched:.0%}",
        str(match.cardinality),
        figures_of(match),
        ", ".join(cut(example, 24) for example in examples[:3]) or strongest,
    ]


def _share(match: Match) -> str:
    """Return which share of the query's distinct values meets, and which does as the values are written."""
    meets, as_written = (f"{share:.0%}" for share in (match.matched, match.containment))
    return meets if not match.meets_otherwise or meets == as_written else f"{meets} ({as_written} as is)"
