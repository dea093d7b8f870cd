"""A connector for CSV files that end in `.counted`: every read is logged in $WORK_LOG."""

from __future__ import annotations

import os
from collections.abc import Sequence

from lakeindex.types.lake import LakeFile, ReadOptions, SourceTable
from lakeindex_connectors.csv_files.connector import CsvConnector


class CountingConnector(CsvConnector):
    suffixes = frozenset({".counted"})

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        log_work("profile", 1)
        return super().tables(file, options)


def log_work(stage: str, amount: int) -> None:
    """Append a line, whole or not at all, whoever else writes."""
    log = os.open(os.environ["WORK_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{stage} {amount}\n".encode())
    os.close(log)
