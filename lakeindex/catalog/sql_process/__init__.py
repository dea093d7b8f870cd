"""DuckDB in a process of its own, which reads the lake's files for its parent and can be ended whatever it is doing."""
