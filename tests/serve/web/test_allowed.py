"""Who may see some tables only finds nothing of the others on any page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lakeindex import Lake
from tests.serve.web.lakes import SETTINGS
from tests.serve.web.pages import asking
from tests.serve.web.test_pages import PAIR

FORBIDDEN = ("sales", "orders", "visits", "customer", "events", "place.code")
"""Of the names of tables that are not allowed, and of their columns."""


@pytest.fixture(scope="module")
def restricted(broken_index: Path) -> Iterator[httpx.Client]:
    lake = Lake.open(broken_index, SETTINGS)
    lake.accept(*PAIR.values(), note="a secret of sales")
    with asking(broken_index, ["geo/*"]) as client:
        yield client
    lake.withdraw(*PAIR.values())


@pytest.mark.parametrize(
    "address",
    [
        "/", "/search?q=geo", "/search?q=s", "/suggest?q=c", "/table/geo/countries.csv",
        "/references/geo/countries.csv",
        "/column?table=geo/countries.csv&column=code", "/column?table=geo/countries.csv&column=name&figures=counted",
        "/map", "/map/data", "/broken", "/verdicts", "/table/geo/ordrs.csv",
        "/column?table=geo/countries.csv&column=custmer",
    ],
)  # fmt: skip
def test_no_page_names_or_counts_a_table_that_is_not_allowed(restricted: httpx.Client, address: str) -> None:
    page = restricted.get(address).text.lower()
    assert [name for name in FORBIDDEN if name in page] == []


def test_a_table_that_is_not_allowed_is_one_that_is_not_there(restricted: httpx.Client) -> None:
    for hidden, missing in (
        ("/table/sales/orders.csv", "/table/sales/ordres.csv"),
        ("/references/sales/orders.csv", "/references/sales/ordres.csv"),
        ("/column?table=sales/orders.csv&column=x", "/column?table=sales/ordres.csv&column=x"),
    ):
        answers = [restricted.get(address) for address in (hidden, missing)]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].text == answers[1].text.replace("ordres.csv", "orders.csv")
    assert restricted.post("/verdict", params=PAIR, data={"verdict": "withdraw"}).status_code == 404
    assert restricted.get("/join", params=PAIR).status_code == 404


def test_what_is_counted_is_what_is_allowed(restricted: httpx.Client) -> None:
    page = restricted.get("/").text
    assert "<dt>tables</dt><dd>2</dd>" in page and "<dt>columns</dt><dd>5</dd>" in page
    assert [table[0] for table in restricted.get("/map/data").json()["tables"]] == [
        "geo/countries.csv", "geo/hauptstädte.csv.gz"
    ]  # fmt: skip
    assert "Nothing broke" in restricted.get("/broken").text
