from __future__ import annotations

import re

from lakeindex import errors
from lakeindex.errors import LakeIndexError, MissingExtra

_LINE = re.compile(r"^(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +(?:exit code )?(?P<code>\d)\b)?", re.MULTILINE)


def drawn() -> dict[str, tuple[str, int]]:
    """Read the tree in the docstring: each error's parent and exit code, its own or its parent's."""
    tree: dict[str, tuple[str, int]] = {}
    path: list[str] = []
    for line in _LINE.finditer((errors.__doc__ or "").split("\n", 2)[2]):
        depth = len(line["indent"]) // 4
        path[depth:] = [line["name"]]
        parent = path[depth - 1] if depth else "Exception"
        tree[line["name"]] = (parent, int(line["code"]) if line["code"] else tree[parent][1])
    return tree


def test_the_tree_in_the_docstring_is_that_of_the_classes() -> None:
    classes = {
        name: (value.__base__.__name__, value.exit_code)
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, LakeIndexError) and value.__base__ is not None
    }
    assert drawn() == classes


def test_a_missing_package_is_an_error_with_the_command_that_installs_it() -> None:
    assert str(MissingExtra("openpyxl", "excel")) == (
        "this needs the package 'openpyxl', which isn't installed: pip install 'lakeindex[excel]'"
    )
