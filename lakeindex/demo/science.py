"""Classic tables of biology, chemistry and history."""

from __future__ import annotations

from functools import partial

from lakeindex.demo import sources
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, read_delimited, read_json_records


def _bokeh(name: str) -> Sheet:
    return read_delimited(sources.BOKEH.file("_data", name))


def _vega(name: str) -> Sheet:
    return read_json_records(sources.VEGA.file("_data", name))


TABLES = (
    SampleTable("science/elements.csv", partial(_bokeh, "elements.csv"), sources.BOKEH_ELEMENTS),
    SampleTable("science/antibiotics.csv", partial(_bokeh, "antibiotics.csv"), sources.BOKEH_BURTIN),
    SampleTable("science/burtin.csv", partial(_vega, "burtin.json"), sources.VEGA_BURTIN),
    SampleTable("science/penguins.csv", partial(_bokeh, "penguins.csv"), sources.BOKEH_PENGUINS),
    SampleTable("science/iris.csv", partial(_bokeh, "iris.csv"), sources.BOKEH_FISHER),
    SampleTable("science/iris_measurements.csv", partial(_vega, "iris.json"), sources.VEGA_CLASSIC),
    SampleTable("history/crimea.csv", partial(_vega, "crimea.json"), sources.VEGA_CLASSIC),
    SampleTable("history/wheat.csv", partial(_vega, "wheat.json"), sources.VEGA_PLAYFAIR),
)
