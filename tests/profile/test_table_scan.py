from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile import scan
from lakeindex.profile.scan import profile_columns, profiles_of
from lakeindex.profile.scan_notes import notes_of_scans
from lakeindex.profile.table_scan import scan_parts
from tests.profile.profile_cases import as_facts

LIMITS = ProfileLimits(looks=700, values=500)
TABLE = pa.table(
    {
        "number": pa.array(range(9000)),
        "text": [f"name {number * 7 % 4000}" for number in range(9000)],
        "few": [f"{number % 7}" for number in range(9000)],
        "at": pa.array([1_700_000_000 + number for number in range(9000)], pa.timestamp("s")),
    }
)


def parts(rows: int) -> Iterator[pa.Table]:
    return (TABLE.slice(start, rows) for start in range(0, len(TABLE), rows))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("rows", [500, 2500, 9000])
def test_a_table_is_profiled_the_same_in_any_parts_and_by_any_number_of_threads(rows: int, threads: int) -> None:
    made = profiles_of(scan_parts(parts(rows), LIMITS, threads=threads), LIMITS)
    assert [as_facts(one) for one in made] == [as_facts(one) for one in profile_columns(TABLE.columns, LIMITS)]


def test_columns_are_looked_at_some_at_a_time_as_they_are_together(monkeypatch: pytest.MonkeyPatch) -> None:
    scans = scan_parts(parts(2500), LIMITS)
    together = [as_facts(one) for one in profiles_of(scans, LIMITS)]
    for most in (1, 800, 1500):
        monkeypatch.setattr(scan, "_MOST_VALUES", most)
        assert [as_facts(one) for one in profiles_of(scans, LIMITS)] == together
    assert profiles_of([], LIMITS) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_what_reading_a_part_raises_ends_the_scan(threads: int) -> None:
    def failing() -> Iterator[pa.Table]:
        yield TABLE.slice(0, 2000)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        scan_parts(failing(), LIMITS, threads=threads)


def test_a_note_names_columns_of_long_texts_of_which_few_are_looked_at() -> None:
    limits = ProfileLimits(looks=700, values=500, look_bytes=5000)
    long = TABLE.append_column("long", pa.array([f"{number:050}" for number in range(9000)]))
    scans = scan_parts([long], limits)
    (note,) = notes_of_scans(long.column_names, scans, limits)
    assert note.endswith("are those of a sample of values of text (574), at (263), long (100)")
    assert notes_of_scans(TABLE.column_names, scan_parts(parts(2500), LIMITS), LIMITS) == ()
