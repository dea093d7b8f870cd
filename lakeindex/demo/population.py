"""The world's countries in numbers, and one ship's passengers."""

from __future__ import annotations

from functools import partial

from lakeindex.demo import sources
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, read_delimited


def _bokeh(name: str) -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", name))


def _population_2020() -> Sheet:
    return _bokeh("population.csv.gz").where("Year", "2020".__eq__)


TABLES = (
    SampleTable("population/gapminder.parquet", partial(_bokeh, "gapminder.csv.gz"), sources.BOKEH_GAPMINDER),
    SampleTable("population/gapminder_regions.csv", partial(_bokeh, "gapminder_regions.csv"), sources.BOKEH_GAPMINDER),
    SampleTable("population/un_wpp_2020.csv", _population_2020, sources.BOKEH_UN),
    SampleTable("population/co2_per_head.csv", partial(_bokeh, "emissions.csv.gz"), sources.BOKEH_EMISSIONS),
    SampleTable("population/titanic.csv", partial(_bokeh, "titanic_all.csv"), sources.BOKEH_TITANIC),
)
