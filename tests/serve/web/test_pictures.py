"""Pages look as the pictures beside this file, at a quarter of their size and but for how a machine draws letters.

Where a page is meant to look otherwise: LAKEINDEX_WRITE_PICTURES=1 pytest -m slow tests/serve/web/test_pictures.py
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.reasons.chromium import CHROMIUM, Browser
from tests.serve.web.pages import app_of, serving
from tests.serve.web.shown import PAGES, READY

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]
PICTURES = Path(__file__).parent / "pictures"
SIZES = {(1280, "light"): 1100, (1280, "dark"): 1100, (320, "light"): 1500}
SHRUNK = 4
MOST_APART, FAR, MOST_FAR = 1.5, 40, 0.02
"""The mean difference of all pixels, of 255; what is another pixel; and how many of these there may be."""

Pixels = npt.NDArray[np.int16]


@pytest.fixture(scope="module")
def server(broken_index: Path) -> Iterator[str]:
    with serving(app_of(broken_index)) as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


def taken(browser: Browser, address: str, name: str, width: int, scheme: str) -> Image.Image:
    height = SIZES[width, scheme]
    browser.open(address + PAGES[name], width, scheme)
    browser.wait_for(READY.get(name, "true"))
    if name == "column":
        browser.evaluate("document.querySelector('.partner details').open = true")
    picture = Image.open(io.BytesIO(browser.picture(width, height))).convert("RGB")
    return picture.resize((width // SHRUNK, height // SHRUNK), Image.Resampling.BOX)


def pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture, np.int16)


def are_alike(one: Pixels, other: Pixels) -> bool:
    if one.shape != other.shape:
        return False
    apart = np.abs(one - other)
    return float(apart.mean()) <= MOST_APART and float((apart.max(axis=2) > FAR).mean()) <= MOST_FAR


@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_its_picture(browser: Browser, server: str, name: str, width: int, scheme: str) -> None:
    path = PICTURES / f"{name}_{width}_{scheme}.png"
    picture = taken(browser, server, name, width, scheme)
    if os.environ.get("LAKEINDEX_WRITE_PICTURES"):
        picture.save(path, optimize=True)
    assert are_alike(pixels(picture), pixels(Image.open(path).convert("RGB"))), path


def test_pictures_of_two_pages_are_not_alike() -> None:
    kept = {path.stem: pixels(Image.open(path).convert("RGB")) for path in sorted(PICTURES.glob("*.png"))}
    assert len(kept) == len(PAGES) * len(SIZES)
    for size in ("1280_light", "1280_dark", "320_light"):
        pages = [kept[f"{name}_{size}"] for name in ("home", "table", "column", "join", "map", "broken")]
        for place, page in enumerate(pages):
            assert not any(are_alike(page, other) for other in pages[place + 1 :])
    assert not are_alike(kept["home_1280_light"], kept["home_1280_dark"])
