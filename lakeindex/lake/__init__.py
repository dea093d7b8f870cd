"""The lake as its users see it: `Lake`, how it makes answers, and what is done with its index as a whole."""

from lakeindex.lake.lake import Lake as Lake
