"""The commands that build an index and write the sample lake."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from lakeindex.config.ranges import WORKERS
from lakeindex.config.settings import Settings
from lakeindex.escaping.counted import counted
from lakeindex.serve.cli.build_summary import report_json, summarise, unread
from lakeindex.serve.cli.lineage import datasets_of_index, with_openlineage
from lakeindex.serve.cli.numbers import InRange, of_setting
from lakeindex.serve.cli.options import read_settings, with_index, with_quiet
from lakeindex.serve.cli.output import as_json, print_message
from lakeindex.serve.cli.unfinished_build import leaving_no_litter
from lakeindex.types.reports import IN_PIECES, FileStatus

_SOME_FAILED = 5
_SHARDS = "shards"
"""In the index's folder, what the workers of a cluster share unless told another."""


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
@click.option("--model", help="default, static, or a sentence-transformers model, by name or path [default: auto].")
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
@click.option(
    "--scan",
    metavar="full|sample[:ROWS]",
    help="Read all of a table, or of one with more rows a sample [default: full; sample: a million rows].",
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
    help="Columns that the reranker `late-interaction` scores with all others [default: 0].",
)
@click.option("--materialize", is_flag=True, default=None, help="Copy the rows into the index.")
@click.option("--shard", metavar="I/N", help="Only read this share of the lake, into --staging, to be merged later.")
@click.option("--staging", type=click.Path(path_type=Path), metavar="DIR", help="The folder that shards share.")
@click.option("--dask", metavar="HOST:PORT", help="Read the lake on a Dask cluster that sees LAKE and --staging.")
@click.option("--dask-local", metavar="N", type=InRange(WORKERS), help="Read it on N Dask workers of this machine.")
@with_openlineage("index", datasets_of_index)
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
            report.write_text(as_json(report_json(built), indent=1) + "\n", "utf-8")
        summarise(built, settings, quiet)
    if strict and (unread(built) or built.read_in_part()):
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
        summarise(built, settings, quiet)


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


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite the sample lake's own files.")
@with_quiet
def demo(directory: Path, force: bool, quiet: bool) -> None:
    """Write a sample lake of real tables into DIRECTORY."""
    from lakeindex.demo.sample_lake import build_sample_lake

    written = build_sample_lake(directory, force=force)
    print_message(f"wrote {counted(len(written), 'table')}; now: lakeindex index {directory}", quiet)
