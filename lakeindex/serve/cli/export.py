"""The command that gives a lake to data catalogs and other tools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import SHARE
from lakeindex.export.naming import Naming
from lakeindex.export.targets import Export, Target
from lakeindex.serve.cli.naming_options import with_naming
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_line, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.export.outcome import Outcome


@click.command()
@click.argument("catalog", metavar="TARGET", type=click.Choice([str(one) for one in Target]))
@click.option("--to", metavar="URL", help="The server to send it to; LAKEINDEX_CATALOG_TOKEN is its token.")
@click.option("--dry-run", is_flag=True, help="Send nothing: print what would be sent, with --to what would change.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file, or dbt to a folder.")
@click.option("--create", is_flag=True, help="Make the tables that OpenMetadata lacks.")
@click.option("--force", is_flag=True, help="Let --out write over what is there.")
@click.option(
    "--min-probability",
    type=InRange(SHARE),
    help="Leave out less probable relationships [default: 0.4; 0.8 where there is no place for it].",
)
@click.option("--page", default="", metavar="URL", help="Where `lakeindex serve` runs, to link to.")
@with_naming
@with_lake
@with_format
@with_quiet
def export(
    catalog: str,
    to: str | None,
    dry_run: bool,
    out: Path | None,
    create: bool,
    force: bool,
    min_probability: float | None,
    page: str,
    naming: Naming,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """Give what is known of the lake to a data catalog, or another tool.

    TARGET is a catalog (openmetadata, datahub, openlineage), dbt, dbt-sources, dlt, or a metadata file for the lake's
    root (croissant, frictionless, csvw). Without --to and --out it is printed.
    """
    chosen = Target(catalog)
    _check(chosen, to, out)
    exported = Export.of(open_lake(**opening), chosen, replace(naming, page=page.rstrip("/")), min_probability)
    for remark in exported.lake.remarks:
        print_message(remark, quiet)
    if to is not None:
        _report(exported.push(to, dry_run, create), Format(output), quiet)
    elif out is not None and not dry_run:
        from lakeindex.export.written_files import write_files

        is_project = chosen is Target.DBT and out.suffix not in (".yml", ".yaml")
        files = exported.project() if is_project else {"": _written(exported, quiet)}
        _report(write_files(out, files, force), Format(output), quiet)
    else:
        print_line(_written(exported, quiet).removesuffix("\n"))


def _written(exported: Export, quiet: bool) -> str:
    written = exported.text()
    for reason in written.left_out:
        print_message(reason, quiet)
    return written.text


def _check(target: Target, to: str | None, out: Path | None) -> None:
    if to is not None and out is not None:
        raise click.UsageError("give --to to send it or --out to write it, not both")
    if to is not None and not target.is_sent:
        raise click.UsageError(f"{target} is no server to send to: write it with --out")


def _report(outcomes: list[Outcome], output: Format, quiet: bool) -> None:
    from lakeindex.export.outcome import summary, to_arrow

    write_table(to_arrow(outcomes), output)
    print_message(summary(outcomes), quiet)
