"""A reader that queries until some time is over: `python reader.py INDEX SECONDS`; prints what it saw, as JSON.

Whatever an answer should not be ends it with an error.
"""

from __future__ import annotations

import json
import sys
import time

from lakeindex import Lake, Settings
from lakeindex.errors import LakeIndexError

LEAST_QUERIES = 2
LEAST_VERSIONS = 2
"""The writer goes on as long as somebody reads: how fast a machine is decides only how long this takes."""
EXTRA_SECONDS = 120.0
QUERIES_OF_ONE_OPENING = 7


def version_of(lake: Lake) -> str:
    """Query an open lake in every way that reads the index alone; return the one version that it shows."""
    (version,) = {table.split("/")[0] for table in lake.opened.searcher.directory.table_ids}
    left, right, column = f"{version}/left.csv", f"{version}/right.csv", f"city_{version}"
    answer = lake.query(left, column, probe=0)
    found = {(str(one.column.table), one.column.name): one.containment for one in answer.matches}
    assert found == {(right, column): 0.5}, found
    assert lake.tables()["table"].to_pylist() == [left, right]
    assert lake.profile(left)["column"].to_pylist() == [column]
    assert lake.profile(left)["values"].to_pylist()[0][0].startswith(f"{version} ")
    return version


def read_files(lake: Lake, version: str) -> bool:
    """Query the lake's own files, which may be gone: then the error has to name that."""
    try:
        rows = lake.sql(f'SELECT city_{version} AS city FROM "{version}/right.csv" ORDER BY 1').to_pylist()
        match = lake.query(f"{version}/left.csv", f"city_{version}", probe=1).matches[0]
    except LakeIndexError as error:
        assert f"{version}/" in str(error) and str(error).endswith("index the lake again"), error
        return False
    assert all(row["city"].startswith(f"{version} ") for row in rows), rows
    return not match.note


def main() -> None:
    index, seconds = sys.argv[1], float(sys.argv[2])
    settings = Settings(model="hashing", memory="500MB")
    deadline = time.monotonic() + seconds
    last_deadline = deadline + EXTRA_SECONDS
    queries, from_files, versions = 0, 0, set()
    kept = Lake.open(index, settings)
    kept_version = version_of(kept)
    slowest = 0.0
    while (now := time.monotonic()) < deadline or (
        now < last_deadline and (queries < LEAST_QUERIES or len(versions) < LEAST_VERSIONS)
    ):
        started = time.monotonic()
        lake = Lake.open(index, settings)
        slowest = max(slowest, time.monotonic() - started)
        version = version_of(lake)
        from_files += read_files(lake, version)
        versions.add(version)
        assert version_of(kept) == kept_version
        queries += 1
        if queries % QUERIES_OF_ONE_OPENING == 0:
            kept, kept_version = lake, version
    figures = {"queries": queries, "from_files": from_files, "versions": len(versions), "slowest_opening": slowest}
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
