"""Drift between two generations of an index: joins that broke."""
