"""CSV and other delimited text: how the layout of a file is detected, and how its rows are read.

Detected from the first 64 KB, by `layout.detect_layout`:
- encoding: `lakeindex_connectors.text.encoding`
- lines at the top that state a delimiter, an encoding or a type: `preamble`
- dialect (delimiter, quote, escape): `dialect.sniff_dialect`, by the evidence that `dialect_evidence` measures; a
  delimiter of several characters: `long_delimiters`
- titles and control records above the table, and how many lines the header has: `table_start`, `control_records`,
  `grouped_header`
- whether there is a header at all: `header.names_columns`, where dates and years may be names: `labels`
- the columns' names, where the header is shorter or longer than the rows: `header_names`, `column_hints`

Detected by a pass over the whole file: columns that rows have only further down (`widening`).

Read by one of two parsers, which give the same rows:
- `arrow_csv`, with pyarrow, where `wellformed` and `suspect_rows` find nothing on which CSV readers disagree
- `exact_csv`, record by record, for everything else: `records` and `split_cells` cut cells, `table_records` leaves
  out what is no row (`footers`, `other_tables`), `fit_columns` pads and trims rows

Of a file that pyarrow reads, `byte_ranges` are read each by itself.

`duckdb_scan` describes the file to DuckDB where that reads the same rows.
"""
