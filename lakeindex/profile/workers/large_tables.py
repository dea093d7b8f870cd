"""Profile a table that is scanned in several parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.batching import ProfileBatch
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.personal_data.find_personal import find_personal
from lakeindex.profile.scan import profiles_of
from lakeindex.profile.scan_notes import notes_of_scans
from lakeindex.profile.table_scan import MOST_SCANS, readings_of, scan_parts
from lakeindex.profile.value_text import as_text
from lakeindex.profile.withheld import NamesAmongValues
from lakeindex.profile.workers.table_reader import TableReader, to_parts
from lakeindex.types.personal import PersonalData


def profile_large_table(
    reader: TableReader, parts: Iterable[pa.Table], profiles: ProfileBatch, names: NamesAmongValues | None
) -> tuple[str, ...]:
    """Profile a table part by part; a wide one is read once for each MOST_SCANS of its columns.

    With `names`, columns whose names are among the values go by their place; returns notes on these and on the scan.
    """
    table = reader.table
    notes: tuple[str, ...] = ()
    if names is not None:
        for part in parts:
            names.see([as_text(column) for column in part.columns])
        table, notes = names.renamed()
        parts = to_parts(reader.read(coded=True).batches, table.schema)
    for start in range(0, len(table.schema), MOST_SCANS):
        stop = min(start + MOST_SCANS, len(table.schema))
        merged = scan_parts(_narrowed(parts, start, stop), profiles.limits, threads=reader.options.threads)
        readings = readings_of(merged)
        if not all(one.reading.is_as(reading) for one, reading in zip(merged, readings, strict=True)):
            # Later rows showed another reading than the first ones had: these are read again.
            again = to_parts(reader.read(coded=True).batches, table.schema)
            merged = scan_parts(_narrowed(again, start, stop), profiles.limits, readings, reader.options.threads)
        notes += notes_of_scans(table.schema.names[start:stop], merged, profiles.limits)
        read = profiles_as_read(merged, readings, profiles.limits)
        personal: list[PersonalData | None] = []
        if profiles.limits.of_personal.key and not profiles.limits.key:
            personal = find_personal(table.schema.names[start:stop], read)
            read = _keyed(reader, start, read, personal, profiles.limits.of_personal)
        profiles.add_profiles(table, start, read, personal)
        if stop < len(table.schema):
            parts = to_parts(reader.read(coded=True).batches, table.schema)
    return notes


def profiles_as_read(
    scans: Sequence[ColumnScan], readings: Sequence[ColumnReading], limits: ProfileLimits
) -> list[ColumnProfile]:
    """Profile columns that were scanned; the readings say why they are read so."""
    return profiles_of([replace(scan, reading=one) for scan, one in zip(scans, readings, strict=True)], limits)


def _keyed(
    reader: TableReader,
    start: int,
    profiles: Sequence[ColumnProfile],
    personal: Sequence[PersonalData | None],
    limits: ProfileLimits,
) -> list[ColumnProfile]:
    """Return the profiles, those of personal data read anew and made under a key."""
    places = [place for place, one in enumerate(personal) if one is not None]
    keyed = list(profiles)
    if places:
        parts = reader.parts()
        chosen = (part.select([start + place for place in places]) for part in parts)
        readings = [profiles[place].reading for place in places]
        scans = scan_parts(chosen, limits, readings, reader.options.threads)
        for place, profile in zip(places, profiles_as_read(scans, readings, limits), strict=True):
            keyed[place] = profile
    return keyed


def _narrowed(parts: Iterable[pa.Table], start: int, stop: int) -> Iterator[pa.Table]:
    return (part.select(range(start, stop)) for part in parts)
