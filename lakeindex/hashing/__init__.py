"""Hashes of texts, of files, and under a secret key."""
