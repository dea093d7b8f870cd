"""The page of a lake's map: its data, its policy, and what a browser makes of it, where there is one."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, Refused
from lakeindex.lake_map.page.communities import communities
from lakeindex.lake_map.page.layout import layout

EVIL = "<script>alert(1)</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
AXE = Path(os.environ.get("LAKEINDEX_NODE_MODULES", "node_modules"), "axe-core/axe.min.js")
needs_axe = pytest.mark.skipif(
    not AXE.is_file(), reason="LAKEINDEX_NODE_MODULES is no folder with axe-core: npm install axe-core"
)
RUN_AXE = """
addEventListener("load", () => setTimeout(async () => {
  const found = await axe.run(document);
  const violations = found.violations.map((one) => [one.id, one.impact, one.nodes.map((node) => node.html)]);
  document.body.append(Object.assign(document.createElement("pre"), {
    id: "axe", textContent: JSON.stringify([found.passes.length, violations])}));
}, 1500));
"""
DARK = "--blink-settings=preferredColorScheme=0"
FLAGS = ("--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Lake:
    folder = tmp_path_factory.mktemp("map")
    shops = ["shop_code,city"] + [f"SH{place:03},Town {place}" for place in range(40)]
    orders = [f"order_ref,shop_code,{EVIL}"] + [f"OR{place:05},SH{place % 37:03},{place}" for place in range(200)]
    for name, rows in (("shops.csv", shops), ("a&b orders.csv", orders), ("alone.csv", ["x,y", "1,2", "3,4"])):
        (folder / name).write_text("\n".join(rows) + "\n")
    return Lake.index(folder, tmp_path_factory.mktemp("index"), settings)


@pytest.fixture(scope="module")
def page(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "map.html"
    written = lake.write_map(path)
    assert (written.tables, written.relationships) == (3, 1)
    return path


def dumped(page: Path, fragment: str = "", *flags: str) -> str:
    command = [str(CHROMIUM), *FLAGS, *flags, "--virtual-time-budget=6000", "--dump-dom", f"{page.as_uri()}{fragment}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_the_data_are_the_tables_and_their_relationships(page: Path) -> None:
    text = page.read_text()
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert [table[:3] for table in data["tables"]] == [
        ["a&b orders.csv", 200, 3],
        ["alone.csv", 2, 2],
        ["shops.csv", 40, 2],
    ]
    (link,) = data["links"]
    assert (link["c"], link["p"], link["k"], link["n"]) == (0, 2, [["shop_code", "shop_code"]], "n:1")
    assert link["o"] == 0


def test_only_the_page_s_own_scripts_may_run(page: Path) -> None:
    text = page.read_text()
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])  # type: ignore[index]
    assert policy.startswith("default-src 'none'; ")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    assert re.findall(r"'sha256-([^']*)'", policy.split("script-src")[1].split(";")[0]) == digests
    assert len(scripts) == 2
    assert not re.search(r'(src|href)="', text)
    assert "<script>alert" not in text


def test_a_page_is_written_whole_and_never_over_another_file(lake: Lake, page: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="exists"):
        lake.write_map(page)
    with pytest.raises(InvalidSetting, match=r"no \.html file"):
        lake.write_map(tmp_path / "map.pdf")
    assert list(tmp_path.iterdir()) == []


@needs_browser
def test_a_browser_shows_the_tables_and_a_link_opens_one(page: Path) -> None:
    shown = dumped(page, "#shops.csv")
    assert 'data-ready="yes"' in shown
    assert re.search(r'id="status"[^>]*>3 of 3 tables, 1 relationships<', shown)
    assert "<h2>shops.csv</h2><p>40 rows, 2 columns</p>" in shown
    assert "is referred to by a&amp;b orders.csv by shop_code" in shown
    assert shown.count("<canvas") >= 3


@needs_browser
@needs_axe
@pytest.mark.parametrize(
    ("fragment", "flags"), [("", ()), ("#shops.csv", ("--blink-settings=preferredColorScheme=0",))]
)
def test_axe_finds_nothing_to_complain_of(page: Path, tmp_path: Path, fragment: str, flags: Sequence[str]) -> None:
    # The page's own policy lets no other script run.
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text())
    axe = AXE.read_text().replace("</script", "<\\/script")
    checked = tmp_path / "map.html"
    checked.write_text(text.replace("</body>", f"<script>{axe}</script><script>{RUN_AXE}</script></body>"))
    shown = dumped(checked, fragment, *flags)
    passed, violations = json.loads(html.unescape(re.search(r'<pre id="axe">(.*?)</pre>', shown)[1]))  # type: ignore[index]
    assert violations == []
    assert passed > 25


@needs_browser
def test_the_picture_has_the_tables_on_it(page: Path, tmp_path: Path) -> None:
    from matplotlib.image import imread

    picture = tmp_path / "map.png"
    command = [str(CHROMIUM), *FLAGS, "--virtual-time-budget=6000", "--window-size=1000,700", f"--screenshot={picture}"]
    subprocess.run([*command, page.as_uri()], capture_output=True, check=True, timeout=120)
    graph = imread(picture)[60:, :600, :3]
    is_table = np.abs(graph - np.array([11, 92, 173]) / 255).max(axis=2) < 0.1
    assert is_table.sum() > 50


def test_communities_are_those_with_edges_among_themselves() -> None:
    one, other = [(0, 1), (1, 2), (0, 2)], [(3, 4), (4, 5), (3, 5)]
    left, right = (np.array(side) for side in zip(*one, *other, (2, 3), strict=True))
    found = communities(7, left, right, np.ones(len(left)))
    assert len(set(found[:3])) == 1 and len(set(found[3:6])) == 1
    assert len(set(found)) == 3
    assert communities(3, *np.zeros((2, 0), int), np.zeros(0)).tolist() == [0, 1, 2]


def test_every_table_has_a_place_of_its_own() -> None:
    draw = np.random.default_rng(4)
    left, right = draw.integers(0, 300, (2, 400))
    labels = communities(300, left, right, np.ones(400))
    places = layout(labels, left, right)
    assert np.isfinite(places).all()
    assert len(np.unique(places.round(6), axis=0)) == 300
    assert (layout(labels, left, right) == places).all()
