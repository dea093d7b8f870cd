"""What is drawn: shares as bars, the reasons for a score as a waterfall."""

from __future__ import annotations

from markupsafe import Markup

from lakeindex.reasons.reasons import reasons_of
from lakeindex.reasons.sections import columns_section, parts_section, waterfall_list
from lakeindex.reasons.waterfall import FOR, Bar, bar_svg
from lakeindex.types.matches import Match

# Each of these functions escapes every text that it writes.


def share_bar(share: float, name: str = "score") -> Markup:
    """Draw a share as a bar, in the colour that the style gives the name."""
    return Markup(bar_svg(Bar(0.0, 100 * min(max(share, 0.0), 1.0), FOR), name))


def waterfall(match: Match, least_high: float = 1.0) -> Markup:
    """Draw the reasons for a match's score, each with its sentence and what shows it."""
    return Markup(waterfall_list(reasons_of(match), least_high))


def both_columns(match: Match) -> Markup:
    """Compare the figures of both columns of an explained match."""
    return Markup(columns_section(match))


def all_parts(match: Match) -> Markup:
    """List all parts of a match's score, below a fold."""
    return Markup(parts_section(match))


DRAWN = {one.__name__: one for one in (share_bar, waterfall, both_columns, all_parts)}
"""The filters of templates."""
