"""Join paths: how to get from one table of a lake to another."""
