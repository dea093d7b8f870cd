"""The sections of a page that shows a match, as HTML: how sure, why, both columns, all parts; every text is escaped."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from lakeindex.escaping.markup import html_text
from lakeindex.reasons.cut import cut
from lakeindex.reasons.facts import facts_of, join_command
from lakeindex.reasons.reasons import Reason, Reasons
from lakeindex.reasons.waterfall import Bar, bar_svg, bars_of, percent
from lakeindex.reasons.wording import range_of
from lakeindex.types.matches import Match
from lakeindex.types.pair_facts import ColumnSummary, PairFacts

_VERDICTS = {
    True: ("yes", "sure that they join: accepted"),
    False: ("no", "sure that they join: not accepted, as that is too little"),
    None: ("none", "by the sources that were asked, which is no probability"),
}


def verdict_section(match: Match) -> str:
    """Return how sure the join is and how it is made, with the command that makes it."""
    name, text = _VERDICTS[match.accepted]
    facts = "".join(f"<dt>{html_text(label)}</dt><dd>{html_text(fact)}</dd>" for label, fact in facts_of(match))
    return (
        f'<section aria-label="How sure, and how to join"><p class="sure"><strong>{match.score:.1%}</strong> '
        f'<span class="{name}">{text}</span></p><dl>{facts}</dl>'
        f'<pre aria-label="The command that joins them"><code>{html_text(join_command(match))}</code></pre></section>'
    )


def reasons_section(reasons: Reasons) -> str:
    """Return the reasons as a waterfall, with a heading."""
    return f'<section aria-labelledby="why"><h2 id="why">Why</h2>{waterfall_list(reasons, 0.0)}</section>'


def waterfall_list(reasons: Reasons, least_high: float = 1.0) -> str:
    """Return the reasons as a list, each with its bar, that ends with the score; `least_high` as in `bars_of`."""
    *bars, whole = bars_of(reasons, least_high)
    rows = "".join(map(_reason, reasons.listed, reasons.tenths, bars))
    return (
        f'<ol>{rows}<li><span class="name">in all</span> <span class="part">{reasons.score:.1%}</span>'
        f"{bar_svg(whole, 'score')}</li></ol>"
    )


def _reason(reason: Reason, tenths: int, bar: Bar) -> str:
    shows = "".join(f"<li>{html_text(cut(one))}</li>" for one in reason.shows)
    return (
        f'<li><span class="name">{html_text(reason.name)}</span> <span class="part {bar.way}">{percent(tenths)}</span>'
        f'{bar_svg(bar, bar.way)}<p class="says">{html_text(reason.says)}</p>'
        + (f'<ul class="shows" aria-label="for example">{shows}</ul></li>' if shows else "</li>")
    )


def columns_section(match: Match) -> str:
    """Return the figures of both columns side by side; nothing where the match isn't explained."""
    if match.facts is None:
        return ""
    figures: tuple[tuple[str, Callable[[ColumnSummary], str]], ...] = (
        ("holds", lambda one: one.type),
        ("rows", lambda one: f"{one.rows:,}"),
        ("without a value", lambda one: f"{one.nulls:,}"),
        ("different values", lambda one: f"{one.distinct:,}{', each once' if one.is_key else ''}"),
        ("range", range_of),
        ("for example", lambda one: ", ".join(map(cut, one.values))),
    )
    rows = "".join(_compared(label, figure, match.facts) for label, figure in figures)
    sides = ("left", match.query), ("right", match.column)
    names = "".join(f'<th scope="col">{side}: {html_text(one.name)}</th>' for side, one in sides)
    return (
        f'<section aria-labelledby="columns"><h2 id="columns">The two columns</h2><table class="two">'
        f"<thead><tr><td></td>{names}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _compared(label: str, figure: Callable[[ColumnSummary], str], facts: PairFacts) -> str:
    cells = [figure(facts.left), figure(facts.right)]
    if not any(cells):
        return ""
    return (
        f'<tr><th scope="row">{label}</th>' + "".join(f"<td>{html_text(cell) or '–'}</td>" for cell in cells) + "</tr>"
    )


def parts_section(match: Match) -> str:
    """Return all parts of the probability, below a fold."""
    rows = "".join(
        f"<tr><td>{html_text(one.name.replace('_', ' '))}</td>{_figure(f'{one.part:+.4f}')}"
        f"{_figure('–' if math.isnan(one.value) else f'{one.value:.2f}')}<td>{html_text(one.meaning)}</td></tr>"
        for one in match.evidence
    )
    notes = _list(() if match.cross_score is None else match.cross_score.lines())
    return (
        f"<details><summary>All {len(match.evidence)} parts, with units</summary>"
        f'<div class="scroll" tabindex="0" role="region" aria-label="All parts of the probability"><table><thead><tr>'
        f'<th scope="col">evidence</th><th scope="col" class="figure">part of the probability</th>'
        f'<th scope="col" class="figure">strength, 0 to 1</th><th scope="col">what it means</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{notes}</details>"
    )


def _figure(text: str) -> str:
    return f'<td class="figure">{text}</td>'


def _list(lines: Iterable[str]) -> str:
    listed = "".join(f"<li>{html_text(line)}</li>" for line in lines)
    return f"<ul>{listed}</ul>" if listed else ""
