"""The commands that link the rows of two tables, and those of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lakeindex.config.ranges import ROW_NUMBER
from lakeindex.escaping.counted import counted
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table

if TYPE_CHECKING:
    from lakeindex.lake.integration import LinkedTables, LinkRequest

Command = TypeVar("Command", bound=Callable[..., Any])

_LINKING = ("rows", "block", "review", "verdicts", "explained", "force")
"""The options that link rows, or show links."""


def _with_linking(command: Command) -> Command:
    """Add the options of both commands."""
    row = InRange(ROW_NUMBER)
    for option in (
        click.option("--force", is_flag=True, help="Write over a review file that exists."),
        click.option(
            "--explain", "explained", type=click.Tuple([row, row]), metavar="LEFT_ROW RIGHT_ROW",
            help="Show what speaks for and against a pair of rows.",
        ),
        click.option("--verdicts", type=click.Path(path_type=Path), help="Keep the verdicts of a reviewed file."),
        click.option("--review", type=click.Path(path_type=Path), help="Write the unsure pairs to a CSV file."),
        click.option("--block", metavar="COLUMN", help="Compare only rows that are equal in this column."),
        click.option("--kept", is_flag=True, help="List the pairs with a verdict that is kept, as --review does."),
        click.option("--rows", is_flag=True, help="List the numbers of the rows: left_row,right_row,probability."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@click.argument("left_table")
@click.argument("right_table")
@with_lake
@_with_linking
@with_format
@with_quiet
def link(left_table: str, right_table: str, output: str, quiet: bool, **options: Any) -> None:
    """Find the rows of two tables that describe the same thing."""
    if _lists_kept(options, (left_table, right_table), (Format(output), quiet)):
        return
    shown = _Shown.take(options, output, quiet)
    shown.write(open_lake(**options).link(left_table, right_table, shown.request))


@click.command()
@click.argument("table")
@with_lake
@_with_linking
@with_format
@with_quiet
def dedupe(table: str, output: str, quiet: bool, **options: Any) -> None:
    """Find the rows of a table that describe the same thing."""
    if _lists_kept(options, (table, table), (Format(output), quiet)):
        return
    shown = _Shown.take(options, output, quiet)
    shown.write(open_lake(**options).dedupe(table, shown.request))


@click.command()
@with_lake
@with_format
def verdicts(output: str, **opening: Any) -> None:
    """List the verdicts on pairs of rows: link and dedupe take them out of review files, and all obey them."""
    write_table(open_lake(**opening).opened.link_verdicts.to_arrow(), Format(output))


def _lists_kept(options: dict[str, Any], tables: tuple[str, str], form: tuple[Format, bool]) -> bool:
    """List the pairs with a verdict that is kept, where that is asked for."""
    if not options.pop("kept"):
        return False
    from lakeindex.lake.integration import kept_verdicts

    opening = {name: value for name, value in options.items() if name not in _LINKING}
    if any(options[name] for name in _LINKING):
        raise click.UsageError("--kept lists what is kept: give it alone")
    listed = kept_verdicts(open_lake(**opening).opened, *tables)
    print_message(
        f"{counted(listed.num_rows, 'pair of rows has', 'pairs of rows have')} a verdict; "
        "write another one, or withdraw, and give it to --verdicts",
        form[1],
    )
    write_table(listed, form[0])
    return True


class _Shown:
    """What is shown of linked rows."""

    def __init__(self, request: LinkRequest, rows: bool, review: tuple[Path | None, bool], form: tuple[Format, bool]):
        self.request, self.rows = request, rows
        self.review, self.force = review
        self.form, self.quiet = form

    @classmethod
    def take(cls, options: dict[str, Any], output: str, quiet: bool) -> _Shown:
        """Take the options of linking out of those of a command."""
        from lakeindex.lake.integration import LinkRequest

        request = LinkRequest(options.pop("block"), options.pop("verdicts"), options.pop("explained"))
        review = options.pop("review"), options.pop("force")
        return cls(request, options.pop("rows"), review, (Format(output), quiet))

    def write(self, linked: LinkedTables) -> None:
        """Print an explanation, or the pairs, and write the review file."""
        if linked.keeping is not None:
            print_message(linked.keeping.describe(), self.quiet)
        if self.request.explain is not None:
            if linked.explanation is not None:
                write_table(linked.explanation, self.form)
            return
        print_message(linked.describe(), self.quiet)
        if self.review is not None:
            count = linked.write_review(self.review, self.force)
            print_message(
                f"{counted(count, 'unsure pair is', 'unsure pairs are')} in {self.review}: "
                "write accept or reject, and give it to --verdicts",
                self.quiet,
            )
        write_table(linked.pairs if self.rows else linked.side_by_side(), self.form)
