"""The states and counties of the United States, and their statistics."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from functools import partial

from lakeindex.demo import sources
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, from_records, from_rows, read_delimited

STATE_COLUMNS = ("abbr", "name", "fips", "ap_abbr", "capital", "capital_tz", "statehood_year", "is_contiguous")
UNEMPLOYMENT_COLUMNS = (
    "laus_code",
    "state_fips",
    "county_fips",
    "area",
    "year",
    "labor_force",
    "employed",
    "unemployed",
    "rate",
)
EVENT = re.compile(r"DTSTART;VALUE=DATE:(\d{4})(\d\d)(\d\d).*?SUMMARY:(.*?)\n", re.DOTALL)


def _states(group: str) -> Sheet:
    states = getattr(sources.US.load("us.states"), group)
    return from_rows(STATE_COLUMNS, ([getattr(state, name) for name in STATE_COLUMNS] for state in states))


def _counties() -> Sheet:
    states = sources.US.load("us.states").STATES_AND_TERRITORIES
    return from_rows(
        ("geoid", "county_name", "gnis", "st"),
        ((county.fips, county.name, county.ns_code, state.abbr) for state in states for county in state.counties),
    )


def _boundaries(table: str, columns: tuple[str, ...]) -> Sheet:
    path = sources.BOKEH.file("_data", "geographic_boundaries.db")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(f"SELECT metadata FROM {table} ORDER BY id").fetchall()
    return from_records((json.loads(metadata) for (metadata,) in rows), columns)


def _county_unemployment() -> Sheet:
    raw = read_delimited(sources.BOKEH.file("_data", "unemployment09.csv.gz"), UNEMPLOYMENT_COLUMNS)
    return from_rows(raw.header, ([value.strip() for value in row] for row in raw.rows))


def _holidays() -> Sheet:
    text = sources.BOKEH.file("_data", "USHolidays.ics").read_text(encoding="utf-8")
    days = sorted(
        (f"{year}-{month}-{day}", name.strip().replace("\\,", ",")) for year, month, day, name in EVENT.findall(text)
    )
    return from_rows(("holiday_date", "holiday"), days)


def _bokeh(name: str) -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", name))


def _vega(name: str) -> Sheet:
    return read_delimited(sources.VEGA.file("_data", name))


TABLES = (
    SampleTable("us/states.csv", partial(_states, "STATES"), sources.US_CENSUS),
    SampleTable("us/territories.csv", partial(_states, "TERRITORIES"), sources.US_CENSUS),
    SampleTable(
        "us/state_regions.csv", partial(_boundaries, "us_states", ("code", "name", "region")), sources.BOKEH_CENSUS
    ),
    SampleTable("us/counties.csv", _counties, sources.US_CENSUS),
    SampleTable(
        "us/county_lookup.parquet",
        partial(_boundaries, "us_counties", ("fips", "state", "state_fips", "county_fips", "name", "detailed_name")),
        sources.BOKEH_CENSUS,
        codes=("fips", "state_fips", "county_fips"),
    ),
    SampleTable("us/labor/unemployment_2009.csv", _county_unemployment, sources.BOKEH_BLS),
    SampleTable("us/labor/unemployment1948.csv", partial(_bokeh, "unemployment1948.csv"), sources.BOKEH_BLS),
    SampleTable("us/labor/employment_monthly.csv", partial(_vega, "us-employment.csv"), sources.VEGA_BLS),
    SampleTable("us/holidays.csv", _holidays, sources.BOKEH_HOLIDAYS),
    SampleTable("us/marriages_divorces.csv", partial(_bokeh, "us_marriages_divorces.csv"), sources.BOKEH_NCHS),
    SampleTable(
        "us/degrees_women.csv", partial(_bokeh, "percent-bachelors-degrees-women-usa.csv"), sources.BOKEH_DEGREES
    ),
)
