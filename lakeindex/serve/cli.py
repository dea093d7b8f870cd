"""The command line: parse, call Lake, print. What it promises to scripts stands in the README."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lakeindex.config import Settings, load_settings
from lakeindex.errors import LakeIndexError
from lakeindex.serve.output import Format, as_json, print_line, say, write_batches, write_table
from lakeindex.types import ColumnId, FileStatus, TableId

if TYPE_CHECKING:
    from lakeindex.lake import Lake
    from lakeindex.types import Report

Command = TypeVar("Command", bound=Callable[..., Any])

_INTERRUPTED = 130
_SOME_UNREAD = 5
_SHOWN_FAILURES = 10


def _with_index(command: Command) -> Command:
    return click.option("--index", metavar="DIR", help="The index's folder [default: .lakeindex, or LAKEINDEX_INDEX].")(
        command
    )


def _with_format(command: Command) -> Command:
    choice = click.Choice([str(one) for one in Format])
    return click.option("-o", "--output", type=choice, default=str(Format.TABLE), show_default=True, help="Format.")(
        command
    )


def _with_quiet(command: Command) -> Command:
    return click.option("--quiet", is_flag=True, help="No progress, no remarks.")(command)


def _settings(**flags: Any) -> Settings:
    return load_settings(flags, os.environ, Path.cwd())


def _open(index: str | None, **flags: Any) -> Lake:
    from lakeindex.lake import Lake

    settings = _settings(index=index, **flags)
    return Lake.open(settings.index, settings)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lakeindex")
def cli() -> None:
    """What in this lake joins with this column, how, and can I trust it?"""


@cli.command()
@click.argument("lake", type=click.Path(path_type=Path))
@_with_index
@click.option("--report", type=click.Path(path_type=Path), help="Write what became of every file, as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 5 when a table could not be read.")
@click.option("--jobs", type=click.IntRange(1), help="Processes that read files [default: one a core].")
@click.option("--memory", help="What DuckDB may use [default: 2GB].")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="Where the language model computes.")
@click.option("--model", help="A sentence-transformers model, by name or path [default: the one that comes along].")
@click.option("--max-tokens", type=click.IntRange(3), help="Tokens of a column's text that are read [default: 64].")
@click.option("--allow-download", is_flag=True, default=None, help="Let a named model be fetched from its hub.")
@click.option("--header", type=click.Choice(["auto", "yes", "no"]), help="Whether the first row names the columns.")
@click.option("--materialize", is_flag=True, default=None, help="Copy the rows into the index.")
@_with_quiet
def index(lake: Path, report: Path | None, strict: bool, quiet: bool, **flags: Any) -> None:
    """Index the files below LAKE, which are only read."""
    from lakeindex.lake import Lake
    from lakeindex.serve.progress import build_progress

    settings = _settings(**flags)
    with build_progress(quiet) as progress:
        built = Lake.index(lake, settings.index, settings, progress).report
    assert built is not None
    if report is not None:
        report.write_text(as_json(_report_json(built), indent=1) + "\n", "utf-8")
    _summarise(built, settings, quiet)
    if strict and built.with_status(FileStatus.FAILED):
        sys.exit(_SOME_UNREAD)


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
    }


def _summarise(report: Report, settings: Settings, quiet: bool) -> None:
    failed, skipped = report.with_status(FileStatus.FAILED), report.with_status(FileStatus.SKIPPED)
    for file in (failed + skipped)[:_SHOWN_FAILURES]:
        say(f"{file.status}: {file.path}: {file.reason}", quiet)
    if len(failed + skipped) > _SHOWN_FAILURES:
        say(f"... and {len(failed + skipped) - _SHOWN_FAILURES} more; --report FILE.json names them all", quiet)
    say(
        f"indexed {report.tables} tables, {report.columns} columns in {report.seconds:.1f} s "
        f"({len(failed)} files failed, {len(skipped)} skipped); index: {settings.index}, {report.bytes / 1e6:.1f} MB",
        quiet,
    )


@cli.command()
@click.argument("target", nargs=-1, metavar="[TABLE] COLUMN")
@_with_index
@click.option("-k", default=10, show_default=True, type=click.IntRange(1), help="Matches at most.")
@click.option(
    "--probe", type=click.IntRange(0), help="Count this many of the best in the files [default: 5, batch: 0]."
)
@click.option("--sources", default="", help="Ask these sources alone: containment,keys,words,grams,names,vectors.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="Ask for a column of a file outside the lake.")
@click.option("--batch", type=click.Path(path_type=Path), help="Answer a CSV file of query_table,query_column.")
@click.option("--all", "show_all", is_flag=True, help="Show weak matches too.")
@_with_format
@_with_quiet
def query(
    target: tuple[str, ...],
    index: str | None,
    k: int,
    probe: int | None,
    sources: str,
    path: Path | None,
    batch: Path | None,
    show_all: bool,
    output: str,
    quiet: bool,
) -> None:
    """Find the columns that join with COLUMN of TABLE."""
    from lakeindex.serve.answers import write_answer

    chosen = tuple(name.strip() for name in sources.split(",") if name.strip())
    expected = 0 if batch else 1 if path else 2
    if len(target) != expected or (batch and path):
        raise click.UsageError("give TABLE COLUMN, or --file PATH COLUMN, or --batch QUERIES.csv")
    lake = _open(index)
    if batch is not None:
        from lakeindex.serve.batch import write_batch_answers

        write_batch_answers(lake, batch, k, probe or 0, chosen, Format(output), quiet)
        return
    answer = lake.query(path or target[0], target[-1], k, probe, chosen)
    write_answer(answer, Format(output), show_all, quiet)


@cli.command()
@click.argument("left_table")
@click.argument("left_column")
@click.argument("right_table")
@click.argument("right_column")
@_with_index
@click.option("-o", "--output", type=click.Choice(["table", "json", "html", "csv", "md"]), default="table")
def explain(
    left_table: str, left_column: str, right_table: str, right_column: str, index: str | None, output: str
) -> None:
    """Show what speaks for a join of two columns, and what against."""
    from lakeindex.serve.answers import explanation_html, write_explanation

    lake = _open(index)
    match = lake.explain(ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column))
    if output == "html":
        print_line(explanation_html(match))
    else:
        write_explanation(match, Format(output))


@cli.command()
@_with_index
@_with_format
def status(index: str | None, output: str) -> None:
    """Show what the index is and what it was made with."""
    import pyarrow as pa

    generation = _open(index).generation
    manifest = generation.manifest
    fields = {
        "generation": generation.number,
        "lake": manifest.lake,
        "tables": manifest.tables,
        "columns": manifest.columns,
        "failed": manifest.failed,
        "logical_hash": manifest.logical_hash,
        "models": manifest.models,
        "format": manifest.format,
        "bytes": manifest.bytes,
    }
    if output == Format.JSON:
        print_line(as_json(fields, indent=1))
        return
    write_table(pa.Table.from_pylist([fields | {"models": as_json(manifest.models)}]), Format(output))


@cli.command()
@_with_index
@_with_format
def tables(index: str | None, output: str) -> None:
    """List the lake's tables."""
    write_table(_open(index).tables(), Format(output))


@cli.command()
@click.argument("table")
@click.argument("column", required=False)
@_with_index
@_with_format
def profile(table: str, column: str | None, index: str | None, output: str) -> None:
    """Show what is known of a table's columns, or of one."""
    write_table(_open(index).profile(table, column), Format(output), table)


@cli.command()
@click.argument("table", metavar="TABLE|FILE")
@_with_index
@click.option("--header", type=click.Choice(["auto", "yes", "no"]), help="Whether the first row names the columns.")
@_with_format
def read(table: str, index: str | None, header: str | None, output: str) -> None:
    """Write a table, or a file from anywhere, as lakeindex understands it."""
    from lakeindex.reading import read_file

    if Path(table).is_file():
        rows = read_file(Path(table), _settings(header=header))
    else:
        rows = _open(index, header=header).read(table)
    write_batches(rows.batches, rows.schema, Format(output), table)
    for note in rows.notes:
        say(note)


@cli.command()
@click.argument("statement")
@_with_index
@_with_format
def sql(statement: str, index: str | None, output: str) -> None:
    """Run a SELECT on the lake; every table goes by its path in double quotes."""
    write_table(_open(index).sql(statement), Format(output))


@cli.command()
@click.option("--queries", required=True, type=click.Path(path_type=Path), help="CSV: query_table,query_column.")
@click.option(
    "--qrels",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV: query_table,query_column,candidate_table,candidate_column,grade.",
)
@click.option("-k", default=10, show_default=True, type=click.IntRange(1))
@_with_index
@_with_format
def evaluate(queries: Path, qrels: Path, k: int, index: str | None, output: str) -> None:
    """Measure the index on a lake that you have labelled, beside lexical baselines."""
    from lakeindex.evaluating import evaluate_lake

    write_table(evaluate_lake(_open(index), queries, qrels, k), Format(output))


@cli.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite the sample lake's own files.")
@_with_quiet
def demo(directory: Path, force: bool, quiet: bool) -> None:
    """Write a sample lake of real tables into DIRECTORY."""
    from lakeindex.demo.sample_lake import build_sample_lake

    written = build_sample_lake(directory, force=force)
    say(f"wrote {len(written)} tables; now: lakeindex index {directory}", quiet)


def main() -> None:
    """Run a command; an error is one clear sentence on stderr and its exit code."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except LakeIndexError as error:
        say(f"lakeindex: {error}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        say("lakeindex: interrupted; an index that was there before is unchanged")
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has had enough; Python must not complain while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        say(f"lakeindex: {where}{error.strerror or error}; an index that was there before is unchanged")
        sys.exit(LakeIndexError.exit_code)


if __name__ == "__main__":
    main()
