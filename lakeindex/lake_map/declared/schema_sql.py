"""Read the keys of a database's schema in SQL, `schema.sql`, beside the tables that were exported from it.

It is parsed, never run. Which engine wrote it is not said in it: each statement is read as that of the first engine
whose SQL it is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lakeindex.errors import MissingExtra
from lakeindex.lake_map.declared.declarations import Declarations
from lakeindex.lake_map.declared.sidecars import Sidecar
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

SCHEMA_SQL = "schema.sql"
MOST_SQL_BYTES = 2 << 20
_ENGINES = ("postgres", "mysql", "tsql", "sqlite", "oracle")
_MOST_STATEMENTS, _MOST_NESTED, _LONGEST = 5_000, 50, 200_000
_SHOWN = 80
_PARTS = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<quoted>'(?:[^']|'')*'?|"[^"]*"?|`[^`]*`?)
    |(?P<end>;|^[ \t]*GO[ \t]*$)
    |[^-/'"`;\n]+|.""",
    re.DOTALL | re.MULTILINE | re.IGNORECASE | re.VERBOSE,
)
_DECLARES = re.compile(
    r"\s*(?:CREATE\b.{0,40}?\bTABLE|ALTER\s+TABLE)\b.*\b(?:REFERENCES|PRIMARY|UNIQUE)\b", re.DOTALL | re.I
)


def read_schema(sidecar: Sidecar, text: str, found: Declarations) -> None:
    """Read the keys of a schema. Raises MissingExtra without sqlglot."""
    tables = [one for one in found.directory.visible_tables() if PurePosixPath(one).parent == sidecar.folder]
    schema = _Schema(sidecar, found, _named(tables))
    statements = [one for one in _statements(text) if _DECLARES.match(one)]
    with _silent(logging.getLogger("sqlglot")):  # which warns of each statement that it doesn't know whole
        trees = [tree for one in statements[:_MOST_STATEMENTS] if (tree := schema.parsed(one)) is not None]
    for tree in trees:
        schema.learn_primary(tree)
    for tree in trees:
        schema.add_unique(tree)
        schema.add_foreign(tree)


@contextmanager
def _silent(logger: logging.Logger) -> Iterator[None]:
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _statements(text: str) -> Iterator[str]:
    """Split SQL into statements, without its comments."""
    parts: list[str] = []
    for match in _PARTS.finditer(text):
        if match.lastgroup == "end":
            yield "".join(parts)
            parts = []
        else:
            parts.append(" " if match.lastgroup == "comment" else match[0])
    yield "".join(parts)


@dataclass(frozen=True, slots=True)
class _Schema:
    sidecar: Sidecar
    found: Declarations
    beside: Mapping[str, TableId | None]
    """The tables of the schema's folder by name; None where several are called so."""
    primary: dict[str, list[str]] = field(default_factory=dict)
    """The names of the columns of each table's primary key."""

    def parsed(self, statement: str) -> Expression | None:
        """Return a statement's tree; None, with a remark, where no engine's SQL is like it."""
        try:
            import sqlglot
            from sqlglot import exp
            from sqlglot.errors import SqlglotError
        except ImportError as error:
            raise MissingExtra("sqlglot", "sql") from error
        is_plain = len(statement) <= _LONGEST and _depth(statement) <= _MOST_NESTED
        for engine in _ENGINES if is_plain else ():
            try:
                tree = sqlglot.parse_one(statement, read=engine)
            except (SqlglotError, RecursionError):
                continue
            if isinstance(tree, (exp.Create, exp.Alter)) and tree.find(exp.Table):
                return tree
        self.found.leave_out(f"a statement of {self.sidecar.name} can't be read: {_shortened(statement)}")
        return None

    def learn_primary(self, tree: Expression) -> None:
        """Keep the primary key of a statement's table."""
        from sqlglot import exp

        table = _name_of(tree)
        for key in tree.find_all(exp.PrimaryKey):
            self.primary[table] = _names(key.expressions)
        for one in tree.find_all(exp.PrimaryKeyColumnConstraint):
            self.primary.setdefault(table, [_column_of(one)])

    def add_unique(self, tree: Expression) -> None:
        """Add the keys of a statement's table."""
        from sqlglot import exp

        table = _name_of(tree)
        primary = [_names(key.expressions) for key in tree.find_all(exp.PrimaryKey)]
        primary += [[_column_of(one)] for one in tree.find_all(exp.PrimaryKeyColumnConstraint)]
        unique = [
            _names(one.this.expressions) if one.this else [_column_of(one)]
            for one in tree.find_all(exp.UniqueColumnConstraint)
        ]
        for names, is_primary in [*((one, True) for one in primary), *((one, False) for one in unique)]:
            headers = [column.name for column in self._columns(table, names)] or names
            self.found.add_unique(self.beside.get(table), headers, is_primary, self.sidecar.name)

    def add_foreign(self, tree: Expression) -> None:
        """Add the foreign keys of a statement."""
        from sqlglot import exp

        table = _name_of(tree)
        for reference in tree.find_all(exp.Reference):
            key = reference.find_ancestor(exp.ForeignKey)
            own = _names(key.expressions) if key else [_column_of(reference)]
            other = _name_of(reference)
            target = reference.this
            named = _names(target.expressions) if isinstance(target, exp.Schema) else []
            named = named or self.primary.get(other, [])
            what = f"{own} of {table!r} to {named} of {other!r}"
            self.found.add(self._columns(table, own), self._columns(other, named), self.sidecar.name, what)

    def _columns(self, name: str, columns: Sequence[str]) -> tuple[ColumnId, ...]:
        """Return columns of the table that is called so, whatever the case of the letters."""
        table = self.beside.get(name)
        if table is None:
            return ()
        headers: dict[str, list[str]] = {}
        for header in self.found.directory.column_names(table):
            headers.setdefault(header.lower(), []).append(header)
        able = [headers.get(column.lower(), []) for column in columns]
        return self.found.columns(table, [one[0] for one in able]) if all(len(one) == 1 for one in able) else ()


def _named(tables: Sequence[TableId]) -> dict[str, TableId | None]:
    """Return the table of each name, by the parts of their files' names; None where several are called so."""
    named: dict[str, TableId | None] = {}
    fewest: dict[str, int] = {}
    for table in sorted(tables, key=lambda one: len(_parts(one))):
        for part in set(_parts(table)):
            if part not in named:
                named[part], fewest[part] = table, len(_parts(table))
            elif len(_parts(table)) == fewest[part]:
                named[part] = None
    return named


def _parts(table: TableId) -> list[str]:
    """Return what the name of a table's file consists of, without its suffix: `public.orders.csv` is of `orders`."""
    return PurePosixPath(table).name.lower().split(".")[:-1]


def _name_of(tree: Expression) -> str:
    """Return the name of the first table in a tree, in lower case."""
    from sqlglot import exp

    table = tree.find(exp.Table)
    return table.name.lower() if table else ""


def _names(identifiers: Sequence[Expression]) -> list[str]:
    return [one.name for one in identifiers]


def _column_of(constraint: Expression) -> str:
    """Return the name of the column that a constraint is of."""
    from sqlglot import exp

    column = constraint.find_ancestor(exp.ColumnDef)
    return column.name if column else ""


def _depth(statement: str) -> int:
    """Return how deep a statement is nested: a parser calls itself for each level."""
    depths = accumulate({"(": 1, ")": -1}[one] for one in re.findall(r"[()]", statement))
    return max(depths, default=0)


def _shortened(statement: str) -> str:
    words = " ".join(statement[:200].split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
