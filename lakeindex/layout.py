"""What a generation consists of: the names of its files, and of the models it was made with."""

CATALOG = "catalog.duckdb"
VECTORS = "vectors.faiss"
TERMS = "terms"
"""A folder with a folder a family."""
COPIES = "copies"
"""A folder of Parquet files, of tables that DuckDB can't read from the lake's files."""
ROWS = "rows.duckdb"
"""All tables' rows, where the lake was materialised."""

STAGING = "staging"
"""A folder of the index, beside the generations, for the build that is under way or was interrupted."""

ENCODER_ROLE = "encoder"
