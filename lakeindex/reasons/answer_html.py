"""Answers and matches as HTML for notebooks: the evidence of each as a small waterfall, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex.escaping.markup import html_text
from lakeindex.reasons.answer_text import TableMatches, by_table, figures_of, share_that_meets
from lakeindex.reasons.cut import cut
from lakeindex.reasons.facts import facts_of, join_command, verdict
from lakeindex.reasons.reasons import reasons_of
from lakeindex.reasons.waterfall import percent, small_svg
from lakeindex.types.matches import Match

_HEAD = (
    "rank", "table", "column", "probability", "accepted", "why", "kind",
    "values that meet", "reverse", "cardinality", "figures", "for example",
)  # fmt: skip
_SHOWN = 3


def answer_html(headline: str, matches: Sequence[Match], within: Sequence[Match] = ()) -> str:
    """Return matches as a table, the columns of one table in a row, with the evidence of the best one drawn.

    Those `within` the query's own table come last.
    """
    if not matches and not within:
        return f"<p>{html_text(headline)}</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
    rows = [_row(group, str(group.best.rank)) for group in by_table(matches)]
    rows += [_row(group, "self") for group in by_table(within)]
    caption = f"<caption>{html_text(headline)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def match_html(match: Match) -> str:
    """Return a match as a headline, the reasons for its score with their waterfall, and the command that joins."""
    reasons = reasons_of(match)
    listed = "".join(
        f"<li>{percent(tenths)} <b>{html_text(one.name)}</b>: {html_text(one.says)}{_example(one.shows)}</li>"
        for tenths, one in zip(reasons.tenths, reasons.listed, strict=True)
    )
    facts = "".join(f"<li>{html_text(label)}: {html_text(fact)}</li>" for label, fact in facts_of(match))
    return (
        f"<p><b>{html_text(str(match.query))} ⋈ {html_text(str(match.column))}</b><br>{html_text(verdict(match))}</p>"
        f"{small_svg(reasons)}<ul>{listed}</ul><ul>{facts}</ul><pre>{html_text(join_command(match))}</pre>"
    )


def _row(group: TableMatches, rank: str) -> str:
    match = group.best
    sure = {True: "yes", False: "no", None: ""}[match.accepted]
    before = [rank, match.column.table, f"{match.column.name}{group.describe_others()}", f"{match.score:.3f}", sure]
    examples = ", ".join(map(cut, match.measured.examples[:_SHOWN])) if match.measured else ""
    after = [
        str(match.kind), share_that_meets(match), f"{match.reverse_matched:.0%}", str(match.cardinality),
        figures_of(match), examples,
    ]  # fmt: skip
    cells = [*map(html_text, before), small_svg(reasons_of(match)), *map(html_text, after)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _example(shows: tuple[str, ...]) -> str:
    return f" <small>({html_text(' | '.join(map(cut, shows)))})</small>" if shows else ""
