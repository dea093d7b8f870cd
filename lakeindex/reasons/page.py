"""The page that shows why two columns join: one HTML file that needs nothing else, loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from lakeindex.escaping.markup import html_text
from lakeindex.reasons.reasons import reasons_of
from lakeindex.reasons.sections import columns_section, parts_section, reasons_section, verdict_section
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import Match

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


def page_of(match: Match) -> str:
    """Return the page of a match, which is explained with all its evidence."""
    style = _STYLE.read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sections = [
        verdict_section(match),
        reasons_section(reasons_of(match)),
        columns_section(match),
        parts_section(match),
    ]
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
