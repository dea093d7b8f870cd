from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from lakeindex.escaping.markup import html_text, markdown_cells, markdown_text


class _Parsed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\"'><img src=x onerror=y>", "&lt;b&gt;", "a & b", "</td><!--", "]]>"]
)
def test_html_shows_the_text_and_has_no_tag_of_it(text: str) -> None:
    page = _Parsed()
    page.feed(f'<p title="{html_text(text)}">{html_text(text)}</p>')
    page.close()
    assert page.tags == [("p", [("title", text)])]
    assert page.text == text


def test_html_and_markdown_show_hidden_characters() -> None:
    assert html_text("\u202e<\x1b") == r"\u202e&lt;\x1b"
    assert markdown_text("\u202e<\x1b\n") == r"\\u202e&lt;\\x1b\\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\|b"),
        ("a\\", "a\\\\"),
        ("a\nb", r"a\\nb"),
        ("`rm`", r"\`rm\`"),
        ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ("![x](http://y)", r"!\[x\](http://y)"),
        ("<script>", "&lt;script&gt;"),
        ("<http://x>", "&lt;http://x&gt;"),
        ("&lt;", "&amp;lt;"),
        ("**b** _i_ ~~s~~ $m$", r"\*\*b\*\* \_i\_ \~\~s\~\~ \$m\$"),
        ("customer_id", "customer_id"),
        ("_private", r"\_private"),
        ("Côte d'Ivoire", "Côte d'Ivoire"),
    ],
)
def test_markdown_marks_are_text(text: str, written: str) -> None:
    assert markdown_text(text) == written
    assert markdown_cells([text, "plain"]) == [written, "plain"]


def test_a_cell_ends_only_where_the_row_says() -> None:
    for text in ("|", "\\|", "\\\\|", "a\\", "\\"):
        unescaped = re.split(r"(?<!\\)(?:\\\\)*\|", f"{markdown_text(text)} |")
        assert len(unescaped) == 2
