"""What catalogs know and the lake does not: declared and confirmed joins, brought back as verdicts."""
