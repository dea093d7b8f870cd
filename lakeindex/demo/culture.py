"""Films and their reviews, Olympic medals and sprints."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from lakeindex.demo import sources
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, from_rows, read_delimited

FILM_COLUMNS = ("ID", "imdbID", "Title", "Year", "Runtime", "Genre", "Director", "Language", "Country", "Oscars")
REVIEW_COLUMNS = ("ID", "Rating", "Meter", "Reviews", "Fresh", "Rotten", "BoxOffice", "Production")
MEDALS = ("gold", "silver", "bronze", "total")


def _film_database(table: str, columns: tuple[str, ...], names: tuple[str, ...]) -> Sheet:
    path = sources.BOKEH.file("_data", "movies.db")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ID").fetchall()
    return from_rows(names, rows)


def _films() -> Sheet:
    return _film_database("omdb", FILM_COLUMNS, FILM_COLUMNS)


def _reviews() -> Sheet:
    return _film_database("tomatoes", REVIEW_COLUMNS, ("film_id", *REVIEW_COLUMNS[1:]))


def _medals() -> Sheet:
    countries = json.loads(sources.BOKEH.file("_data", "olympics2014.json").read_bytes())["data"]
    rows = ((nation["abbr"], nation["name"], *(nation["medals"][kind] for kind in MEDALS)) for nation in countries)
    return from_rows(("noc", "nation", *MEDALS), rows)


def _sprints() -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", "sprint.csv"))


TABLES = (
    SampleTable("films/films.parquet", _films, sources.BOKEH_FILMS),
    SampleTable("films/reviews.csv", _reviews, sources.BOKEH_FILMS),
    SampleTable("sport/sochi_2014.jsonl", _medals, sources.BOKEH_SPORT),
    SampleTable("sport/sprint_100m.csv", _sprints, sources.BOKEH_SPORT),
)
