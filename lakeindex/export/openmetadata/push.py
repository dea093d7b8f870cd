"""Send to OpenMetadata what it does not know yet: read, compare, send the difference.

Constraints are only added. One that was there in an earlier version of a table and is gone was removed by somebody, and
is not put back; a description is only written where there is none, or where it is ours and nobody edited it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lakeindex.errors import InvalidSetting
from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.described_lake import DescribedLake, DescribedTable
from lakeindex.export.naming import Naming
from lakeindex.export.openmetadata.constraints import (
    Constraint,
    additions,
    are_of_same_columns,
    constraint_of,
    is_same_key,
)
from lakeindex.export.openmetadata.entities import containers, table_request
from lakeindex.export.openmetadata.names import parts_of, schema_name, table_name
from lakeindex.export.openmetadata.note import is_ours, note_on
from lakeindex.export.openmetadata.profile import is_newer, is_same_profile, profile_of
from lakeindex.export.openmetadata.reading import TABLES, Table, find_table, versions_of
from lakeindex.export.outcome import Outcome, Result


@dataclass(frozen=True, slots=True)
class OpenMetadataPush:
    """Sends a lake to a server of OpenMetadata."""

    server: CatalogServer
    lake: DescribedLake
    naming: Naming
    is_dry: bool = False
    creates: bool = False
    """Whether tables that are not there are made."""

    def push(self) -> Iterator[Outcome]:
        """Send what differs; with `is_dry` only say what would. Raises CatalogFailed."""
        found = {one.id: find_table(self.server, table_name(self.naming, one.id)) for one in self.lake.tables}
        missing = [one for one in self.lake.tables if found[one.id] is None]
        if missing and self.creates:
            yield from self._create(missing)
            found |= {one.id: find_table(self.server, table_name(self.naming, one.id)) for one in missing}
        for table in self.lake.tables:
            there = found[table.id]
            if there is not None:
                yield from self._settle(table, there)
            elif not (self.creates and self.is_dry):
                name = table_name(self.naming, table.id)
                way = "ingest it there first, name it by --map, or make it with --create"
                yield Outcome("table", str(table.id), Result.MISSING, f"the catalog has no {name}: {way}")

    def _create(self, tables: Sequence[DescribedTable]) -> Iterator[Outcome]:
        if len(parts_of(schema_name(self.naming))) != 3:
            raise InvalidSetting("to make tables, --dataset-prefix is a database and a schema, as main.sales")
        requests = [*containers(self.naming)]
        for table in tables:
            if table.id not in self.naming.names and table.columns:
                requests.append(table_request(self.naming, table))
                yield Outcome("table", str(table.id), Result.CREATED, table_name(self.naming, table.id))
        for path, body in [] if self.is_dry else requests:
            self.server.put(path, body)

    def _settle(self, table: DescribedTable, there: Table) -> Iterator[Outcome]:
        keys = self.lake.references_of(table.id)
        constraints = [constraint_of(self.naming, key) for key in keys]
        patch, added = list[dict[str, Any]](), list[Constraint]()
        for key, constraint in zip(keys, constraints, strict=True):
            outcome = self._settle_key(there, constraint, f"{' + '.join(key.child_columns)} of {key.child}")
            if outcome.result is Result.CREATED:
                added.append(constraint)
            yield outcome
        patch += additions(there.get("tableConstraints"), added)
        note = note_on(self.lake, self.naming, table, keys)
        if note:
            yield (noted := _settle_note(table, there.get("description") or "", note))
            if noted.result in (Result.CREATED, Result.CHANGED):
                patch.append({"op": "add", "path": "/description", "value": note})
        if patch and not self.is_dry:
            self.server.patch(f"{TABLES}/{there['id']}", patch)
        yield self._settle_profile(table, there)

    def _settle_key(self, there: Table, constraint: Constraint, title: str) -> Outcome:
        what, to = "relationship", " + ".join(constraint["referredColumns"])
        known = there.get("tableConstraints") or []
        same = next((one for one in known if is_same_key(one, constraint)), None)
        if same is not None:
            is_equal = same.get("relationshipType") == constraint["relationshipType"]
            why = to if is_equal else f"there it is {same.get('relationshipType')}"
            return Outcome(what, title, Result.UNCHANGED if is_equal else Result.KEPT, why)
        if other := next((one for one in known if are_of_same_columns(one, constraint)), None):
            referred = " + ".join(other.get("referredColumns") or [])
            return Outcome(what, title, Result.KEPT, f"there it refers to {referred}")
        lacking = set(constraint["columns"]) - {one.get("name") for one in there.get("columns") or []}
        if lacking:
            return Outcome(what, title, Result.MISSING, f"the table there has no column {', '.join(sorted(lacking))}")
        if any(is_same_key(one, constraint) for version in versions_of(self.server, there) for one in version[1]):
            return Outcome(what, title, Result.KEPT, "somebody removed it there")
        return Outcome(what, title, Result.CREATED, to)

    def _settle_profile(self, table: DescribedTable, there: Table) -> Outcome:
        name = quote(table_name(self.naming, table.id), safe="")
        before = self.server.get(f"{TABLES}/{name}/tableProfile/latest") or {}
        profile = profile_of(self.lake, table)
        if is_same_profile(before, profile):
            return Outcome("profile", str(table.id), Result.UNCHANGED)
        if is_newer(before, profile):
            return Outcome("profile", str(table.id), Result.KEPT, "a later one is there")
        if not self.is_dry:
            self.server.put(f"{TABLES}/{there['id']}/tableProfile", profile)
        return Outcome("profile", str(table.id), Result.CHANGED if before.get("profile") else Result.CREATED)


def _settle_note(table: DescribedTable, there: str, note: str) -> Outcome:
    if there == note:
        return Outcome("note", str(table.id), Result.UNCHANGED)
    if there and not is_ours(there):
        return Outcome("note", str(table.id), Result.KEPT, "the table has a description of somebody else")
    return Outcome("note", str(table.id), Result.CHANGED if there else Result.CREATED)


def requests(lake: DescribedLake, naming: Naming) -> list[dict[str, Any]]:
    """Return what would be sent to a server that knows the tables, and nothing else of them."""
    found: list[dict[str, Any]] = []
    for table in lake.tables:
        keys = lake.references_of(table.id)
        name = quote(table_name(naming, table.id), safe="")
        patch = additions(None, [constraint_of(naming, key) for key in keys])
        if note := note_on(lake, naming, table, keys):
            patch.append({"op": "add", "path": "/description", "value": note})
        if patch:
            found.append({"method": "PATCH", "path": f"{TABLES}/name/{name}", "body": patch})
        body = profile_of(lake, table)
        found.append({"method": "PUT", "path": f"{TABLES}/name/{name}/tableProfile", "body": body})
    return found
