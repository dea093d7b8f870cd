"""Render the templates: every value is escaped, and what is hidden in it is made visible."""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lakeindex.escaping.counted import counted
from lakeindex.escaping.visible import is_visible, visible
from lakeindex.reasons.cut import cut
from lakeindex.reasons.facts import join_command
from lakeindex.serve.web import links
from lakeindex.serve.web.assets import asset_link
from lakeindex.serve.web.drawn import DRAWN


def render(template: str, **values: Any) -> str:
    """Return a page, or a part of one."""
    return _environment().get_template(template).render(values)


def stream(template: str, **values: Any) -> Iterator[str]:
    """Yield a page in pieces, each as soon as what it shows is known."""
    return _environment().get_template(template).generate(values)


def verbatim(text: str) -> Markup:
    """Write a text into an attribute so that a program reads it as it is, hidden characters included."""
    return Markup(html.escape(text).replace("\r", "&#13;"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lakeindex.serve.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    links_by_name = {name: getattr(links, name) for name in dir(links) if name.endswith("_link")}
    environment.globals.update(links_by_name, asset=asset_link, counted=counted)
    environment.filters.update(
        DRAWN,
        cut=cut,
        percent=_percent,
        verbatim=verbatim,
        parts=_path_parts,
        join_command=join_command,
        with_choice=lambda chosen, name, one: chosen | {name: one},
    )
    environment.tests.update(visible=is_visible)
    return environment


def _shown(value: object) -> object:
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))


def _percent(share: float, digits: int = 0) -> str:
    """Write a share, never rounded to all or nothing."""
    written = f"{share:.{digits}%}"
    if share < 1 and written == f"{1:.{digits}%}":
        return f">{1 - 10 ** -(digits + 2):.{digits}%}"
    if share > 0 and written == f"{0:.{digits}%}":
        return f"<{10 ** -(digits + 2):.{digits}%}"
    return written


def _path_parts(table: str) -> tuple[str, str]:
    """Return the folder of a table, with its slash, and the rest of its name."""
    folder, slash, name = table.rpartition("/")
    return folder + slash, name
