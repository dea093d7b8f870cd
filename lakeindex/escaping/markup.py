"""Write text into HTML and Markdown as text: no tag, link, emphasis or code comes of it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from lakeindex.escaping.visible import is_visible, visible, visible_line

_MARKDOWN = re.compile(r"[\\`*\[\]~|$]|(?<![^\W_])_|_(?![^\W_])")
"""What CommonMark and GitHub's tables take for marks; an underscore inside a word marks nothing."""
_MEANING = re.compile(r"[\\`*\[\]~|$_&<>\n]")


def html_text(text: str) -> str:
    """Escape tags, entities and quotes, for an element or an attribute; hidden characters become visible."""
    return html.escape(visible(text))


def markdown_text(text: str) -> str:
    """Escape what Markdown would take for a mark, a tag or the end of a cell; hidden characters become visible.

    Tags are written as entities, as not every renderer takes a backslash before them. Source: CommonMark 0.31, 2.4.
    """
    return html.escape(_MARKDOWN.sub(r"\\\g<0>", visible_line(text)), quote=False)


def markdown_cells(texts: Sequence[str]) -> list[str]:
    """Escape each text as `markdown_text` does."""
    whole = "".join(texts)
    if is_visible(whole) and _MEANING.search(whole) is None:
        return list(texts)
    return [markdown_text(text) for text in texts]
