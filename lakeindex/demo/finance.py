"""Share prices, currencies and who uses them, banks and their IBANs."""

from __future__ import annotations

import json
from functools import partial
from xml.etree import ElementTree

from lakeindex.demo import sources
from lakeindex.demo.iso_codes import read_iso
from lakeindex.demo.sample_table import SampleTable
from lakeindex.demo.sheet import Sheet, from_records, from_rows, read_delimited

BANK_COLUMNS = ("country_code", "bank_code", "bic", "name", "short_name")
IBAN_COLUMNS = ("country", "in_sepa_zone", "bban_spec", "iban_spec", "iban_length")
CURRENCY_TAGS = {
    "entity": "CtryNm",
    "currency": "CcyNm",
    "code": "Ccy",
    "number": "CcyNbr",
    "minor_units": "CcyMnrUnts",
}


def _monthly_prices() -> Sheet:
    return read_delimited(sources.VEGA.file("_data", "stocks.csv"))


def _daily_prices(ticker: str) -> Sheet:
    prices = read_delimited(sources.BOKEH.file("_data", "stocks.csv.gz"))
    return prices.where("Ticker", ticker.__eq__)


def _currencies() -> Sheet:
    return read_iso("iso4217", ("alpha_3", "numeric", "name"))


def _currency_names(language: str, columns: tuple[str, str]) -> Sheet:
    return from_rows(columns, sorted(sources.BABEL.load("babel").Locale(language).currencies.items()))


def _currency_by_entity() -> Sheet:
    entries = ElementTree.parse(sources.ISO4217.file("table.xml")).iter("CcyNtry")
    return from_rows(
        tuple(CURRENCY_TAGS), ([entry.findtext(tag) for tag in CURRENCY_TAGS.values()] for entry in entries)
    )


def _current_tender() -> Sheet:
    history = sources.BABEL.load("babel.core").get_global("territory_currencies")
    rows = (
        (territory, currency, "-".join(f"{part:02d}" for part in since) if since else None)
        for territory, spans in sorted(history.items())
        for currency, since, until, is_tender in spans
        if is_tender and until is None
    )
    return from_rows(("country_code", "currency_code", "since"), rows)


def _banks(registry: str) -> Sheet:
    path = sources.SCHWIFTY.file("bank_registry", f"{registry}.json")
    return from_records(json.loads(path.read_bytes()), BANK_COLUMNS)


def _banks_with_ranges(registry: str) -> Sheet:
    entries = json.loads(sources.SCHWIFTY.file("bank_registry", f"{registry}.v2.json").read_bytes())["entries"]
    banks = (bank | {"bank_code": code} for bank in entries for code in bank["bank_codes"])
    return from_records(banks, BANK_COLUMNS)


def _iban_formats() -> Sheet:
    path = sources.SCHWIFTY.file("iban_registry", "generated.json")
    return from_records(json.loads(path.read_bytes()).values(), IBAN_COLUMNS)


TICKERS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
TABLES = (
    SampleTable("finance/stocks_monthly.csv", _monthly_prices, sources.VEGA_STOCKS),
    *(
        SampleTable(f"finance/daily/{ticker}.csv", partial(_daily_prices, ticker), sources.BOKEH_STOCKS)
        for ticker in TICKERS
    ),
    SampleTable("finance/currencies.csv", _currencies, sources.ISO_CODES),
    SampleTable("finance/currency_by_entity.csv", _currency_by_entity, sources.ISO_CURRENCY_TABLE),
    SampleTable("finance/legal_tender.csv", _current_tender, sources.CLDR),
    SampleTable(
        "finance/waehrungen.csv", partial(_currency_names, "de", ("Code", "Währung")), sources.CLDR, delimiter=";"
    ),
    SampleTable("finance/banks/at.csv", partial(_banks_with_ranges, "generated_at"), sources.BANK_REGISTRIES),
    SampleTable("finance/banks/be.csv", partial(_banks_with_ranges, "generated_be"), sources.BANK_REGISTRIES),
    SampleTable("finance/banks/es.csv", partial(_banks, "generated_es"), sources.BANK_REGISTRIES),
    SampleTable("finance/banks/nl.csv", partial(_banks, "generated_nl"), sources.BANK_REGISTRIES),
    SampleTable("finance/iban_formats.csv", _iban_formats, sources.IBAN_REGISTRY),
)
