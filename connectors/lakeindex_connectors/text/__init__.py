"""Detect the character encoding of a text file, and decode it: start at `encoding.detect_encoding`."""
