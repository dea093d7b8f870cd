"""The page of an explanation: safe whatever the lake holds, and a page that a person likes to look at."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lakeindex.reasons.answer_html import answer_html, match_html
from lakeindex.reasons.page import page_of
from lakeindex.reasons.reasons import reasons_of
from lakeindex.reasons.waterfall import bars_of, percent, small_svg, text_bar
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import AnchorScore, CrossScore, ValueMatch
from tests.reasons.chromium import CHROMIUM, Browser
from tests.reasons.explained import explained, measured_by

EVIL = "<script>alert(1)</script>\" onload='x' \x1b[31m\u202e"
LONG = "averyveryveryveryveryverylongname_withoutanyblank_" * 4


def evil_match(name: str = EVIL) -> Any:
    match = explained(
        query=ColumnId(TableId(f"{name}.csv"), name),
        column=ColumnId(TableId("b.csv"), name),
        measured=measured_by(ValueMatch.FUZZY, name, f"{name} → {name}", how=name),
        note=name,
        cross_score=CrossScore(30, 99, 1.0, 2.0, (AnchorScore(name, None, 1.0),)),
    )
    return match


def test_a_value_makes_no_tag_no_attribute_and_no_direction() -> None:
    match = evil_match()
    for html in (page_of(match), match_html(match), match._repr_html_(), answer_html(EVIL, [match], [match])):
        assert "<script" not in html and "\x1b" not in html and "\u202e" not in html
        assert not re.search(r"<[^>]*\sonload=", html)
        assert "&lt;script&gt;" in html


def test_the_page_may_load_and_run_nothing() -> None:
    page = page_of(evil_match())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in page
    assert not re.search(r"https?://|\ssrc=|\shref=|\sstyle=|@import|url\(", page)


def test_the_page_shows_reasons_facts_and_below_a_fold_all_parts() -> None:
    match = explained()
    page = page_of(match)
    assert "<title>customer ⋈ id: 80.0% · lakeindex</title>" in page
    for tenths, reason in zip(reasons_of(match).tenths, reasons_of(match).listed, strict=True):
        assert (
            f'>{reason.name}</span> <span class="part {"for" if tenths >= 0 else "against"}">{percent(tenths)}<' in page
        )
    before, after = page.split("<details>")
    assert all(f"what {one.name} means" in after and f"what {one.name} means" not in before for one in match.evidence)
    assert "<code>lakeindex join sales/orders.csv customer customers.csv id</code>" in page
    assert "<td>5</td><td>7, each once</td>" in page and "<td>1 to 5</td><td>1 to 7</td>" in page


def test_a_waterfall_begins_each_bar_where_the_one_before_ended() -> None:
    bars = bars_of(reasons_of(explained({"values": 0.8, "rival": -0.3, "prior": 0.1})))
    assert [(round(one.start), round(one.stop), one.way) for one in bars] == [
        (0, 80, "for"), (50, 80, "against"), (50, 60, "for"), (0, 60, "for")
    ]  # fmt: skip
    assert [text_bar(one, 10) for one in bars] == ["████████", "     ░░░", "     █", "██████"]
    low = bars_of(reasons_of(explained({"prior": 0.006, "rival": -0.004})), 0.0)
    assert [(round(one.start), round(one.stop)) for one in low] == [(0, 100), (33, 100), (0, 33)]


def test_a_small_waterfall_is_one_picture_with_its_words() -> None:
    svg = ElementTree.fromstring(small_svg(reasons_of(explained({"values": 0.9, "rival": -0.1}))))
    assert svg.attrib["role"] == "img" and svg.attrib["aria-label"] == (
        "shared values +90.0%; a better column −10.0%; in all 80.0%"
    )
    assert len(svg) == 3 and len({rectangle.attrib["fill"] for rectangle in svg}) == 3
    assert [title.text for title in svg.iter("title")][1] == "a better column −10.0%"


def test_an_answer_shows_the_evidence_of_each_as_a_waterfall() -> None:
    match = explained()
    html = answer_html("1 column joins", [match], [match])
    assert html.count("<svg") == 2 and html.count("<tr>") == 3 and "<caption>1 column joins</caption>" in html
    assert answer_html("nothing joins", []) == "<p>nothing joins</p>"


FADED = """[...document.querySelectorAll("body *")].flatMap((one) => {
  const seen = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  const below = (node) => { const found = seen(getComputedStyle(node).backgroundColor);
    return found.length === 3 || found[3] > 0 || !node.parentElement ? found : below(node.parentElement); };
  const isBar = one.tagName === "rect";
  const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!isBar && !hasText) return [];
  const style = getComputedStyle(one);
  const [a, b] = [light(seen(isBar ? style.fill : style.color)), light(below(one))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  return contrast < (isBar ? 3 : 4.5) ? [[one.outerHTML.slice(0, 80), contrast]] : [];
})"""
"""The elements that are hard to tell from what is behind them (WCAG 2.2, 1.4.3 and 1.4.11)."""
OUTSIDE = """[...document.querySelectorAll("body *")].filter((one) => !one.closest(".scroll > *"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 80))"""
THIN = "[...document.querySelectorAll('rect')].filter((bar) => bar.getBoundingClientRect().width < 1).length"
UNNAMED = """[...document.querySelectorAll("svg, section, [role=region], pre")]
  .filter((one) => one.ariaHidden !== "true" && !one.hasAttribute("aria-label") && !one.hasAttribute("aria-labelledby"))
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_shows_the_page_at_any_width_in_the_light_and_in_the_dark(browser: Browser, tmp_path: Path) -> None:
    for name, match in (("usual", explained()), ("evil", evil_match()), ("long", evil_match(LONG))):
        page = tmp_path / f"{name}.html"
        page.write_text(page_of(match), "utf-8")
        backgrounds = set()
        for width, scheme in ((320, "light"), (320, "dark"), (1200, "light"), (1200, "dark")):
            browser.open(page, width, scheme)
            browser.evaluate("document.querySelector('details').open = true")
            for what in (OUTSIDE, FADED, UNNAMED):
                assert browser.evaluate(what) == [], (name, width, scheme)
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
            assert browser.evaluate(THIN) == 0
            assert name == "long" or browser.evaluate("document.documentElement.scrollHeight") < 5_000
            assert browser.evaluate("document.documentElement.lang + document.querySelectorAll('h1').length") == "en1"
            assert [one["request"]["url"] for one in browser.reported("Network.requestWillBeSent")] == [page.as_uri()]
            assert browser.reported("Log.entryAdded") == browser.reported("Runtime.exceptionThrown") == []
            backgrounds.add(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert len(backgrounds) == 2
