"""Scan a large table piece by piece, and keep the scan of each piece: one that didn't change is not read again."""
