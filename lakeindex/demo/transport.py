"""Airports as five publishers list them, flights, routes, aircraft and cars."""

from __future__ import annotations

import csv
import io
import zipfile
from functools import partial
from itertools import takewhile

from lakeindex.demo import sources
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, from_rows, read_delimited, read_json_records

METRO_COLUMNS = {"Airport Code": "Airport Code", "City Code": "City Code", "City Name": "City Name"}
ROUTE_COLUMNS = {"Airline": "Airline", "AirlineID": "AirlineID", "Source": "Source", "SourceID": "SourceID"}
ROUTE_COLUMNS |= {"Destination": "Destination", "DestinationID": "DestinationID", "Stops": "Stops"}


def _january_flights() -> Sheet:
    # The file opens with January, so the other eleven months are never unpacked.
    archive = sources.NYCFLIGHTS.file("data", "flights.csv.zip")
    with zipfile.ZipFile(archive) as files, files.open("flights.csv") as data:
        rows = csv.reader(io.TextIOWrapper(data, encoding="utf-8", newline=""))
        header = next(rows)
        return from_rows(header, takewhile(lambda row: row[1] == "1", rows))


def _nyc(name: str) -> Sheet:
    return read_delimited(sources.NYCFLIGHTS.file("data", name))


def _bokeh(name: str) -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", name))


def _vega_airports() -> Sheet:
    return read_delimited(sources.VEGA.file("_data", "airports.csv"))


def _world_airports() -> Sheet:
    airports = read_delimited(sources.AIRPORTSDATA.file("airports.csv"))
    return airports.where("iata", bool)


def _metro_areas() -> Sheet:
    return read_delimited(sources.AIRPORTSDATA.file("iata_macs.csv")).pick(METRO_COLUMNS)


def _cars() -> Sheet:
    return read_json_records(sources.VEGA.file("_data", "cars.json"))


def _routes() -> Sheet:
    return _bokeh("routes.csv.gz").pick(ROUTE_COLUMNS)


TABLES = (
    SampleTable("transport/flights/2013-01.csv.gz", _january_flights, sources.NYC_FLIGHTS),
    SampleTable("transport/flights/planes.csv", partial(_nyc, "planes.csv"), sources.NYC_FLIGHTS),
    SampleTable("transport/flights/airlines.csv", partial(_nyc, "airlines.csv"), sources.NYC_FLIGHTS),
    SampleTable("transport/flights/airports_faa.csv", partial(_nyc, "airports.csv"), sources.NYC_FLIGHTS),
    SampleTable("transport/airports_us.csv", _vega_airports, sources.VEGA_AIRPORTS),
    SampleTable("transport/airports_world.parquet", _world_airports, sources.WORLD_AIRPORTS),
    SampleTable("transport/airports_served.csv", partial(_bokeh, "airports.csv"), sources.BOKEH_AIRPORTS),
    SampleTable("transport/iata_metro_areas.csv", _metro_areas, sources.WORLD_AIRPORTS),
    SampleTable("transport/routes_2026-07.csv", _routes, sources.BOKEH_ROUTES),
    SampleTable("transport/cars/cars_1983.csv", _cars, sources.VEGA_CLASSIC),
    SampleTable("transport/cars/auto_mpg.csv", partial(_bokeh, "auto-mpg.csv"), sources.BOKEH_AUTOMPG),
    SampleTable("transport/cars/epa_mpg.csv", partial(_bokeh, "auto-mpg2.csv"), sources.BOKEH_EPA),
)
