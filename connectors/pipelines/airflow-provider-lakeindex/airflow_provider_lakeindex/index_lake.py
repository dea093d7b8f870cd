"""An operator that indexes a lake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from lakeindex import Lake, Settings
from lakeindex.types.reports import FileStatus


class LakeIndexOperator(BaseOperator):
    """Index the folder `lake` into the folder `index`; returns what is in it, for tasks downstream.

    The `logical_hash` of the result is that of the run before as long as the lake's content is; `generation` is the one
    that answers now.
    """

    template_fields: Sequence[str] = ("lake", "index")

    def __init__(self, *, lake: str, index: str, settings: Settings | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.lake = lake
        self.index = index
        self.settings = settings

    def execute(self, context: Any) -> dict[str, Any]:
        """Index the lake."""
        with Lake.index(self.lake, self.index, self.settings) as built:
            report = built.report
        assert report is not None  # this process built it
        failed = report.with_status(FileStatus.FAILED)
        for file in failed:
            self.log.warning("%r can't be read: %r", file.path, file.reason)
        return {
            "logical_hash": report.logical_hash,
            "generation": report.generation,
            "tables": report.tables,
            "columns": report.columns,
            "failed_files": len(failed),
        }
