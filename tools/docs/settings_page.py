"""The page of settings: a table of all, out of the docstrings that say what they are."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from itertools import pairwise

from lakeindex.config import settings
from lakeindex.config.settings import Settings
from lakeindex.config.trusted_settings import TRUST, Trust

_FROM_FOLDER = {
    Trust.ANY: "yes",
    Trust.INSIDE: "inside the folder",
    Trust.SHIPPED: "models that come with lakeindex",
    Trust.NO_MORE: "no more than your own",
    Trust.NO_LESS: "no less than your own",
    Trust.OWN: "no",
    Trust.NONE: "no",
}
_INTRODUCTION = """# Settings

Every setting is a variable `LAKEINDEX_NAME`, a line `name = value` in a file, and where a command has it a flag
`--name`. A flag comes before a variable, this before `lakeindex.toml` in the current folder, this before your own
`~/.config/lakeindex/lakeindex.toml`, and this before the default. `lakeindex config show --origin` shows what holds
here, and where each comes from; a name that is no setting is named with the nearest one.

The folder's file may be a stranger's: the last column says what is taken from it. Anything else in it is an error that
says how to set it yourself.

| setting | default | what it is | from a folder's file |
|---|---|---|---|
"""


def settings_page() -> str:
    """Return the page of settings."""
    texts = _docstrings()
    rows = []
    for one in fields(Settings):
        default = "the processors there are" if one.name == "jobs" else _shown(one.default)
        rows.append(f"| `{one.name}` | {default} | {texts[one.name]} | {_FROM_FOLDER[TRUST[one.name]]} |\n")
    return _INTRODUCTION + "".join(rows)


def _docstrings() -> dict[str, str]:
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(settings)).body
        if isinstance(node, ast.ClassDef) and node.name == Settings.__name__
    )
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "" if default in ("", None) else f"`{default}`"
