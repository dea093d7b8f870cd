"""Estimates of a join before it runs: rows, match rate and fan-out, with their intervals."""
