"""Pair up values that are written differently, without labels: candidates by an index, then a decision each."""
