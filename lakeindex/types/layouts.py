"""How one table may lie in many files."""

from __future__ import annotations

from enum import StrEnum


class Layout(StrEnum):
    """How the files of one table lie in a lake."""

    HIVE = "hive"
    """In folders that are named after values of columns, as `year=2024/month=01`: Hive partitions."""
    FOLDER = "folder"
    """In one folder, as Spark and dlt write them."""
    SIBLINGS = "siblings"
    """Beside one another, under names that differ by a date or a number."""
    DELTA = "delta"
    """In a Delta folder, whose log says which of them are of the current version."""
    ICEBERG = "iceberg"
    """In an Iceberg folder, whose metadata says which of them are of the current snapshot."""


class Parts(StrEnum):
    """Which files are taken together for one table."""

    AUTO = "auto"
    """Partitions, outputs of Spark and dlt, Delta and Iceberg, and siblings that differ by a date or padded number."""
    MERGE = "merge"
    """These, and siblings of the same columns that differ by any number."""
    SEPARATE = "separate"
    """None: every file is read for itself."""


SCANS = ".scans"
"""Ends the name of a file with the scans of a table's pieces."""
