"""Every flow of the pages, driven in a headless Chromium by keys and clicks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from lakeindex import Lake
from tests.reasons.chromium import CHROMIUM, Browser
from tests.serve.web.lakes import SETTINGS
from tests.serve.web.pages import app_of, serving
from tests.serve.web.shown import HARMLESS, OUTSIDE, PAGES, READY

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]
FOCUSED = "document.activeElement.textContent.trim()"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def server(broken_index: Path) -> Iterator[str]:
    with serving(app_of(broken_index)) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def test_a_column_is_found_by_keys_alone_and_its_evidence_opened(browser: Browser, server: str) -> None:
    browser.open(server, 1280, "light")
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "q"
    browser.type("visits country")
    browser.wait_for("!document.querySelector('#suggestions').hidden")
    browser.press("ArrowDown")
    assert browser.evaluate("document.querySelector('#q').getAttribute('aria-activedescendant')") == "option-c1"
    browser.press("Enter")
    browser.wait_for(f"location.pathname === '/column' && {READY['column']}")
    assert browser.evaluate("document.querySelector('#p1-figures').textContent").startswith("100%")
    assert "counted" in browser.evaluate("document.querySelector('#p1-figures').textContent")
    browser.press("ArrowDown")
    assert browser.evaluate(FOCUSED) == "name"
    browser.press("ArrowRight")
    assert browser.evaluate("document.querySelector('.partner .waterfall').checkVisibility()")
    browser.press("ArrowLeft")
    assert not browser.evaluate("document.querySelector('.partner .waterfall').checkVisibility()")
    browser.press("ArrowDown")
    assert browser.evaluate("document.activeElement.closest('li') === document.querySelectorAll('li.partner')[1]")
    browser.press("ArrowUp")
    browser.press("Enter")
    browser.wait_for("location.pathname === '/join' && document.querySelector('#statement')")
    assert browser.evaluate("document.querySelectorAll('.preview tbody tr').length") == 20
    assert not browser.evaluate("document.querySelector('.waiting').checkVisibility()")


def test_escape_and_leaving_close_the_suggestions(browser: Browser, server: str) -> None:
    browser.open(server, 1280, "light")
    browser.press("/")
    browser.type("code")
    browser.wait_for("!document.querySelector('#suggestions').hidden")
    browser.press("Escape")
    assert browser.evaluate("document.querySelector('#suggestions').hidden")
    assert browser.evaluate("document.querySelector('#q').getAttribute('aria-expanded')") == "false"
    browser.press("Enter")
    browser.wait_for("location.pathname === '/search'")
    assert browser.evaluate("document.querySelector('#q').value") == "code"
    browser.press("ArrowDown")
    assert browser.evaluate("document.activeElement.matches('[data-key]')")


def test_the_statement_is_copied(browser: Browser, server: str) -> None:
    browser.send("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.open(server + PAGES["join"], 1280, "light")
    browser.click("[data-copies=statement]")
    browser.wait_for("document.querySelector('[data-copies=statement]').textContent === 'Copied'")
    copied = browser.evaluate("navigator.clipboard.readText()")
    assert copied == browser.evaluate("document.querySelector('#statement').textContent")
    assert copied.startswith("SELECT l.")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_join_is_accepted_with_a_note_and_taken_back(
    browser: Browser, server: str, broken_index: Path, has_scripts: bool
) -> None:
    lake, note = Lake.open(broken_index, SETTINGS), "seen, <b>both</b> name countries"
    with nullcontext() if has_scripts else browser.without_scripts():
        browser.open(server + PAGES["join"], 1280, "light")
        browser.click(".verdict [name=note]")
        browser.type(note)
        browser.click(".verdict button.yes")
        browser.wait_for("document.querySelector('.given')")
        assert "accepted" in browser.evaluate("document.querySelector('.given').textContent")
        assert browser.evaluate("document.querySelector('.given q').textContent") == note
        assert lake.feedback()["note"].to_pylist() == [note]
        browser.open(server + PAGES["verdicts"], 1280, "light")
        browser.click(".withdraw button")
        browser.wait_for("document.querySelector('.empty')")
        assert lake.feedback().num_rows == 0


def test_without_scripts_a_search_leads_to_partners_with_evidence(browser: Browser, server: str) -> None:
    with browser.without_scripts():
        browser.open(server, 320, "dark")
        browser.click("#q")
        browser.type("country name")
        browser.press("Enter")
        browser.wait_for("location.pathname === '/search' && document.readyState === 'complete'")
        browser.click("[data-key]")
        browser.wait_for("location.pathname === '/column' && document.readyState === 'complete'")
        browser.click(".partner summary")
        assert browser.evaluate("document.querySelector('.partner .waterfall').checkVisibility()")
        browser.click("#figures-note a")
        browser.wait_for("document.querySelector('#p1-figures')?.textContent.includes('counted')")


def test_a_join_is_planned_in_another_way(browser: Browser, server: str) -> None:
    browser.open(server + PAGES["join"], 1280, "light")
    browser.click(".options nav:last-child a:nth-of-type(4)")
    browser.wait_for("location.search.includes('how=anti') && document.querySelector('#statement, .problem')")
    assert browser.evaluate("document.querySelectorAll('.preview thead th.right').length") == 0


def test_the_map_shows_a_table_and_leads_to_its_page(browser: Browser, server: str) -> None:
    browser.open(f"{server}/map#sales%2Fvisits.csv", 1280, "dark")
    browser.wait_for(READY["map"])
    assert "sales/visits.csv" in browser.evaluate("document.querySelector('#details').textContent")
    assert "geo/countries.csv" in browser.evaluate("document.querySelector('#details ul').textContent")
    browser.click("#details li button")
    browser.wait_for("document.querySelector('#details a[href^=\"/join\"]')")
    browser.click("#details a")
    browser.wait_for("location.pathname === '/join' && document.querySelector('h1')")
    ends = browser.evaluate("[...document.querySelectorAll('.pair .end')].map((one) => one.textContent.trim())")
    assert [" ".join(end.split()) for end in ends] == ["country name sales/visits.csv", "⋈ name geo/countries.csv"]


def test_the_map_is_searched_and_cut_by_probability(browser: Browser, server: str) -> None:
    browser.open(server + PAGES["map"], 1280, "light")
    browser.wait_for(READY["map"])
    browser.click("#search")
    browser.type("visits")
    browser.wait_for("document.querySelectorAll('#tables li').length === 1")
    browser.click("#least")
    for _ in range(12):
        browser.press("ArrowRight")
    assert browser.evaluate("document.querySelector('#least').value") == "1"
    assert "0 relationships" in browser.evaluate("document.querySelector('#status').textContent")


def test_what_broke_leads_to_its_join(browser: Browser, server: str) -> None:
    browser.open(server + PAGES["broken"], 1280, "light")
    browser.press("ArrowDown")
    browser.press("Enter")
    browser.wait_for("location.pathname === '/join' && document.querySelector('#join')")


def test_the_colours_are_chosen_and_stay(browser: Browser, server: str) -> None:
    browser.open(server, 1280, "light")
    light = browser.evaluate(BACKGROUND)
    for chosen, is_light in (("Light", True), ("Dark", False)):
        browser.click("#theme")
        assert browser.evaluate("document.querySelector('#theme').textContent") == chosen
        assert (browser.evaluate(BACKGROUND) == light) is is_light
    browser.open(server + PAGES["verdicts"], 1280, "light")
    assert browser.evaluate("document.documentElement.dataset.theme") == "dark"
    assert browser.evaluate(BACKGROUND) != light
    browser.click("#theme")
    browser.open(server, 1280, "dark")
    assert browser.evaluate("document.documentElement.dataset.theme ?? 'the system’s'") == "the system’s"
    assert browser.evaluate(BACKGROUND) != light


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_width_and_loads_nothing_of_others(browser: Browser, server: str, name: str) -> None:
    backgrounds = set()
    for width, scheme in ((320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")):
        browser.open(server + PAGES[name], width, scheme)
        browser.wait_for(READY.get(name, "true"))
        browser.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert browser.evaluate(OUTSIDE) == [], (name, width, scheme)
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        assert browser.evaluate("document.documentElement.lang + document.querySelectorAll('h1').length") == "en1"
        asked = [one["request"]["url"] for one in browser.reported("Network.requestWillBeSent")]
        assert asked and all(url.startswith(server) for url in asked)
        said = [one["entry"]["text"] for one in browser.reported("Log.entryAdded")]
        assert [text for text in said if not any(harmless in text for harmless in HARMLESS)] == []
        assert browser.reported("Runtime.exceptionThrown") == []
        backgrounds.add(browser.evaluate(BACKGROUND))
    assert len(backgrounds) == 2


def test_hostile_names_run_nothing_and_lead_where_they_should(browser: Browser, hostile_index: Path) -> None:
    with serving(app_of(hostile_index)) as server:
        browser.open(server, 320, "light")
        count = browser.evaluate("document.querySelectorAll('.tables a').length")
        for place in range(count):
            browser.open(server, 320, "light")
            browser.evaluate(f"document.querySelectorAll('.tables a')[{place}].click()")
            browser.wait_for(f"location.pathname.startsWith('/table/') && {READY['table'].replace(').', ')?.')}")
            assert browser.evaluate("document.querySelectorAll('.grid tbody tr').length") == 4
            assert browser.evaluate(OUTSIDE) == []
            browser.evaluate("document.querySelectorAll('.grid a')[1].click()")
            browser.wait_for("location.pathname === '/column' && document.querySelector('.partner')")
            assert browser.evaluate("document.querySelector('h1').textContent").startswith('">')
            assert browser.evaluate(OUTSIDE) == []
        browser.open(f"{server}/map", 1280, "light")
        browser.wait_for(READY["map"])
        browser.evaluate("document.querySelectorAll('#tables button')[1].click()")
        browser.evaluate("document.querySelector('#details a').click()")
        browser.wait_for(
            "location.pathname.startsWith('/table/') && document.querySelectorAll('.grid tbody tr').length === 4"
        )
        assert count == 3 and browser.reported("Page.javascriptDialogOpening") == []
