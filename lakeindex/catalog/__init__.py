"""What the index is on disk: its generations, its catalog, and the lake as DuckDB sees it."""
