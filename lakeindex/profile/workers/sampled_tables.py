"""Profile a sample of a table that has more rows than are to be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.canonical.column_reading import ColumnReading
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.batching import ProfileBatch
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.personal_data.find_personal import find_personal
from lakeindex.profile.sampling.block_counts import BlockScan
from lakeindex.profile.sampling.estimate_column import SampleOf, estimated
from lakeindex.profile.table_scan import MOST_SCANS, readings_of, scan_each
from lakeindex.profile.value_text import as_text
from lakeindex.profile.withheld import NamesAmongValues
from lakeindex.profile.workers.large_tables import profiles_as_read
from lakeindex.profile.workers.table_reader import CountedBatches, TableReader
from lakeindex.protocols import SampledConnector
from lakeindex.types.lake import LakeFile, RowCount, Rows
from lakeindex.types.personal import PersonalData
from lakeindex.types.reports import ReadTable, Sampling


@dataclass(frozen=True, slots=True)
class SampledTable:
    """A table of which a sample was profiled."""

    count: int
    """About how many rows it has."""
    rows: Rows
    """What its connector knows of them."""
    notes: tuple[str, ...]
    sampling: Sampling


def profile_sample(reader: TableReader, profiles: ProfileBatch) -> SampledTable | None:
    """Profile a sample of a table; None for one that is read whole, as it has no more rows, or can't be sampled."""
    connector = reader.connector
    if not will_be_sampled(reader) or not isinstance(connector, SampledConnector):
        return None
    return _Sampler(reader, connector, profiles.limits).profile(profiles)


def will_be_sampled(reader: TableReader) -> bool:
    """Return whether a table has surely more rows than a sample is to have, and can be sampled."""
    connector, wanted = reader.connector, reader.options.sample_rows
    if not wanted or not isinstance(connector, SampledConnector):
        return False
    count = connector.count(reader.file, reader.table, reader.options)
    return count is not None and count.low > wanted


def hash_of_samples(file: LakeFile, tables: Sequence[ReadTable]) -> str:
    """Hash what is known of a file that is too large to be read whole: mostly, it changes with the content."""
    known = [(table.rows, table.rejected, table.sampling) for table in tables]
    return hashlib.blake2b(repr((file.size, known)).encode(), digest_size=16).hexdigest()


def note_of_whole(rows: int, wanted: int) -> tuple[str, ...]:
    """Return a note of a table that was read whole; none where that was asked for, or it has no more rows."""
    if not wanted or rows <= wanted:
        return ()
    return ("all rows were read, more than were asked for: it can't be read by samples, or has hardly more",)


@dataclass(frozen=True, slots=True)
class _Sampler:
    reader: TableReader
    connector: SampledConnector
    limits: ProfileLimits

    def profile(self, profiles: ProfileBatch) -> SampledTable:
        table, notes = self.reader.table, tuple[str, ...]()
        if self.reader.options.only_certain_names and table.is_named_by_row:
            names = NamesAmongValues(table)
            for block in self._blocks(self._read()):
                names.see([as_text(column) for column in block.columns])
            table, notes = names.renamed()
        for start in range(0, len(table.schema), MOST_SCANS):
            places = range(start, min(start + MOST_SCANS, len(table.schema)))
            rows, counted, read = self._profiles(places, self.limits, None)
            personal: list[PersonalData | None] = []
            if self.limits.of_personal.key and not self.limits.key:
                personal = find_personal([table.schema.names[place] for place in places], read)
                read = self._keyed(places, read, personal)
            profiles.add_profiles(table, start, read, personal)
        assert rows.sampled_of is not None
        sampling = Sampling(counted, rows.sampled_of.low, rows.sampled_of.high)
        return SampledTable(rows.sampled_of.rows, rows, (_note(rows.sampled_of, counted), *notes), sampling)

    def _profiles(
        self, places: Sequence[int], limits: ProfileLimits, readings: Sequence[ColumnReading] | None
    ) -> tuple[Rows, int, list[ColumnProfile]]:
        """Profile some columns, of which later blocks may show another reading than the first: these are read again."""
        rows = self._read()
        counted = CountedBatches(rows.batches, self.reader.file.output_limit)
        rows.batches = counted
        columns = [BlockScan(limits) for _ in places]
        blocks = (block.select(list(places)) for block in self._blocks(rows))
        scans = scan_each(blocks, limits, readings, columns, None)
        shown = readings_of(scans) if readings is None else readings
        if not all(scan.reading.is_as(reading) for scan, reading in zip(scans, shown, strict=True)):
            return self._profiles(places, limits, shown)
        assert rows.sampled_of is not None
        sample = SampleOf(rows.sampled_of, counted.rows)
        read = profiles_as_read(scans, shown, limits)
        found = [estimated(one, column.blocks, sample) for one, column in zip(read, columns, strict=True)]
        return rows, counted.rows, found

    def _keyed(
        self, places: Sequence[int], profiles: Sequence[ColumnProfile], personal: Sequence[PersonalData | None]
    ) -> list[ColumnProfile]:
        """Return the profiles, those of personal data read anew and made under a key."""
        keyed = list(profiles)
        chosen = [at for at, one in enumerate(personal) if one is not None]
        if chosen:
            readings = [profiles[at].reading for at in chosen]
            _, _, found = self._profiles([places[at] for at in chosen], self.limits.of_personal, readings)
            for at, profile in zip(chosen, found, strict=True):
                keyed[at] = profile
        return keyed

    def _read(self) -> Rows:
        reader = self.reader
        return self.connector.sample(reader.file, reader.table, reader.options, _seed_of(reader.table.id))

    def _blocks(self, rows: Rows) -> Iterator[pa.Table]:
        """Yield the blocks, one without rows where there is none."""
        is_empty = True
        for batch in rows.batches:
            if batch.num_rows:
                is_empty = False
                yield pa.Table.from_batches([batch])
        if is_empty:
            yield self.reader.table.schema.empty_table()


def _seed_of(table: str) -> int:
    """Return the seed of a table's sample: the same lake gives the same index."""
    return int.from_bytes(hashlib.blake2b(table.encode("utf-8", "surrogateescape"), digest_size=4).digest(), "big")


def _note(of: RowCount, read: int) -> str:
    about = f"{of.rows:,}" if of.is_exact else f"about {of.rows:,} ({of.low:,} to {of.high:,})"
    return f"a sample of {read:,} of its {about} rows was read: all figures are estimates"
