"""Training data without labels: tables are split and corrupted, and the columns that join are known by lineage."""
