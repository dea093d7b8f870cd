"""The connectors that come with lakeindex, one folder per format.

Each `connector.py` implements `lakeindex.protocols.Connector`:
`csv_files` reads delimited text, `json_files` JSON and JSON Lines, `parquet_files` Parquet.
`archives` reads these out of compressed files and ZIP archives.
They share `opening` (bytes of a file), `compression`, `text` (character encodings), `column_names` and `flatten`
(nested columns as flat ones).
"""
