"""The commands that build an index and write the sample lake."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import WORKERS
from lakeindex.config.settings import Settings
from lakeindex.serve.cli.numbers import InRange, of_setting
from lakeindex.serve.cli.options import read_settings, with_index, with_quiet
from lakeindex.serve.cli.output import as_json, print_message
from lakeindex.serve.cli.unfinished_build import leaving_no_litter
from lakeindex.types.reports import IN_PIECES, FileStatus

if TYPE_CHECKING:
    from lakeindex.types.reports import IN_PIECES, FileOutcome, Report

_SOME_FAILED = 5
_SHARDS = "shards"
"""In the index's folder, what the workers of a cluster share unless told another."""
_SHOWN_FAILURES = 10
_KEPT_OF_PERSONAL = {
    "keep": "kept like other columns (--personal hash or refuse keeps less)",
    "hash": "of which only hashes under a key are kept",
    "refuse": "of which no value is kept",
    "none": "of which no value is kept",
}


@click.command()
@click.argument("lake", type=click.Path(path_type=Path))
@with_index
@click.option("--report", type=click.Path(path_type=Path), help="Write what became of every file, as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 5 when a table could not be read.")
@click.option("--jobs", type=of_setting("jobs"), help="Processes that read files [default: one a core].")
@click.option("--memory", help="What all processes together may use [default: 2GB].")
@click.option("--memory-per-file", help="What reading one file may use [default: what --memory leaves for it].")
@click.option("--output-per-file", help="What a file may unpack to, if not 100 times its size [default: 1GB].")
@click.option(
    "--seconds-per-file",
    type=of_setting("seconds_per_file"),
    help="How long reading one may go on without advancing [default: 300].",
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="Where the language model computes.")
@click.option("--model", help="A sentence-transformers model, by name or path [default: the one that is shipped].")
@click.option(
    "--max-tokens", type=of_setting("max_tokens"), help="Tokens of a column's text that are encoded [default: 32]."
)
@click.option(
    "--layers",
    type=of_setting("layers"),
    help="Layers of the model that are run: fewer are faster [default: all].",
)
@click.option(
    "--dims",
    type=of_setting("dims"),
    help="Dimensions of its vectors that are kept: fewer are smaller [default: all].",
)
@click.option("--allow-download", is_flag=True, default=None, help="Let a named model be fetched from its hub.")
@click.option("--header", type=click.Choice(["auto", "yes", "no"]), help="Whether the first row names the columns.")
@click.option(
    "--parts",
    type=click.Choice(["auto", "merge", "separate"]),
    help="Which files are one table: partitions, Delta, dated ones (auto), any numbered (merge), none [default: auto].",
)
@click.option("--values", type=click.Choice(["sample", "hash", "none"]), help="What is kept of the cells' values.")
@click.option(
    "--shrink-limit",
    type=of_setting("shrink_limit"),
    help="Share of the tables, or columns, that may go at once; with more, nothing is published [default: 0.2].",
)
@click.option("--allow-shrink", is_flag=True, help="Publish however much of the index goes.")
@click.option(
    "--personal",
    type=click.Choice(["refuse", "hash", "keep"]),
    help="What is kept of what looks like personal data: nothing, keyed hashes, or as of others [default: keep].",
)
@click.option(
    "--names",
    type=click.Choice(["plain", "hash"]),
    help="What is kept of names of tables and columns: the names, or only keyed hashes [default: plain].",
)
@click.option("--check-content", is_flag=True, default=None, help="Look into files whose size and time didn't change.")
@click.option(
    "--anchors",
    type=of_setting("anchors"),
    help="Columns that the reranker `cells` scores with all others [default: 0].",
)
@click.option("--materialize", is_flag=True, default=None, help="Copy the rows into the index.")
@click.option("--shard", metavar="I/N", help="Only read this share of the lake, into --staging, to be merged later.")
@click.option("--staging", type=click.Path(path_type=Path), metavar="DIR", help="The folder that shards share.")
@click.option("--dask", metavar="HOST:PORT", help="Read the lake on a Dask cluster that sees LAKE and --staging.")
@click.option("--dask-local", metavar="N", type=InRange(WORKERS), help="Read it on N Dask workers of this machine.")
@with_quiet
def index(
    lake: Path,
    report: Path | None,
    strict: bool,
    allow_shrink: bool,
    shard: str | None,
    staging: Path | None,
    dask: str | None,
    dask_local: int | None,
    quiet: bool,
    **flags: Any,
) -> None:
    """Index the files below LAKE, which are only read."""
    settings = read_settings(**flags | ({"shrink_limit": 1.0} if allow_shrink else {}))
    cluster = dask or dask_local
    if sum(one is not None for one in (shard, dask, dask_local)) > 1:
        raise click.UsageError("of --shard, --dask and --dask-local only one can be given")
    if (shard is None) != (staging is None) and cluster is None:
        raise click.UsageError("--shard and --staging go together: --shard 1/3 --staging DIR")
    if shard is not None and staging is not None:
        _read_shard(lake, staging, shard, settings, quiet)
        return
    with leaving_no_litter(Path(settings.index)):
        from lakeindex.lake import Lake
        from lakeindex.serve.cli.progress import build_progress

        with build_progress(quiet) as progress:
            if cluster is None:
                built = Lake.index(lake, settings.index, settings, progress).report
            else:
                shared = staging or Path(settings.index) / _SHARDS
                Lake.read_on_cluster(lake, shared, cluster, settings, progress)
                built = Lake.merge(shared, settings.index, settings, progress).report
                shutil.rmtree(shared, ignore_errors=True)
        assert built is not None
        if report is not None:
            report.write_text(as_json(_report_json(built), indent=1) + "\n", "utf-8")
        _summarise(built, settings, quiet)
    if strict and (_unread(built) or built.read_in_part()):
        sys.exit(_SOME_FAILED)


@click.command()
@click.argument("staging", type=click.Path(path_type=Path))
@with_index
@click.option("--memory", help="What all processes together may use [default: 2GB].")
@with_quiet
def merge(staging: Path, quiet: bool, **flags: Any) -> None:
    """Make an index of what shards have read into the folder STAGING; what none has read is read now."""
    settings = read_settings(**flags)
    with leaving_no_litter(Path(settings.index)):
        from lakeindex.lake import Lake
        from lakeindex.serve.cli.progress import build_progress

        with build_progress(quiet) as progress:
            built = Lake.merge(staging, settings.index, settings, progress).report
        assert built is not None
        _summarise(built, settings, quiet)


def _read_shard(lake: Path, staging: Path, shard: str, settings: Settings, quiet: bool) -> None:
    from lakeindex.lake.maintenance import read_shard
    from lakeindex.serve.cli.progress import build_progress

    with build_progress(quiet) as progress:
        outcomes = read_shard(lake, staging, shard, settings, progress)
    read = [outcome for outcome in outcomes if outcome.status is FileStatus.INDEXED]
    large = [outcome for outcome in outcomes if outcome.reason == IN_PIECES]
    beside = f", and a share of {len(large)} large ones," if large else ""
    print_message(
        f"shard {shard}: {len(read)} of {len(outcomes) - len(large)} files{beside} read into {staging}; once all "
        f"shards are: lakeindex merge {staging}",
        quiet,
    )


def _unread(report: Report) -> list[FileOutcome]:
    return report.with_status(FileStatus.FAILED) + report.with_status(FileStatus.UNSEEN)


def _report_json(report: Report) -> dict[str, Any]:
    return {
        "files": [
            {
                "path": file.path,
                "status": str(file.status),
                "reason": file.reason,
                "tables": [table.id for table in file.tables],
                "rows": sum(table.rows for table in file.tables),
                "rejected_rows": sum(table.rejected for table in file.tables),
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


def _summarise(report: Report, settings: Settings, quiet: bool) -> None:
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
    as_before = f"{len(unseen)} unseen and left as they were, " if unseen else ""
    print_message(
        f"indexed {report.tables} tables{in_parts}, {report.columns} columns in {report.seconds:.1f} s "
        f"({len(failed)} files failed, {as_before}{len(skipped)} skipped); index: {settings.index}, "
        f"{report.bytes / 1e6:.1f} MB",
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


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite the sample lake's own files.")
@with_quiet
def demo(directory: Path, force: bool, quiet: bool) -> None:
    """Write a sample lake of real tables into DIRECTORY."""
    from lakeindex.demo.sample_lake import build_sample_lake

    written = build_sample_lake(directory, force=force)
    print_message(f"wrote {len(written)} tables; now: lakeindex index {directory}", quiet)
