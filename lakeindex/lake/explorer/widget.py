"""The widget: a question comes from the page, and its answer goes back as HTML in which every value is escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from lakeindex.errors import LakeIndexError
from lakeindex.escaping.markup import html_text
from lakeindex.reasons.answer_html import match_html
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match

if TYPE_CHECKING:
    from lakeindex.lake.lake import Lake

_ASSETS = files("lakeindex.lake.explorer")
_MOST = 20
_BEGIN = "<p>Type a part of a table's or a column's name; click a column for what joins with it.</p>"


class Explorer(anywidget.AnyWidget):
    """Search a lake's columns, see what joins with them, and why."""

    _esm = _ASSETS.joinpath("explore.js").read_text("utf-8")
    _css = _ASSETS.joinpath("explore.css").read_text("utf-8")
    asked = traitlets.Dict().tag(sync=True)
    """A text to search for, a column, or a pair of columns."""
    shown = traitlets.Unicode(_BEGIN).tag(sync=True)
    """The answer."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        super().__init__()

    @traitlets.observe("asked")
    def _answer(self, change: Mapping[str, Any]) -> None:
        try:
            self.shown = answer_to(self._lake, change["new"])
        except LakeIndexError as error:
            self.shown = f'<p class="error">{html_text(str(error))}</p>'


def answer_to(lake: Lake, asked: Mapping[str, str]) -> str:
    """Return the answer to a question as HTML. Raises NotFound with the nearest names."""
    if "right_table" in asked:
        match = lake.explain(asked["table"], asked["column"], asked["right_table"], asked["right_column"])
        back = _column(ColumnId(match.query.table, match.query.name), "back to what joins with it")
        return f"<p>{back}</p>{match_html(match)}"
    if "table" in asked:
        return _partners(lake, asked["table"], asked["column"])
    return _names(lake, asked.get("text", ""))


def _names(lake: Lake, text: str) -> str:
    if not text.strip():
        return _BEGIN
    found = lake.find_names(text, _MOST)
    columns = [*found.columns, *(one for table in found.tables for one in _columns_of(lake, table))][: 2 * _MOST]
    if not columns:
        near = f"; the nearest: {', '.join(found.nearest)}" if found.nearest else ""
        return f"<p>nothing is called so{html_text(near)}</p>"
    rest = found.column_count - len(found.columns)
    more = f"<p>and {rest:,} more columns: type more of the name</p>" if rest > 0 else ""
    return f"<ul>{''.join(f'<li>{_column(one)}</li>' for one in dict.fromkeys(columns))}</ul>{more}"


def _columns_of(lake: Lake, table: TableId) -> list[ColumnId]:
    directory = lake.opened.searcher.directory
    return [directory.id_of(key) for key in directory.keys_of_table(table).tolist()]


def _partners(lake: Lake, table: str, column: str) -> str:
    answer = lake.query(table, column)
    rows = "".join(map(_partner, answer.matches))
    head = "<tr><th>joins with</th><th>probability</th><th>kind</th><th>values that meet</th><th></th></tr>"
    body = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>" if rows else ""
    return f"<p><b>{html_text(answer.headline())}</b></p>{body}"


def _partner(match: Match) -> str:
    sure = "" if match.accepted is not False else " ?"
    why = _button("why", match.query, match.column)
    cells = [f"{match.score:.2f}{sure}", str(match.kind), f"{match.matched:.0%}"]
    told = "".join(f"<td>{html_text(cell)}</td>" for cell in cells)
    return f"<tr><td>{_column(match.column)}</td>{told}<td>{why}</td></tr>"


def _column(column: ColumnId, label: str = "") -> str:
    return _button(label or str(column), column)


def _button(label: str, left: ColumnId, right: ColumnId | None = None) -> str:
    pair = {"table": left.table, "column": left.name}
    if right is not None:
        pair |= {"right-table": right.table, "right-column": right.name}
    # As it is, hidden characters included: it comes back as the next question.
    given = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in pair.items())
    return f"<button {given}>{html_text(label)}</button>"
