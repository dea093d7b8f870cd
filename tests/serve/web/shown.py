"""The pages that browsers are shown, with their addresses, and what is asked of all of them."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.serve.web.test_pages import COLUMN, PAIR

PAGES = {
    "home": "/",
    "search": "/search?q=countr",
    "nothing": "/search?q=custmer_id",
    "table": "/table/sales/orders.csv",
    "column": f"/column?{urlencode(COLUMN)}",
    "join": f"/join?{urlencode(PAIR)}",
    "map": "/map",
    "broken": "/broken",
    "verdicts": "/verdicts",
    "missing": "/table/geo/countrys.csv",
}
READY = {
    "table": "document.querySelector('#references-list').dataset.fetched === 'yes'",
    "column": "document.querySelector('section.partners').dataset.fetched === 'yes'",
    "map": "document.documentElement.dataset.ready === 'yes'",
}
"""When those are whole that fetch parts."""
OUTSIDE = """[...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".scroll > *, #graph > *, .unseen, .skip"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 80))"""
"""The elements that are wider than the window."""
HARMLESS = ("software WebGL", "GL Driver Message", "status of 404")
"""What a browser says of a machine without a graphics card, and of an address that is meant to be wrong."""
