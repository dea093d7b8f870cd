"""Decide what to read of files that lie in one of the known layouts."""

from __future__ import annotations

from lakeindex.profile.parts.delta_log import delta_plan
from lakeindex.profile.parts.grouping import is_hidden
from lakeindex.profile.parts.iceberg import iceberg_plan
from lakeindex.profile.parts.key_folders import keys_of
from lakeindex.profile.parts.plan import Plan, PlannedPart
from lakeindex.types.lake import LakeFile
from lakeindex.types.layouts import Layout


def make_plan(file: LakeFile) -> Plan:
    """Return what to read of a file of many parts. Raises UnreadableTable where a log can't be understood."""
    if file.layout is Layout.DELTA:
        return delta_plan(file)
    if file.layout is Layout.ICEBERG:
        return iceberg_plan(file)
    if file.layout is Layout.SIBLINGS:
        return Plan(tuple(map(PlannedPart, file.parts)), keep_apart=True)
    shown = [part for part in file.parts if not is_mark(part.name.removeprefix(file.folder))]
    keys = [keys_of(part.name) if file.layout is Layout.HIVE else {} for part in shown]
    return Plan(tuple(map(PlannedPart, shown, keys)))


def is_mark(path: str) -> bool:
    """Whether a file in the folder of a table holds no rows: what Hadoop takes for hidden, and dlt's `init`."""
    shown = "/".join(name for name in path.split("/") if "=" not in name)
    return is_hidden(shown) or shown == "init"
