"""The command that shows training data: labelled column pairs, derived from a lake's own tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lakeindex.config.ranges import MEGABYTES, SEED, SHOWN_PAIRS
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import read_settings, with_allow, with_format, with_quiet
from lakeindex.serve.cli.output import Format, print_message, write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from lakeindex.config.settings import Settings
    from lakeindex.synthesis.labelled_pairs import ColumnPair, SourceData

_SHOWN_VALUES = 5
_SHOWN_FAILURES = 10


@click.command()
@click.argument("lake", type=click.Path(path_type=Path))
@with_allow
@click.option("-n", "count", type=InRange(SHOWN_PAIRS), default=20, show_default=True, help="How many pairs.")
@click.option("--seed", type=InRange(SEED), default=0, show_default=True, help="Another one makes other pairs.")
@click.option("--table-size", type=InRange(MEGABYTES), default=4.0, show_default=True, help="MB read of a table.")
@click.option("--header", type=click.Choice(["auto", "yes", "no"]), help="Whether the first row names the columns.")
@with_format
@with_quiet
def pairs(
    lake: Path,
    allow: tuple[str, ...],
    count: int,
    seed: int,
    table_size: float,
    header: str | None,
    output: str,
    quiet: bool,
) -> None:
    """Show column pairs, labelled by how they were made, out of the tables below LAKE."""
    from lakeindex.synthesis.labelled_pairs import column_pairs

    settings = read_settings(header=header, allow=allow or None)
    failed: list[str] = []
    sources = _sources(lake, settings, int(table_size * 1e6), failed)
    shown = list(islice(column_pairs(sources, seed), count))
    write_table(_rows(shown), Format(output))
    for line in _remarks(shown, failed):
        print_message(line, quiet)


def _sources(lake: Path, settings: Settings, most_bytes: int, failed: list[str]) -> Iterator[SourceData]:
    from lakeindex.catalog.table_globs import TableGlobs
    from lakeindex.training.read_sources import read_sources
    from lakeindex.types.lake import Header, ReadOptions
    from lakeindex.types.reports import FileOutcome, FileStatus

    options = ReadOptions(header=Header(settings.header), batch_rows=4_096)
    for found in read_sources(lake, Path(settings.index), options, most_bytes, TableGlobs(settings.allow)):
        if not isinstance(found, FileOutcome):
            yield found
        elif found.status is FileStatus.FAILED:
            failed.append(f"{found.status}: {found.path}: {found.reason}")


def _rows(shown: Sequence[ColumnPair]) -> pa.Table:
    import pyarrow as pa

    texts = ("kind", "how", "left_table", "left_column", "right_table", "right_column")
    types: dict[str, pa.DataType] = {"label": pa.bool_(), **dict.fromkeys(texts, pa.string())}
    schema = pa.schema(types | dict.fromkeys(("left_values", "right_values"), pa.list_(pa.string())))
    return pa.Table.from_pylist([_row(pair) for pair in shown], schema)


def _row(pair: ColumnPair) -> dict[str, object]:
    return {
        "label": pair.label,
        "kind": None if pair.kind is None else str(pair.kind),
        "how": pair.how,
        "left_table": pair.left.table,
        "left_column": pair.left.name,
        "right_table": pair.right.table,
        "right_column": pair.right.name,
        "left_values": list(pair.left.values[:_SHOWN_VALUES]),
        "right_values": list(pair.right.values[:_SHOWN_VALUES]),
    }


def _remarks(shown: Sequence[ColumnPair], failed: Sequence[str]) -> Iterable[str]:
    """Yield what could not be read, then the number of pairs of each kind."""
    yield from failed[:_SHOWN_FAILURES]
    if len(failed) > _SHOWN_FAILURES:
        yield f"... and {len(failed) - _SHOWN_FAILURES} more files that failed"
    kinds = Counter("no join" if pair.kind is None else str(pair.kind) for pair in shown)
    yield ", ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items()))
