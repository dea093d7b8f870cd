"""The commands that answer: what joins, and how good the answers are."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from lakeindex.config.ranges import ANSWERS, PROBED, SHARE
from lakeindex.serve.cli.closed_pipe import ending_with_reader
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, warn_without_lake, with_format, with_lake, with_quiet, with_reranking
from lakeindex.serve.cli.output import Format, write_table


@click.command()
@click.argument("target", nargs=-1, metavar="[TABLE] COLUMN")
@with_lake
@click.option("-k", default=10, show_default=True, type=InRange(ANSWERS), help="Matches at most.")
@click.option(
    "--probe",
    type=InRange(PROBED),
    help="Count this many of the best in the files, by all that a join would try [default: 5, by what is quick; "
    "batch: 0].",
)
@click.option(
    "--sources", default="", help="Ask these sources alone: containment,keys,words,grams,names,references,vectors."
)
@click.option("--file", "path", type=click.Path(path_type=Path), help="Ask for a column of a file outside the lake.")
@click.option("--batch", type=click.Path(path_type=Path), help="Answer a CSV file of query_table,query_column.")
@click.option("--min-probability", type=InRange(SHARE), default=0.0, help="Leave out what is less probable.")
@click.option("--within", metavar="GLOB", default="", help="Only tables whose names match may answer.")
@with_reranking
@click.option("--all", "show_all", is_flag=True, help="Show matches that are not accepted, too.")
@click.option("--self", "with_self", is_flag=True, help="In csv and arrow, list columns of the own table, too.")
@with_format
@with_quiet
@ending_with_reader()
def query(
    target: tuple[str, ...],
    k: int,
    probe: int | None,
    sources: str,
    path: Path | None,
    batch: Path | None,
    min_probability: float,
    within: str,
    show_all: bool,
    with_self: bool,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """Find the columns that join with COLUMN of TABLE."""
    from lakeindex.serve.cli.render import write_answer

    chosen = tuple(name.strip() for name in sources.split(",") if name.strip())
    expected = 0 if batch else 1 if path else 2
    if len(target) != expected or (batch and path):
        raise click.UsageError("give TABLE COLUMN, or --file PATH COLUMN, or --batch QUERIES.csv")
    lake = open_lake(**opening)
    warn_without_lake(lake, quiet)
    if batch is not None:
        from lakeindex.serve.cli.batch import write_batch_answers
        from lakeindex.serve.cli.parallel import query_on_all_cores

        query_many = partial(
            query_on_all_cores, k=k, probe=probe or 0, sources=chosen, min_probability=min_probability, within=within
        )
        write_batch_answers(lake, query_many, batch, Format(output), quiet, with_self)
        return
    if probe != 0 and lake.opened.has_names:
        lake.opened.tables.database.warm()  # while the search goes on
    answer = lake.query(path or target[0], target[-1], k, probe, chosen, min_probability, within=within)
    write_answer(answer, Format(output), show_all, quiet, with_self)


@click.command()
@click.option("--queries", required=True, type=click.Path(path_type=Path), help="CSV: query_table,query_column.")
@click.option(
    "--qrels",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV: query_table,query_column,candidate_table,candidate_column,grade.",
)
@click.option("-k", default=10, show_default=True, type=InRange(ANSWERS), help="Answers to each query that count.")
@with_lake
@with_format
@ending_with_reader()
def evaluate(queries: Path, qrels: Path, k: int, output: str, **opening: Any) -> None:
    """Measure the index on a lake that you have labelled, beside lexical baselines."""
    from lakeindex.evaluate.run import evaluate_lake

    lake = open_lake(**opening)
    warn_without_lake(lake)
    write_table(evaluate_lake(lake, queries, qrels, k), Format(output))
