"""The command that explains: why two columns join, how sure that is, and how to join them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.options import open_lake, warn_without_lake, with_lake, with_reranking
from lakeindex.serve.cli.output import Format, as_json, print_line, print_text, write_csv, write_markdown
from lakeindex.serve.cli.spreadsheet_option import with_spreadsheet

if TYPE_CHECKING:
    from lakeindex.types.matches import Match

_HTML = "html"


@click.command()
@click.argument("left_table")
@click.argument("left_column")
@click.argument("right_table")
@click.argument("right_column")
@with_lake
@with_reranking
@click.option("--full", is_flag=True, help="Show all parts of the score, with units, and what the cross-encoder did.")
@click.option("-o", "--output", type=click.Choice(["table", "json", _HTML, "csv", "md"]), default="table")
@with_spreadsheet
@ending_with_reader()
def explain(
    left_table: str,
    left_column: str,
    right_table: str,
    right_column: str,
    full: bool,
    output: str,
    **opening: Any,
) -> None:
    """Show why two columns join, how sure that is, and how to join them.

    At most six reasons are given, the biggest first; they sum to the score.
    """
    lake = open_lake(**opening)
    warn_without_lake(lake)
    match = lake.explain(left_table, left_column, right_table, right_column)
    if output == _HTML:
        from lakeindex.reasons.page import page_of

        print_text(page_of(match))
    elif output == Format.JSON:
        from lakeindex.serve.answers.matches import explanation_to_json

        print_line(as_json(explanation_to_json(match), indent=1))
    elif output == Format.CSV:
        write_csv(("evidence", "part", "strength", "what it says"), _all_parts(match))
    elif output == Format.MD:
        _write_markdown(match, full)
    else:
        from lakeindex.serve.cli.reasons import write_reasons

        write_reasons(match, full)


def _all_parts(match: Match) -> list[list[object]]:
    """Return all parts of the score, each a row, and their sum."""
    rows: list[list[object]] = [[one.name, one.part, one.value, one.meaning] for one in match.evidence]
    label = {None: "score", True: "probability (accepted)", False: "probability (not accepted)"}[match.accepted]
    return [*rows, [label, match.score, None, "the sum of the parts"]]


def _write_markdown(match: Match, full: bool) -> None:
    from lakeindex.reasons.facts import verdict
    from lakeindex.reasons.reasons import reasons_of
    from lakeindex.reasons.waterfall import percent

    if full:
        write_markdown(("evidence", "part of the score", "strength, 0 to 1", "what it says"), _all_parts(match))
        return
    reasons = reasons_of(match)
    rows = [
        [percent(tenths), one.name, one.says, "; ".join(one.shows)]
        for tenths, one in zip(reasons.tenths, reasons.listed, strict=True)
    ]
    rows.append([f"{match.score:.1%}", "in all", verdict(match), ""])
    write_markdown(("part", "reason", "what was seen", "for example"), rows)
