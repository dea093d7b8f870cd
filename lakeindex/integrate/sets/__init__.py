"""Integrable sets: communities of the graph of tuples."""
