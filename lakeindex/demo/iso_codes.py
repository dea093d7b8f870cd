"""The JSON databases of pycountry, as sheets."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lakeindex.demo import sources
from lakeindex.demo.sheet import Sheet, from_records


def read_iso(standard: str, columns: Sequence[str]) -> Sheet:
    """Read the chosen fields of an ISO standard such as `iso3166-1`."""
    path = sources.PYCOUNTRY.file("databases", f"{standard}.json")
    databases = json.loads(path.read_bytes())
    return from_records(databases[standard.removeprefix("iso")], columns)
