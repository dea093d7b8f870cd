"""The catalog of an index, and the lake as DuckDB sees it."""
