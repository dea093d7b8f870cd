"""Relationships as text that other tools read: diagrams, schemas, tests and statements."""
