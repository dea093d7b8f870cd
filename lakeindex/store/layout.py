"""The names of a generation's files, and of the models that it was made with."""

from lakeindex.types.layouts import SCANS

CATALOG = "catalog.duckdb"
VECTORS = "vectors.faiss"
COLUMNS, TABLES = "columns.arrow", "tables.arrow"
"""The names and facts of all columns, and the names of their tables."""
TERMS = "terms"
"""A folder with the inverted index of each family of terms in a folder of its own."""
COLUMN_TOKENS = "readings"
"""A folder of the tokens of all columns, the input of the rerankers."""
ANCHORS = "anchors"
"""A folder of the scores of anchor queries with every column, where `anchors` is set."""
COPIES = "copies"
"""A folder of Parquet copies of the tables that DuckDB can't read from the lake's files, and of the scans of pieces of
those in many files."""
ROWS = "rows.duckdb"
"""The rows of all tables, where the lake was materialised."""
LAKE_CALIBRATION = "calibration.json"
"""By how much the lake's own joins shift its probabilities."""
HEAD = "head.safetensors"
"""The linear head of the encoder, where it was adapted to the lake: every build passes it to the next."""

STAGING = "staging"
"""A folder of the index, beside the generations, for the build that is under way or was interrupted."""

ENCODER_ROLE = "encoder"
CROSS_ENCODER_ROLE = "cross_encoder"
"""The model that scored the anchor queries, where there are any."""

_NAMES = {CATALOG, VECTORS, ROWS, HEAD, LAKE_CALIBRATION, COLUMNS, TABLES}


def is_artifact(name: str) -> bool:
    """Return whether a generation may have a file of this name: DuckDB would replay a `catalog.duckdb.wal`."""
    folder, _, last = name.rpartition("/")
    holds_arrays = folder in (COLUMN_TOKENS, ANCHORS) or (folder.startswith(f"{TERMS}/") and folder.count("/") == 1)
    is_array = holds_arrays and last.endswith(".npy")
    return name in _NAMES or is_array or (folder == COPIES and last.endswith((".parquet", SCANS)))
