from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.pieces.kept_scans import KeptScans
from lakeindex.profile.scan import profiles_of, scan_columns
from lakeindex.profile.sketch import ANY_HASH
from tests.profile.profile_cases import as_facts

LIMITS = ProfileLimits(looks=300, values=200, look_bytes=1 << 20)
ROWS = 6000
RNG = np.random.default_rng(7)
TABLE = pa.table(
    {
        "key": pa.array(range(ROWS)),
        "some": pa.array(RNG.integers(0, 900, ROWS)),
        "few": [f"{'Large' if number % 2 else 'LARGE'} {number % 7}" for number in range(ROWS)],
        "empty": pa.nulls(ROWS, pa.string()),
        "at": pa.array(RNG.integers(1_700_000_000, 1_800_000_000, ROWS), pa.timestamp("s")),
    }
)
PIECES = [(0, 700), (700, 1), (701, 0), (701, 2300), (3001, 2999)]


def scans_of(table: pa.Table) -> list[ColumnScan]:
    return scan_columns(table.columns, LIMITS, whole_readings())


def whole_readings() -> list[object]:
    return [one.reading for one in scan_columns(TABLE.columns, LIMITS)]


def kept_of(place: int, bounds: list[int] | None = None) -> KeptScans:
    start, rows = PIECES[place]
    bounds = bounds or [ANY_HASH] * TABLE.num_columns
    scans = scan_columns(TABLE.slice(start, rows).columns, LIMITS, whole_readings(), bounds)
    return KeptScans.of(f"{place}", {"rows": rows}, dict(zip(TABLE.column_names, scans, strict=True)), bounds)


def facts(scans: list[ColumnScan] | None) -> list[dict[str, object]]:
    assert scans is not None
    return [as_facts(one) for one in profiles_of(scans, LIMITS)]


@pytest.fixture
def all_kept() -> KeptScans:
    return KeptScans.joined([kept_of(place) for place in range(len(PIECES))])


def test_pieces_together_are_the_scan_of_all(all_kept: KeptScans) -> None:
    assert facts(all_kept.merged(LIMITS)) == facts(scans_of(TABLE))


def test_what_is_written_is_read(all_kept: KeptScans, tmp_path: Path) -> None:
    all_kept.write(tmp_path / "kept")
    read = KeptScans.read(tmp_path / "kept")
    assert read is not None and read.pieces == all_kept.pieces
    assert facts(read.merged(LIMITS)) == facts(all_kept.merged(LIMITS))


def test_some_pieces_are_the_scan_of_their_rows(all_kept: KeptScans) -> None:
    some = all_kept.only({"1", "3", "another"})
    assert some is not None and list(some.pieces) == ["1", "3"]
    rows = pa.concat_tables([TABLE.slice(*PIECES[1]), TABLE.slice(*PIECES[3])])
    assert facts(some.merged(LIMITS)) == facts(scans_of(rows))
    assert all_kept.only({"another"}) is None


def test_what_is_cut_above_what_all_keep_gives_the_same(all_kept: KeptScans) -> None:
    merged = all_kept.merged(LIMITS)
    assert merged is not None
    cut = all_kept.cut([min(one.bound + one.bound // 2, ANY_HASH) for one in merged])
    assert cut.nbytes < all_kept.nbytes
    assert facts(cut.merged(LIMITS)) == facts(scans_of(TABLE))
    later = KeptScans.joined([cut.only({"0", "1", "2", "3"}) or cut, kept_of(4)])
    assert facts(later.merged(LIMITS)) == facts(scans_of(TABLE))


def test_where_too_much_was_cut_nothing_is_claimed(all_kept: KeptScans) -> None:
    merged = all_kept.merged(LIMITS)
    assert merged is not None
    cut = all_kept.cut([one.bound for one in merged])
    assert facts(cut.merged(LIMITS)) == facts(scans_of(TABLE))
    fewer = cut.only({"0", "1", "2"})
    assert fewer is not None and fewer.merged(LIMITS) is None


def test_a_file_that_is_damaged_is_not_read(all_kept: KeptScans, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    assert KeptScans.read(path) is None
    all_kept.write(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert KeptScans.read(path) is None
    path.write_bytes(b"ARROW1\0\0" + bytes(500))
    assert KeptScans.read(path) is None
