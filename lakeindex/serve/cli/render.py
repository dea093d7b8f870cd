"""Write the answer to a query, and the reasons for a match."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lakeindex.search.answer import ANSWER_SCHEMA, Answer, match_row
from lakeindex.serve.cli.output import (
    Format,
    as_json,
    print_line,
    print_message,
    shown,
    write_csv,
    write_grid,
    write_markdown,
    write_table,
)
from lakeindex.types.matches import Match


def write_answer(answer: Answer, form: Format, show_all: bool, quiet: bool) -> None:
    """Write an answer; formats for programs hold every match, the table for people only accepted ones."""
    if answer.same_as is not None:
        print_message(f"{answer.query} is a copy of {answer.same_as}, which answers in its place", quiet)
    visible = [match for match in answer.matches if show_all or match.accepted is not False]
    hidden = len(answer.matches) - len(visible)
    if form in (Format.JSON, Format.JSONL):
        content = {
            "query": {"table": answer.query.table, "column": answer.query.name},
            "tried": list(answer.tried),
            "hidden": hidden + answer.hidden,
            "matches": [match_to_json(match) for match in answer.matches],
        }
        if answer.same_as is not None:
            content["same_as"] = {"table": answer.same_as.table, "column": answer.same_as.name}
        print_line(as_json(content, indent=1 if form is Format.JSON else None))
    elif form is Format.ARROW:
        write_table(answer.to_arrow(), form)
    elif form is Format.CSV:
        write_csv(ANSWER_SCHEMA.names, (match_row(match).values() for match in answer.matches))
    else:
        _write_for_people(answer, visible, form)
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
        row["joined_rows"] = match.measured.rows
        row["examples"] = list(match.measured.examples)
    if match.note:
        row["note"] = match.note
    if match.cross_score is not None:
        row["reading"] = asdict(match.cross_score)
    return row


def write_explanation(match: Match, form: Format) -> None:
    """Write the parts of a match's score."""
    if form in (Format.JSON, Format.JSONL):
        content = {"query": {"table": match.query.table, "column": match.query.name}, **match_to_json(match)}
        print_line(as_json(content, indent=1 if form is Format.JSON else None))
        return
    rows = [[one.name, one.part, one.value, one.meaning] for one in match.evidence]
    rows.append([_score_label(match), match.score, None, "the sum of the parts"])
    names = ["evidence", "part", "strength", "what it says"]
    title = f"{match.query}  ⋈  {match.column}"
    if form is Format.MD:
        write_markdown(names, rows)
    elif form is Format.CSV:
        write_csv(names, rows)
    else:
        write_grid(names, rows, title)
        for line in _facts(match):
            print_line(line)


def explanation_html(match: Match) -> str:
    """Return the parts of a match's score as an HTML page."""
    from html import escape

    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{one.part:.3f}</td><td>{escape(shown(one.value))}</td>"
        f"<td>{escape(one.meaning)}</td></tr>"
        for one in match.evidence
    )
    facts = "".join(f"<li>{escape(line)}</li>" for line in _facts(match))
    title = escape(f"{match.query} ⋈ {match.column}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
        f"<table><thead><tr><th>evidence</th><th>part</th><th>strength</th><th>what it says</th></tr></thead>"
        f"<tbody>{rows}<tr><td>{_score_label(match)}</td><td>{match.score:.3f}</td><td></td>"
        f"<td>the sum of the parts</td></tr></tbody></table><ul>{facts}</ul></html>"
    )


def _score_label(match: Match) -> str:
    return {None: "score", True: "probability (accepted)", False: "probability (not accepted)"}[match.accepted]


def _facts(match: Match) -> list[str]:
    how = "counted in the files" if match.exact else "estimated from sketches"
    lines = [
        f"{match.kind} join, {match.cardinality}; {match.containment:.1%} of the query's distinct values are in the "
        f"candidate, {match.reverse_containment:.1%} the other way ({how})"
    ]
    if match.measured is not None:
        lines.append(
            f"{match.measured.match_rate:.1%} of the query's rows find a partner; {match.measured.rows} joined rows"
        )
        if match.measured.examples:
            lines.append(f"for example: {', '.join(match.measured.examples)}")
    if match.cross_score is not None:
        lines += match.cross_score.lines()
    if match.note:
        lines.append(f"not counted: {match.note}")
    return lines


def _write_for_people(answer: Answer, visible: list[Match], form: Format) -> None:
    if not visible:
        print_line(f"nothing joins with {answer.query}; tried: {', '.join(answer.tried)}")
        return
    names = ["#", "joins with", "score", "kind", "containment", "reverse", "cardinality", "figures", "shared, or why"]
    rows = [_row(match) for match in visible]
    if form is Format.MD:
        write_markdown(names, rows)
    else:
        write_grid(names, rows, f"What joins with {answer.query}")


def _row(match: Match) -> list[Any]:
    examples = match.measured.examples if match.measured else ()
    strongest = ", ".join(one.name.replace("_", " ") for one in match.evidence[:3] if one.part > 0)
    return [
        match.rank,
        str(match.column),
        f"{match.score:.2f}",
        str(match.kind),
        f"{match.containment:.0%}",
        f"{match.reverse_containment:.0%}",
        str(match.cardinality),
        "counted" if match.exact else "estimated",
        ", ".join(example[:24] for example in examples[:3]) or strongest,
    ]
