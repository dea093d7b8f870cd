"""Settings, and the limits and options that stages are given."""
