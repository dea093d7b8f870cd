"""What of OpenMetadata's server an export uses: tables with versions, JSON Patch, profiles; extras are refused."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from typing import Any

from lakeindex.export.openmetadata.names import parts_of
from tests.export.fake_server import Answer

_OF_CONSTRAINT = {"constraintType", "columns", "referredColumns", "relationshipType"}
_OF_PROFILE = {"timestamp", "rowCount", "columnCount"}
_OF_COLUMN = {
    "name", "timestamp", "valuesCount", "nullCount", "nullProportion", "distinctCount", "distinctProportion", "min",
    "max",
}  # fmt: skip
Table = dict[str, Any]


@dataclass
class FakeOpenMetadata:
    """A server of OpenMetadata in memory."""

    tables: dict[str, Table] = field(default_factory=dict)
    """By id."""
    versions: dict[str, list[Table]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    """Method and path of what changed something."""
    bot: str = "lakeindex-bot"

    def add(self, name: str, *columns: str) -> Table:
        """Add a table as its ingestion does."""
        identity = f"id-{len(self.tables)}"
        fields = [{"name": one, "dataType": "STRING"} for one in columns]
        table = {"id": identity, "name": parts_of(name)[-1], "fullyQualifiedName": name, "columns": fields}
        self.tables[identity] = table
        self._keep(table, "ingestion-bot")
        return table

    def edit(self, name: str, user: str, **fields: Any) -> None:
        """Let a person change a table."""
        table = self.named(name)
        table |= fields
        self._keep(table, user)

    def named(self, name: str) -> Table:
        """Return a table by the parts of its name."""
        return next(one for one in self.tables.values() if parts_of(one["fullyQualifiedName"]) == parts_of(name))

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        if method != "GET":
            self.sent.append(f"{method} {path}")
        if path == "/api/v1/users/loggedInUser":
            return 200, {"name": self.bot}
        if asked := re.fullmatch(r"/api/v1/tables/name/(.*)\?fields=.*", path, re.DOTALL):
            found = [one for one in self.tables.values() if parts_of(one["fullyQualifiedName"]) == parts_of(asked[1])]
            return (200, _without_profiles(found[0])) if found else (404, {"message": "not found"})
        if asked := re.fullmatch(r"/api/v1/tables/(.*)/tableProfile/latest", path, re.DOTALL):
            return 200, self.named(asked[1])
        if asked := re.fullmatch(r"/api/v1/tables/(id-\d+)/versions", path):
            return 200, {"entityType": "table", "versions": [json.dumps(one) for one in self.versions[asked[1]]]}
        if asked := re.fullmatch(r"/api/v1/tables/(id-\d+)/tableProfile", path):
            return self._profile(self.tables[asked[1]], body)
        if asked := re.fullmatch(r"/api/v1/tables/(id-\d+)", path):
            if headers["content-type"] != "application/json-patch+json":
                return 415, {"message": "no JSON Patch"}
            return self._patch(self.tables[asked[1]], body)
        if method == "PUT" and path == "/api/v1/tables":
            name = body["name"]
            whole = f'{body["databaseSchema"]}."{name}"' if "." in name else f"{body['databaseSchema']}.{name}"
            return 200, self.add(whole, *(one["name"] for one in body["columns"]))
        if method == "PUT" and path.startswith(("/api/v1/services/", "/api/v1/database")):
            return 200, body
        return 404, {"message": f"no {method} {path}"}

    def _patch(self, table: Table, operations: list[dict[str, Any]]) -> Answer:
        for one in operations:
            if one["op"] != "add":
                return 400, {"message": f"unexpected {one['op']}"}
            where = one["path"]
            values = one["value"] if where == "/tableConstraints" else [one["value"]]
            if where.startswith("/tableConstraints") and any(set(value) - _OF_CONSTRAINT for value in values):
                return 400, {"message": "Unrecognized field"}
            if where == "/tableConstraints/-":
                if "tableConstraints" not in table:
                    return 400, {"message": "nothing to add to"}
                table["tableConstraints"].append(one["value"])
            elif where in ("/tableConstraints", "/description"):
                table[where.removeprefix("/")] = one["value"]
            else:
                return 400, {"message": f"unexpected {where}"}
        self._keep(table, self.bot)
        return 200, table

    def _profile(self, table: Table, body: dict[str, Any]) -> Answer:
        if set(body["tableProfile"]) - _OF_PROFILE or any(set(one) - _OF_COLUMN for one in body["columnProfile"]):
            return 400, {"message": "Unrecognized field"}
        table["profile"] = body["tableProfile"]
        profiles = {one["name"]: one for one in body["columnProfile"]}
        for column in table["columns"]:
            column["profile"] = profiles[column["name"]]
        return 200, table

    def _keep(self, table: Table, user: str) -> None:
        table["updatedBy"] = user
        self.versions.setdefault(table["id"], []).insert(0, copy.deepcopy(_without_profiles(table)))


def _without_profiles(table: Table) -> Table:
    columns = [{name: one[name] for name in ("name", "dataType")} for one in table["columns"]]
    return {name: value for name, value in table.items() if name != "profile"} | {"columns": columns}
