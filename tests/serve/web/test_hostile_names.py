"""Whatever a lake's names and values are, pages are the same HTML, and their links lead to what they name."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest

from tests.serve.web.lakes import BACKWARDS, HANDLER, HOSTILE_COLUMNS, HOSTILE_TABLES, LINES, TAG
from tests.serve.web.pages import crawl

_OWN_ELEMENTS = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "svg", "circle", "rect", "form", "label",
    "input", "kbd", "div", "nav", "button", "main", "footer", "p", "h1", "h2", "h3", "dl", "dt", "dd", "section",
    "ul", "ol", "li", "span", "b", "small", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "details",
    "summary", "strong", "q", "select", "option", "output", "noscript",
}  # fmt: skip


class Elements(HTMLParser):
    """The elements of a page, and whatever of it might run or style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.unsafe: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        names = {name for name, _ in attributes}
        if any(name.startswith("on") or name == "style" for name in names) or (tag == "script" and "src" not in names):
            self.unsafe.append(self.get_starttag_text() or tag)


def require_safe(page: str, address: str) -> None:
    found = Elements(page)
    assert found.tags <= _OWN_ELEMENTS, (address, found.tags - _OWN_ELEMENTS)
    assert found.unsafe == [], address
    assert "<script>" not in page and "<img" not in page and "<b>bold" not in page, address
    raw = re.sub(r' data-text="[^"]*"', "", page)  # what is copied is what it is
    assert "\u202e" not in raw and "\x1b" not in raw, address


def test_a_table_is_reached_by_its_name_and_its_columns_by_theirs(hostile: httpx.Client) -> None:
    for table in HOSTILE_TABLES:
        page = hostile.get(f"/table/{quote(table)}")
        assert page.status_code == 200
        require_safe(page.text, table)
        for column in HOSTILE_COLUMNS:
            shown = hostile.get("/column", params={"table": table, "column": column})
            assert shown.status_code == 200
            require_safe(shown.text, column)
            assert shown.text.count('<li class="partner">') >= 2


def test_the_other_pages_show_hostile_names_as_text(hostile: httpx.Client) -> None:
    pair = {
        "left_table": HOSTILE_TABLES[0], "left_column": LINES, "right_table": HOSTILE_TABLES[2], "right_column": HANDLER
    }  # fmt: skip
    answer = hostile.post("/verdict", params=pair, data={"verdict": "accept", "note": TAG})
    assert answer.status_code == 303
    for address in (
        answer.headers["location"],
        "/",
        "/verdicts",
        "/broken",
        f"/search?q={quote(TAG[:7])}",
        "/search?q=%22%3E",
    ):
        require_safe(hostile.get(address).text, address)
    assert "&lt;script&gt;" in hostile.get("/suggest?q=script").text
    assert {table[0] for table in hostile.get("/map/data").json()["tables"]} == set(HOSTILE_TABLES)
    assert "<" not in hostile.get("/map/data").text


def test_the_statement_is_copied_with_the_names_as_they_are(hostile: httpx.Client) -> None:
    names = (HOSTILE_TABLES[0], BACKWARDS, HOSTILE_TABLES[1], BACKWARDS)
    page = hostile.get(
        "/join", params=dict(zip(("left_table", "left_column", "right_table", "right_column"), names, strict=True))
    ).text
    require_safe(page, "join")
    (copied,) = re.findall(r'<pre id="statement"[^>]* data-text="([^"]*)"', page)
    assert f'"{BACKWARDS}"' in unescape(copied)
    assert "\\u202e" in page.split("<code>")[1]


@pytest.mark.slow
def test_every_link_of_every_page_leads_to_a_page_that_is_safe(hostile: httpx.Client) -> None:
    pages = crawl(hostile)
    assert len(pages) > 50
    for address, page in pages.items():
        if page.startswith("<!doctype html>"):
            require_safe(page, address)
