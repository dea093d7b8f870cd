"""Ground: what can be set, and the limits and options that stages are given."""
