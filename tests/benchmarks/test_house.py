"""What the house counts, on a package that is made up for it."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from pathlib import Path

import house
import pytest
from entered_files import append_to, follow, following
from house import broken_limits, longest, measure_source, rooms_of
from import_circles import import_circles

MADE_UP = {
    "__init__.py": '"""A package."""\n',
    "first.py": '"""Starts a circle."""\n\nfrom made_up.room import second\n',
    "room/__init__.py": "",
    "room/second.py": '"""Goes on."""\n\ntry:\n    from ..third import do\nexcept ImportError:\n    do = None\n',
    "third.py": '"""Closes it."""\n\nimport made_up.first\n\n\ndef do():\n    """Do a thing."""\n    return made_up\n',
    "fourth.py": '''"""Imports when it is called."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from made_up.fifth import Fifth


class Fourth:
    """A class."""

    def __len__(self):
        return 1

    def says_nothing(self):
        from made_up.fifth import Fifth

        def within():
            return Fifth

        return within

    def _private(self):
        return 2
''',
    "fifth.py": "from made_up import fourth\n\n\nclass Fifth(fourth.Fourth):\n    pass\n",
}
RULE = """
[[tool.importlinter.contracts]]
type = "layers"
layers = ["first", "second | third", "fourth : fifth"]

[[tool.importlinter.contracts]]
type = "forbidden"
source_modules = ["made_up"]
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in MADE_UP.items():
        path = tmp_path / "made_up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(RULE, encoding="utf-8")
    return tmp_path / "made_up"


def test_the_source_is_counted(package: Path) -> None:
    figures = measure_source([package], package.parent / "pyproject.toml")
    assert (figures["root_modules"], figures["layers"], figures["modules"]) == (5, 3, 7)
    assert figures["circles"] == [["made_up.first", "made_up.room.second", "made_up.third"]]
    assert list(figures["longest_modules"].items())[:2] == [("made_up.fourth", 24), ("made_up.third", 8)]
    assert list(figures["longest_functions"].items())[:2] == [
        ("made_up.fourth.Fourth.says_nothing", 7),
        ("made_up.third.do", 3),
    ]
    assert figures["without_docstring"] == [
        "made_up.fifth", "made_up.fifth.Fifth", "made_up.fourth.Fourth.says_nothing",
    ]  # fmt: skip


def test_a_circle_may_lead_over_names_of_a_package_but_not_over_the_package_of_a_module() -> None:
    trees = {
        name: house.ast.parse(text)
        for name, text in {
            "p": "",
            "p.room": "from .inner import name",
            "p.room.inner": "from . import name",
            "p.other": "from p import room\nimport json",
            "p.alone": "import p.other",
        }.items()
    }
    assert import_circles(trees, {"p", "p.room"}) == [["p.room", "p.room.inner"]]


def test_limits_that_are_broken_are_named() -> None:
    kept = {"root_modules": 8, "layers": 8, "circles": [], "longest_functions": {"a.f": 60, "a.g": 3}}
    assert broken_limits(kept) == []
    assert broken_limits(kept | {"entered": {"query": ["a/f.py"] * 45}}) == []
    broken = kept | {
        "root_modules": 9,
        "layers": 10,
        "circles": [["a", "b"]],
        "longest_functions": {"a.f": 61, "a.g": 60},
        "entered": {"query": ["a/f.py"] * 46, "index": ["a/f.py"] * 99},
    }
    assert broken_limits(broken) == [
        "modules at the root: 9, 8 at most",
        "layers: 10, 8 at most",
        "lines of a.f: 61, 60 at most",
        "files that a query enters: 46, 45 at most",
        "modules that import one another: a b",
    ]


def test_a_broken_limit_ends_the_check_with_1(package: Path, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    monkeypatch.setattr(house, "PACKAGES", [package])
    monkeypatch.setattr(house.record, "REPOSITORY", package.parent)
    monkeypatch.setattr(sys, "argv", ["house.py", "--static", "--check"])
    with pytest.raises(SystemExit) as ended:
        house.main()
    assert ended.value.code == 1
    assert capfd.readouterr().err == (
        "over the limit: modules that import one another: made_up.first made_up.room.second made_up.third\n"
    )


def test_equally_long_ones_go_by_name() -> None:
    assert list(longest({"b": 2, "c": 9, "a": 2})) == ["c", "a", "b"]


def test_rooms_are_the_folders_below_a_package_and_modules_of_its_root() -> None:
    assert rooms_of(["lakeindex/lake.py", "lakeindex/search/a.py", "lakeindex/search/b.py", "other/csv/c.py"]) == [
        "csv", "lake", "search",
    ]  # fmt: skip


ENTERED = {
    "__init__.py": "",
    "work.py": "def run():\n    import entered_package.lazy as lazy\n    return lazy.answer()\n",
    "lazy.py": "from entered_package.defaults import make\n\nDEFAULT = make()\n\n\nclass Held:\n    one = 1\n\n\n"
    "def answer():\n    return threaded()\n\n\ndef threaded():\n    import threading\n\n"
    "    from entered_package.thread import run\n\n    thread = threading.Thread(target=run)\n"
    "    thread.start()\n    thread.join()\n",
    "defaults.py": "def make():\n    return 1\n",
    "thread.py": "def run():\n    pass\n",
    "child.py": "def run():\n    pass\n",
    "never.py": "class Never:\n    made = [one for one in range(3)]\n\n\ndef run():\n    pass\n",
}


@pytest.fixture
def entered_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "entered_package"
    folder.mkdir()
    for name, text in ENTERED.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "entered_package"]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_a_file_is_entered_where_a_function_of_it_is_called_but_not_by_imports(entered_package: Path) -> None:
    entered: list[str] = []
    work = importlib.import_module("entered_package.work")
    follow([str(entered_package)], entered.append)
    try:
        work.run()
        importlib.import_module("entered_package.never")
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert [Path(file).name for file in entered] == ["work.py", "lazy.py", "thread.py"]


def test_processes_that_are_started_are_followed_as_well(entered_package: Path, tmp_path: Path) -> None:
    log = tmp_path / "entered.txt"
    with following([str(entered_package)], str(log)):
        run = "import entered_package.child, entered_package.never; entered_package.child.run()"
        subprocess.run([sys.executable, "-P", "-c", run], check=True)
    assert sys.getprofile() is None
    subprocess.run([sys.executable, "-c", "import entered_package.never as never; never.run()"], check=True)
    assert log.read_text(encoding="utf-8").splitlines() == [str(entered_package / "child.py")]
    append_to(str(log))("last")
    assert log.read_text(encoding="utf-8").endswith("child.py\nlast\n")
