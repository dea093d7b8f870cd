"""Columns of moments: their granularity, joins by a common period, and as-of joins."""
