"""What a project of dbt says of joins: relationships tests and foreign keys of others, ours that people made errors.

Read from manifest.json, which dbt writes into `target`: https://docs.getdbt.com/reference/artifacts/manifest-json
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.export.pull.found import Said
from lakeindex.export.table_words import Words
from lakeindex.types.lake import ColumnId, TableId

Node = Mapping[str, Any]
_REFERENCE = re.compile(r"""(?:ref|source)\((?:[^)]*,)?\s*['"]([^'"]+)['"]\s*\)""")


@dataclass(frozen=True, slots=True)
class DbtPull:
    """Reads the manifest of a project."""

    nodes: Mapping[str, Node]
    """By unique id; sources, too."""
    tables: Mapping[str, TableId]
    """Those of the lake, by the lower-case name of the model."""
    columns: Mapping[TableId, Mapping[str, str]]
    """Those of the lake, by their lower-case names in SQL."""

    @classmethod
    def of(cls, path: Path, words: Words) -> DbtPull:
        """Read a manifest, or that of a project's folder. Raises NotFound, InvalidSetting."""
        manifest = _read(path / "target" / "manifest.json" if path.is_dir() else path)
        nodes = {**manifest.get("nodes", {}), **manifest.get("sources", {})}
        columns = {
            table: {word.lower(): name for name, word in several.items()} for table, several in words.columns.items()
        }
        return cls(nodes, {word.lower(): table for table, word in words.tables.items()}, columns)

    def said(self) -> Iterator[Said]:
        """Yield what is said of references between the lake's tables."""
        for node in self.nodes.values():
            if (node.get("test_metadata") or {}).get("name") == "relationships":
                yield from self._of_test(node)
            for child, constraint in _foreign_keys(node):
                yield from self._of_constraint(node, child, constraint)

    def _of_test(self, node: Node) -> Iterator[Said]:
        config = node.get("config") or {}
        is_ours = "lakeindex" in (config.get("meta") or {})
        if is_ours and str(config.get("severity", "")).lower() != "error":
            return
        given = node["test_metadata"].get("kwargs") or {}
        child = self._table(self.nodes.get(str(node.get("attached_node")), {}))
        others = [one for one in (node.get("depends_on") or {}).get("nodes") or [] if one != node.get("attached_node")]
        parent = self._table(self.nodes.get(others[0], {})) if others else child
        how = "confirmed" if is_ours else "declared"
        names = str(given.get("column_name") or node.get("column_name") or ""), str(given.get("field") or "")
        yield from self._reference(child, [names[0]], parent, [names[1]], f"{how} in dbt: {node.get('name')}")

    def _of_constraint(self, node: Node, child: list[str], constraint: Node) -> Iterator[Said]:
        meant = _REFERENCE.search(str(constraint.get("to") or ""))
        named = meant[1] if meant else str(constraint.get("to") or "").rpartition(".")[2].strip('"`')
        parent = self.tables.get(named.lower())
        columns = list(constraint.get("to_columns") or [])
        yield from self._reference(self._table(node), child, parent, columns, f"declared in dbt: {node.get('name')}")

    def _reference(
        self, child: TableId | None, names: list[str], parent: TableId | None, others: list[str], note: str
    ) -> Iterator[Said]:
        if child is not None and parent is not None and names and len(names) == len(others):
            ends = [[self._column(child, one) for one in names], [self._column(parent, one) for one in others]]
            yield Said(tuple(ends[0]), tuple(ends[1]), True, note)

    def _table(self, node: Node) -> TableId | None:
        """Return the table of the lake that a model or a source is: as lakeindex noted there, or by its name."""
        noted = [(one or {}).get("lakeindex") for one in ((node.get("config") or {}).get("meta"), node.get("meta"))]
        for one in noted:
            if isinstance(one, dict) and one.get("table") in self.columns:
                return TableId(one["table"])
        return self.tables.get(str(node.get("name", "")).lower())

    def _column(self, table: TableId, name: str) -> ColumnId:
        plain = name.strip().strip('"`').replace('""', '"')
        return ColumnId(table, self.columns[table].get(plain.lower(), plain))


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFound(f"no file {path}: dbt writes it, as in dbt parse") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(f"{path} can't be read as the manifest of dbt: {error}") from error
    if not isinstance(read, dict) or not isinstance(read.get("nodes"), dict):
        raise InvalidSetting(f"{path} is no manifest of dbt: it has no nodes")
    return read


def _foreign_keys(node: Node) -> Iterator[tuple[list[str], Node]]:
    """Yield the foreign keys that a model declares, each with its columns."""
    for one in node.get("constraints") or []:
        if one.get("type") == "foreign_key":
            yield list(one.get("columns") or []), one
    for name, column in (node.get("columns") or {}).items():
        for one in column.get("constraints") or []:
            if one.get("type") == "foreign_key":
                yield [name], one
