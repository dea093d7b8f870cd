"""The page that shows why two columns join: one HTML file that needs nothing else, loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from lakeindex.escaping.markup import html_text
from lakeindex.reasons.cut import cut
from lakeindex.reasons.facts import facts_of, join_command
from lakeindex.reasons.reasons import Reason, Reasons, reasons_of
from lakeindex.reasons.waterfall import Bar, bar_svg, bars_of, percent
from lakeindex.reasons.wording import range_of
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Match
from lakeindex.types.pair_facts import ColumnSummary, PairFacts

_STYLE = Path(__file__).parent / "assets" / "page.css"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {digest}; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<p class="kicker">lakeindex · do these columns join, how, and why?</p>
<h1>{left}{right}</h1>
</header>
<main>
{main}
</main>
<footer><p>Left is {query}, right {column}. The parts of a probability sum to it. Whatever the probability, this is
evidence, not proof.</p></footer>
</body>
</html>
"""
_VERDICTS = {
    True: ("yes", "sure that they join: accepted"),
    False: ("no", "sure that they join: not accepted, as that is too little"),
    None: ("none", "by the sources that were asked, which is no probability"),
}


def page_of(match: Match) -> str:
    """Return the page of a match, which is explained with all its evidence."""
    reasons, style = reasons_of(match), _STYLE.read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sections = [_verdict(match), _reasons(reasons), _both_columns(match), _all_parts(match)]
    return _PAGE.format(
        digest=f"'sha256-{digest}'",
        title=html_text(f"{match.query.name} ⋈ {match.column.name}: {match.score:.1%} · lakeindex"),
        style=style,
        left=_end(match.query, ""),
        right=_end(match.column, '<span class="joins" aria-label="joins with">⋈</span>'),
        main="\n".join(filter(None, sections)),
        query=html_text(str(match.query)),
        column=html_text(str(match.column)),
    )


def _end(column: ColumnId, before: str) -> str:
    return (
        f'<span class="end">{before}{html_text(column.name)} '
        f'<span class="table">in {html_text(column.table)}</span></span>'
    )


def _verdict(match: Match) -> str:
    name, text = _VERDICTS[match.accepted]
    facts = "".join(f"<dt>{html_text(label)}</dt><dd>{html_text(fact)}</dd>" for label, fact in facts_of(match))
    return (
        f'<section aria-label="How sure, and how to join"><p class="sure"><strong>{match.score:.1%}</strong> '
        f'<span class="{name}">{text}</span></p><dl>{facts}</dl>'
        f'<pre aria-label="The command that joins them"><code>{html_text(join_command(match))}</code></pre></section>'
    )


def _reasons(reasons: Reasons) -> str:
    *bars, whole = bars_of(reasons, 0.0)
    rows = "".join(map(_reason, reasons.listed, reasons.tenths, bars))
    return (
        f'<section aria-labelledby="why"><h2 id="why">Why</h2><ol>{rows}<li><span class="name">in all</span> '
        f'<span class="part">{reasons.score:.1%}</span>{bar_svg(whole, "score")}</li></ol></section>'
    )


def _reason(reason: Reason, tenths: int, bar: Bar) -> str:
    shows = "".join(f"<li>{html_text(cut(one))}</li>" for one in reason.shows)
    return (
        f'<li><span class="name">{html_text(reason.name)}</span> <span class="part {bar.way}">{percent(tenths)}</span>'
        f'{bar_svg(bar, bar.way)}<p class="says">{html_text(reason.says)}</p>'
        + (f'<ul class="shows" aria-label="for example">{shows}</ul></li>' if shows else "</li>")
    )


def _both_columns(match: Match) -> str:
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


def _all_parts(match: Match) -> str:
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
