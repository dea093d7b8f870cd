"""Index what a dlt pipeline loaded into a folder, and put the joins that are found into its schema."""

from dlt_lakeindex.loaded_lake import index_pipeline as index_pipeline
from dlt_lakeindex.references import add_references as add_references
