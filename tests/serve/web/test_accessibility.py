"""axe-core finds nothing serious on any page, in the light and in the dark, on a small screen and a large one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.reasons.chromium import CHROMIUM, Browser
from tests.serve.web.pages import app_of, serving
from tests.serve.web.shown import PAGES, READY

_WHEEL = find_spec("axe_playwright_python")
AXE = (
    Path(str(_WHEEL.submodule_search_locations[0])) / "axe.min.js"
    if _WHEEL and _WHEEL.submodule_search_locations
    else None
)
"""The file of axe-core that a wheel carries; nothing else of the wheel is used."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(AXE is None, reason="axe-core is not there: pip install --no-deps axe-playwright-python"),
]
RUN = "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def server(broken_index: Path) -> Iterator[str]:
    with serving(app_of(broken_index)) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def violations(browser: Browser) -> list[dict[str, Any]]:
    assert AXE is not None
    browser.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = browser.evaluate(RUN)
    return found


def test_axe_finds_what_is_serious(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>x</title><img src='x.png'><button></button>", "utf-8")
    browser.open(page, 1280, "light")
    assert {one["id"] for one in violations(browser) if one["impact"] in SERIOUS} >= {"image-alt", "button-name"}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_serious_finding(browser: Browser, server: str, name: str, width: int, scheme: str) -> None:
    browser.open(server + PAGES[name], width, scheme)
    browser.wait_for(READY.get(name, "true"))
    browser.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    found = [(one["id"], one["nodes"][0]["html"][:200]) for one in violations(browser) if one["impact"] in SERIOUS]
    assert found == []


def test_the_suggestions_have_no_serious_finding(browser: Browser, server: str) -> None:
    browser.open(server, 1280, "light")
    browser.press("/")
    browser.type("code")
    browser.wait_for("!document.querySelector('#suggestions').hidden")
    browser.press("ArrowDown")
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in violations(browser) if one["impact"] in SERIOUS] == []
