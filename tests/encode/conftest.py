from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lakeindex.config.model_options import STATIC_MODEL, ModelOptions
from lakeindex.config.text_options import TextOptions
from lakeindex.encode.column_text import DescribedColumn, Lengths, describe
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.encode.linear_head import HeadEncoder, LinearHead
from lakeindex.types.columns import Kind

if TYPE_CHECKING:
    from lakeindex.encode.language_model import LanguageModelEncoder
    from lakeindex.protocols import Encoder


@pytest.fixture(scope="session")
def language_model() -> LanguageModelEncoder:
    from lakeindex.config.model_options import BASE_MODEL, Precision
    from lakeindex.encode.language_model import LanguageModelEncoder

    # The same on every machine; the other precision has tests of its own.
    return LanguageModelEncoder(ModelOptions(BASE_MODEL, max_tokens=64, precision=Precision.FLOAT32))


@pytest.fixture(scope="session", params=["hashing", "static", "linear head", "language model"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "hashing":
        return HashingEncoder()
    if request.param == "static":
        return make_encoder(ModelOptions(STATIC_MODEL))
    if request.param == "linear head":
        weights = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
        return HeadEncoder(HashingEncoder(), LinearHead(weights, HashingEncoder().fingerprint))
    made: Encoder = request.getfixturevalue("language_model")
    return made


@pytest.fixture(scope="session")
def column_texts() -> list[str]:
    """Sentences of 300 real columns: samples of the columns of airportsdata and pycountry, as tables of a lake."""
    airportsdata = pytest.importorskip("airportsdata")
    pycountry = pytest.importorskip("pycountry")
    airports = [dict(airport) for airport in airportsdata.load("ICAO").values()]
    tables = {
        "airports": airports,
        "countries": [dict(country) for country in pycountry.countries],
        "languages": [dict(language) for language in islice(pycountry.languages, 2000)],
        "currencies": [dict(currency) for currency in pycountry.currencies],
        "subdivisions": [dict(subdivision) for subdivision in pycountry.subdivisions],
    }
    chooser = random.Random(7)
    texts: list[str] = []
    while len(texts) < 300:
        table = chooser.choice(list(tables))
        rows = chooser.sample(tables[table], 60)
        name = chooser.choice(list(rows[0]))
        values = list(dict.fromkeys(str(row[name]) for row in rows if row.get(name)))
        column = DescribedColumn(
            table, name, Kind.TEXT, len(rows), len(values), Lengths.of(values), float("nan"), float("nan"), values
        )
        texts.append(describe(column, TextOptions()))
    return texts
