"""What a build did, for people and for programs."""

from __future__ import annotations

from typing import Any

from lakeindex.config.model_options import AUTO_MODEL, has_language_model
from lakeindex.config.settings import Settings
from lakeindex.escaping.counted import counted
from lakeindex.serve.cli.output import print_message
from lakeindex.serve.cli.progress import STAGES
from lakeindex.types.reports import FileOutcome, FileStatus, Report

_SHOWN_FAILURES = 10
_LONG = 5.0
"""Seconds from which on a build names its slowest stage."""
_KEPT_OF_PERSONAL = {
    "keep": "kept like other columns (--personal hash or refuse keeps less)",
    "hash": "of which only hashes under a key are kept",
    "refuse": "of which no value is kept",
    "none": "of which no value is kept",
}


_STATIC = "columns are encoded by the static model; pip install 'lakeindex[neural]' brings the language model"


def unread(report: Report) -> list[FileOutcome]:
    """Return the files that could not be read."""
    return report.with_status(FileStatus.FAILED) + report.with_status(FileStatus.UNSEEN)


def report_json(report: Report) -> dict[str, Any]:
    """Return what became of every file and table, as JSON."""
    return {
        "files": [
            {
                "path": file.path,
                "status": str(file.status),
                "reason": file.reason,
                "tables": [table.id for table in file.tables],
                "rows": sum(table.rows for table in file.tables),
                "rejected_rows": sum(table.rejected for table in file.tables),
                "sampled_rows": sum(table.sampling.rows for table in file.tables),
                "notes": [note for table in file.tables for note in table.notes],
            }
            for file in report.files
        ],
        "tables": report.tables,
        "columns": report.columns,
        "seconds": round(report.seconds, 3),
        "stages": {stage: round(seconds, 3) for stage, seconds in report.stages.items()},
        "bytes": report.bytes,
        "logical_hash": report.logical_hash,
        "generation": report.generation,
        "in_parts": [
            {
                "table": table.id,
                "layout": table.connector,
                "parts": file.parts_of(table.id),
                "rows": table.rows,
                "sampled_rows": table.sampling.rows,
                "notes": list(table.notes),
            }
            for file in report.in_parts
            for table in file.tables
            if file.parts_of(table.id)
        ],
        "personal": [
            {"table": one.table, "column": one.column, "kind": one.kind, "share": one.share} for one in report.personal
        ],
    }


def summarise(report: Report, settings: Settings, quiet: bool) -> None:
    """Print in a few lines what a build did, and what it could not do."""
    failed, skipped = report.with_status(FileStatus.FAILED), report.with_status(FileStatus.SKIPPED)
    unseen, in_part = report.with_status(FileStatus.UNSEEN), report.read_in_part()
    told = {part.path for file in report.in_parts for part in file.parts}  # marks and logs of tables
    shown = failed + unseen + in_part + [file for file in skipped if file.path not in told]
    for file in shown[:_SHOWN_FAILURES]:
        print_message(f"{'read in part' if file in in_part else file.status}: {file.path}: {file.reason}", quiet)
    if len(shown) > _SHOWN_FAILURES:
        print_message(f"... and {len(shown) - _SHOWN_FAILURES} more; --report FILE.json names them all", quiet)
    _name_personal(report, settings, quiet)
    parts = [count for file in report.in_parts for table in file.tables if (count := file.parts_of(table.id))]
    in_parts = f" ({len(parts)} of them in {sum(parts)} files)" if parts else ""
    _tell_of_samples(report, quiet)
    if settings.model == AUTO_MODEL and not has_language_model():
        print_message(_STATIC, quiet)
    as_before = f"{len(unseen)} unseen and left as they were, " if unseen else ""
    print_message(
        f"indexed {counted(report.tables, 'table')}{in_parts}, {counted(report.columns, 'column')} in "
        f"{report.seconds:.1f} s{_slowest(report)} ({counted(len(failed), 'file')} failed, {as_before}{len(skipped)} "
        f"skipped); index: {settings.index}, {report.bytes / 1e6:.1f} MB",
        quiet,
    )
    if not report.tables:
        print_message(
            "warning: the lake has no table, so there is nothing to ask; --report FILE.json says what became of every "
            "file, and docs/reading.md which files are read",
            quiet,
        )


def _slowest(report: Report) -> str:
    """Name the stage that took longest, where a build took long enough to care."""
    if report.seconds < _LONG or not report.stages:
        return ""
    stage, seconds = max(report.stages.items(), key=lambda one: one[1])
    return f", {seconds:.1f} s of them {STAGES.get(stage, stage)}"


def _tell_of_samples(report: Report, quiet: bool) -> None:
    tables = {table.id: table for file in (*report.files, *report.in_parts) for table in file.tables}
    sampled = [table for table in tables.values() if table.sampling.rows]
    if sampled:
        read, rows = (sum(counts) for counts in zip(*((one.sampling.rows, one.rows) for one in sampled), strict=True))
        print_message(
            f"of {counted(len(sampled), 'table')} samples were read, {read:,} of {rows:,} rows: figures are estimates",
            quiet,
        )


def _name_personal(report: Report, settings: Settings, quiet: bool) -> None:
    """Name the columns that look like personal data, and what is kept of them."""
    if not report.personal:
        return
    shown = [f"{one.table} · {one.column} ({one.kind})" for one in report.personal[:_SHOWN_FAILURES]]
    more = len(report.personal) - len(shown)
    named = "; ".join([*shown, *([f"and {more} more, see --report FILE.json"] if more else [])])
    kept = _KEPT_OF_PERSONAL[settings.personal if settings.values == "sample" else settings.values]
    print_message(f"looks like personal data, {kept}: {named}", quiet)
