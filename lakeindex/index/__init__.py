"""Columns by their terms and by their vectors: candidates proposed, pairs compared."""
