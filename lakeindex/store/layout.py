"""What a generation consists of: the names of its files, and of the models it was made with."""

CATALOG = "catalog.duckdb"
VECTORS = "vectors.faiss"
TERMS = "terms"
"""A folder with a folder a family."""
READINGS = "readings"
"""A folder of what columns say, in tokens."""
ANCHORS = "anchors"
"""A folder of what the cross-encoder says of anchor queries with every column, where that was asked for."""
COPIES = "copies"
"""A folder of Parquet files, of tables that DuckDB can't read from the lake's files."""
ROWS = "rows.duckdb"
"""All tables' rows, where the lake was materialised."""
HEAD = "head.safetensors"
"""What tunes the encoder to the lake, where it was tuned: every build gives it to the next."""

STAGING = "staging"
"""A folder of the index, beside the generations, for the build that is under way or was interrupted."""

ENCODER_ROLE = "encoder"
CROSS_ENCODER_ROLE = "cross_encoder"
"""Where there are anchor scores: what gave them."""

_NAMES = {CATALOG, VECTORS, ROWS, HEAD, "columns.arrow", "tables.arrow"}


def is_artifact(name: str) -> bool:
    """Tell whether a generation may have a file of this name: DuckDB would replay a `catalog.duckdb.wal`."""
    folder, _, last = name.rpartition("/")
    holds_arrays = folder in (READINGS, ANCHORS) or (folder.startswith(f"{TERMS}/") and folder.count("/") == 1)
    is_array = holds_arrays and last.endswith(".npy")
    return name in _NAMES or is_array or (folder == COPIES and last.endswith(".parquet"))
