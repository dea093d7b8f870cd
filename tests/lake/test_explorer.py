"""The notebook's widget: what is asked comes in, and HTML goes out."""

from __future__ import annotations

import builtins
import re
from typing import Any

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import MissingExtra
from tests.small_lake import write_lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("notebook")
    root = write_lake(folder / "lake")
    (root / "evil.csv").write_text('code,"<img src=x onerror=alert(1)>"\nFR,1\nDE,2\nES,3\n', "utf-8")
    return Lake.index(root, folder / "index", Settings(model="hashing", jobs=1))


def asked(lake: Lake, **question: str) -> str:
    widget = lake.explore()
    widget.asked = question
    return str(widget.shown)


def test_from_a_word_to_the_reasons_by_clicks(lake: Lake) -> None:
    widget = lake.explore()
    widget.asked = {"text": "country"}
    assert 'data-table="sales/orders.csv" data-column="country"' in widget.shown
    widget.asked = {"table": "sales/orders.csv", "column": "country"}
    best = lake.query("sales/orders.csv", "country").matches[0]
    (first, *_) = re.findall(r'<tr><td><button data-table="([^"]*)" data-column="([^"]*)"', widget.shown)
    assert first == (best.column.table, best.column.name)
    widget.asked = {
        "table": "sales/orders.csv", "column": "country", "right_table": first[0], "right_column": first[1],
    }  # fmt: skip
    assert "<svg" in widget.shown and "lakeindex join" in widget.shown


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"text": ""}, "Type a part"),
        ({"text": "contry"}, "nearest"),
        ({"table": "sales/orders.csv", "column": "contry"}, "country"),
        ({"table": "nothing.csv", "column": "a"}, "no table"),
    ],
)
def test_what_is_not_there_says_what_is_near(lake: Lake, question: dict[str, str], says: str) -> None:
    assert says in asked(lake, **question)


def test_names_are_text(lake: Lake) -> None:
    for question in ({"text": "img"}, {"text": "evil"}, {"table": "evil.csv", "column": "code"}):
        assert "<img" not in asked(lake, **question)
    assert "&lt;img" in asked(lake, text="evil")


def test_without_the_extra_it_says_how_to_install_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without(name: str, *given: Any) -> Any:
        if name == "lakeindex.lake.explorer.widget":
            raise ModuleNotFoundError(name="anywidget")
        return load(name, *given)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        MissingExtra, match=r"pip install 'lakeindex\[notebook\]'; lake.query\(...\) .* show HTML without it"
    ):
        lake.explore()
