"""Find modules that import one another when they are imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet


def import_circles(trees: Mapping[str, ast.Module], packages: AbstractSet[str]) -> list[list[str]]:
    """Return the groups of modules of which each imports every other one, at least by way of others.

    `trees` are by the modules' dotted names, `packages` those of them that are an `__init__`. Imports within functions,
    and those for type checkers alone, make no circle.
    """
    imported = {
        name: {known for one in _imported(tree.body, name, name in packages) if (known := _module(one, trees))} - {name}
        for name, tree in trees.items()
    }
    reached = {name: _reached(name, imported) for name in imported}
    circles = {
        frozenset(one for one in reached[name] if name in reached[one]) for name in reached if name in reached[name]
    }
    return sorted(map(sorted, circles))


def _imported(statements: Iterable[ast.AST], module: str, is_package: bool) -> Iterator[str]:
    """Name what runs of imports when a module is imported: modules, or names in them."""
    for one in statements:
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            source = _absolute(one, module, is_package)
            yield from (f"{source}.{alias.name}" for alias in one.names)
        elif isinstance(one, ast.If) and ast.unparse(one.test).endswith("TYPE_CHECKING"):
            yield from _imported(one.orelse, module, is_package)
        elif not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imported(_blocks(one), module, is_package)


def _blocks(statement: ast.AST) -> Iterator[ast.AST]:
    """List what stands within a statement, one level down: of a `try` the handlers, of a handler its statements."""
    for field in ("body", "handlers", "cases", "orelse", "finalbody"):
        yield from getattr(statement, field, [])


def _absolute(statement: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not statement.level:
        return statement.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - statement.level + is_package]
    return ".".join([*base, *([statement.module] if statement.module else [])])


def _module(name: str, known: Mapping[str, ast.Module]) -> str | None:
    """Return the module that a name is, or is in; None for one of another project."""
    return next((one for one in (name, name.rpartition(".")[0]) if one in known), None)


def _reached(start: str, imported: Mapping[str, AbstractSet[str]]) -> set[str]:
    """Return the modules that one imports, directly or by way of others; itself only where there is a circle."""
    reached: set[str] = set()
    todo = list(imported[start])
    while todo:
        one = todo.pop()
        if one not in reached:
            reached.add(one)
            todo.extend(imported[one])
    return reached
