"""A lake as a schema of dlt."""
