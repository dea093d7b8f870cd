"""Write sample tables as CSV, Parquet and JSON Lines, the same bytes every time."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet


def write_table(table: SampleTable, lake: Path) -> None:
    """Write a sample table under the lake's folder, in the format that its suffix names."""
    path = lake / table.path
    path.parent.mkdir(parents=True, exist_ok=True)
    # A link in the way is replaced, never written through.
    path.unlink(missing_ok=True)
    sheet = table.read()
    match path.suffix:
        case ".parquet":
            parquet.write_table(_to_arrow(sheet, table.codes), path)
        case ".jsonl":
            path.write_bytes(_to_json_lines(sheet))
        case ".gz":
            path.write_bytes(gzip.compress(_to_delimited(sheet, table.delimiter), mtime=0))
        case _:
            path.write_bytes(_to_delimited(sheet, table.delimiter))


def _to_delimited(sheet: Sheet, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows(sheet.rows)
    return text.getvalue().encode()


def _to_arrow(sheet: Sheet, codes: tuple[str, ...]) -> pa.Table:
    # Only the empty text is missing: "NA" is Namibia.
    convert = arrow_csv.ConvertOptions(
        null_values=[""], strings_can_be_null=True, column_types={code: pa.string() for code in codes}
    )
    return arrow_csv.read_csv(io.BytesIO(_to_delimited(sheet, ",")), convert_options=convert)


def _to_json_lines(sheet: Sheet) -> bytes:
    records = _to_arrow(sheet, ()).to_pylist()
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
