"""Weather of four American cities, hourly and daily."""

from __future__ import annotations

from functools import partial

from lakeindex.demo import sources
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, read_delimited

FIRST_QUARTER = frozenset({"1", "2", "3"})


def _new_york() -> Sheet:
    hours = read_delimited(sources.NYCFLIGHTS.file("data", "weather.csv"))
    return hours.where("month", FIRST_QUARTER.__contains__)


def _vega(name: str) -> Sheet:
    return read_delimited(sources.VEGA.file("_data", name))


def _lincoln() -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", "lincoln_weather.csv"))


TABLES = (
    SampleTable("weather/nyc_hourly_2013q1.csv", _new_york, sources.NYC_WEATHER),
    SampleTable("weather/seattle_daily.csv", partial(_vega, "seattle-weather.csv"), sources.VEGA_NOAA),
    SampleTable("weather/seattle_hourly_2010.csv", partial(_vega, "seattle-temps.csv"), sources.VEGA_NOAA),
    SampleTable("weather/sf_hourly_2010.csv", partial(_vega, "sf-temps.csv"), sources.VEGA_NOAA),
    SampleTable("weather/lincoln_2016.csv", _lincoln, sources.BOKEH_NOAA),
)
