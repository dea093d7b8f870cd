"""The connectors that come with lakeindex: one module a format."""
