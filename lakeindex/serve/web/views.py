"""What each page shows of a lake: the name of its template, and the values in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lakeindex.config.ranges import GENERATION, WholeRange
from lakeindex.errors import LakeIndexError
from lakeindex.lake import Lake
from lakeindex.serve.answers.withheld import why_withheld
from lakeindex.serve.web.asked import Query, choice_of, column_of, number_of, pair_of
from lakeindex.serve.web.map_data import map_of, references_of
from lakeindex.serve.web.overview import MOST_TABLES, published_at, table_content, table_rows, tables_by_folder
from lakeindex.serve.web.partners import partners_of, verdicts_of
from lakeindex.serve.web.shown_join import ShownJoin
from lakeindex.store.generations import folder_of, published
from lakeindex.types.lake import TableId

Values = dict[str, Any]
View = Callable[[Lake, Query], Values]

MATCHES = ("auto", "exact", "normalised", "fuzzy", "semantic", "transform", "temporal")
HOWS = ("inner", "left", "full", "anti")
_SUGGESTED, _FOUND = 6, 50
_PARTNERS = WholeRange(1, 200)
_FIRST_PARTNERS = 20


def home(lake: Lake, query: Query) -> Values:
    """List the tables of the lake."""
    manifest = lake.generation.manifest
    return {
        "lake_name": lake.root.name if lake.opened.has_names else "",
        "folders": tables_by_folder(lake),
        "hidden": max(manifest.tables - MOST_TABLES, 0),
        "tables": manifest.tables,
        "columns": manifest.columns,
        "generation": lake.generation.number,
        "published": published_at(lake.opened.generation.folder),
        "verdicts": len(verdicts_of(lake)),
    }


def search(lake: Lake, query: Query) -> Values:
    """Find tables and columns by their names."""
    text = query.get("q", "").strip()[:200]
    found = lake.find_names(text, _FOUND)
    rows = table_rows(lake.opened.searcher.directory, found.tables)
    return {"text": text, "search_text": text, "found": found, "rows": rows}


def suggestions(lake: Lake, query: Query) -> Values:
    """Find the few names that are shown while somebody types."""
    text = query.get("q", "").strip()[:200]
    return {"text": text, "found": lake.find_names(text, _SUGGESTED)}


def table(lake: Lake, query: Query) -> Values:
    """Show the columns of a table."""
    return table_content(lake, query["name"])


def references(lake: Lake, query: Query) -> Values:
    """Show which tables a table refers to, and which refer to it, or that this is still looked for."""
    table = TableId(query["name"])
    lake.opened.searcher.directory.keys_of_table(table)
    found = map_of(lake)
    return {"table": table, "references": None if found is None else references_of(found, table)}


def column(lake: Lake, query: Query) -> Values:
    """Show the partners of a column."""
    asked, k = column_of(query), number_of(query, "k", _PARTNERS) or _FIRST_PARTNERS
    is_counted = choice_of(query, "figures", ("estimated", "counted")) == "counted"
    found = partners_of(lake, asked, k, is_counted)
    (profile,) = lake.profile(asked.table, asked.name).to_pylist()
    more = min(k * 2, _PARTNERS.most) if found.count >= k and k < _PARTNERS.most else 0
    return {"column": found.column, "found": found, "profile": profile, "is_counted": is_counted, "k": k, "more": more}


def join(lake: Lake, query: Query) -> Values:
    """Show why two columns join, and then the join itself, which is planned only when the page gets there."""
    left, right = pair_of(query)
    match, how = choice_of(query, "match", MATCHES), choice_of(query, "how", HOWS)
    explained = lake.explain(left, right, counted=False)

    def planned() -> ShownJoin | str:
        try:
            plan = lake.join(left.table, left.name, right.table, right.name, match, how=how)
            return ShownJoin.of(plan, why_withheld(lake))
        except LakeIndexError as error:
            return str(error)

    return {
        "match": explained,
        "verdict": verdicts_of(lake).get(frozenset((left, right))),
        "planned": planned,
        "chosen": {"match": match, "how": how},
        "choices": {"match": MATCHES, "how": HOWS},
        "left": explained.query,
        "right": explained.column,
    }


def lake_map(lake: Lake, query: Query) -> Values:
    """Show the map's page, which asks for its data."""
    return {"tables": lake.generation.manifest.tables}


def map_data(lake: Lake, query: Query) -> str | None:
    """Return the map's data, as JSON; None while it is still looked for."""
    found = map_of(lake)
    return None if found is None else found.json


def broken(lake: Lake, query: Query) -> Values:
    """Show which joins broke since an earlier generation, the one before unless another is asked for."""
    since = number_of(query, "since", GENERATION)
    watched = lake.watch_joins(since)
    directory = lake.opened.searcher.directory
    index = Path(lake.settings.index)
    earlier = [number for number in published(index) if number < lake.generation.number]
    shown = [(one, directory.has_column(one.column) and directory.has_column(one.joins)) for one in watched.broken]
    return {
        "watched": watched,
        "shown": shown,
        "earlier": list(reversed(earlier)),
        "before": None if watched.since is None else published_at(folder_of(index, watched.since)),
        "now": published_at(lake.opened.generation.folder),
    }


def verdicts(lake: Lake, query: Query) -> Values:
    """List what people said of pairs of columns."""
    return {"verdicts": list(verdicts_of(lake).values())}
