"""What OpenMetadata says of joins: foreign keys of others, and ours that somebody removed, by a table's versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lakeindex.export.catalog_server import CatalogFailed, CatalogServer
from lakeindex.export.naming import Naming
from lakeindex.export.openmetadata.constraints import Constraint, is_same_key
from lakeindex.export.openmetadata.names import parts_of, plain_name, table_name
from lakeindex.export.openmetadata.reading import Table, find_table, versions_of
from lakeindex.export.pull.found import Said
from lakeindex.types.lake import ColumnId, TableId

_FOREIGN = "FOREIGN_KEY"


@dataclass(frozen=True, slots=True)
class OpenMetadataPull:
    """Reads a server of OpenMetadata."""

    server: CatalogServer
    naming: Naming
    tables: Sequence[TableId]

    def said(self) -> Iterator[Said]:
        """Yield what is said of references between the lake's tables. Raises CatalogFailed."""
        own = self._own_name()
        ends = {tuple(parts_of(table_name(self.naming, table))): table for table in self.tables}
        for table in self.tables:
            there = find_table(self.server, table_name(self.naming, table))
            if there is None:
                continue
            for joins, how, constraint in self._judged(there, own):
                referred = [tuple(parts_of(name)) for name in constraint.get("referredColumns") or []]
                parents = {ends.get(one[:-1]) for one in referred}
                parent = parents.pop() if len(parents) == 1 else None
                if parent is not None:
                    child = tuple(ColumnId(table, plain_name(name)) for name in constraint.get("columns") or [])
                    columns = tuple(ColumnId(parent, one[-1]) for one in referred)
                    yield Said(child, columns, joins, f"{how} in OpenMetadata: {there.get('fullyQualifiedName', '')}")

    def _own_name(self) -> str:
        """Return who asks, without whom ours can't be told from others'. Raises CatalogFailed."""
        user = self.server.get("/api/v1/users/loggedInUser") or {}
        if not user.get("name"):
            raise CatalogFailed("the catalog doesn't say who asks: give the token of the bot that also exports")
        return str(user["name"])

    def _judged(self, there: Table, own: str) -> Iterator[tuple[bool, str, Constraint]]:
        """Yield foreign keys that others made, and ours that others removed."""
        versions = list(reversed(versions_of(self.server, there)))
        now = [one for one in there.get("tableConstraints") or [] if one.get("constraintType") == _FOREIGN]
        for one in now:
            first = next((who for who, known in versions if any(is_same_key(one, other) for other in known)), "")
            if first != own:
                yield True, "declared", one
        gone: list[Constraint] = []
        for who, known in versions:
            for one in known if who == own else []:
                if one.get("constraintType") == _FOREIGN and not any(is_same_key(one, other) for other in now + gone):
                    gone.append(one)
                    yield False, "removed", one
