"""Which files of the engine a piece of work enters: those of which it calls a function, in all of its processes.

entered_files.py WORK LAKE INDEX LOG   appends the files' paths to LOG, a line each; WORK is a name of `WORKS`

Imports are left out: neither module code nor class bodies count, nor what they call.
"""

from __future__ import annotations

import inspect
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = (REPOSITORY / "lakeindex", REPOSITORY / "connectors" / "lakeindex_connectors")
WORKS = ("query", "query, probe 0", "index", "join")
QUERY = ("finance/currency_by_entity.csv", "entity")
OTHER_SIDE = ("geo/countries.csv", "name")

_IN_CHILDREN = """\
import entered_files
entered_files.follow({folders!r}, entered_files.append_to({log!r}))
"""


def follow(folders: Sequence[str], enter: Callable[[str], None]) -> None:
    """Call `enter` with each file below the folders, once, when a function of it is called, in all threads from now on.

    `sys.setprofile(None)` and `threading.setprofile(None)` end it.
    """
    below = tuple(f"{folder}{os.sep}" for folder in folders)
    entered: set[str] = set()
    thread = threading.local()

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event not in ("call", "return"):
            return
        code, importing = frame.f_code, getattr(thread, "importing", 0)
        if code.co_name == "<module>":
            if frame.f_globals.get("__name__") != "__main__":
                # What is returned from first may have been called before anybody followed.
                thread.importing = max(importing + (1 if event == "call" else -1), 0)
            return
        is_function = code.co_flags & inspect.CO_OPTIMIZED  # a class body has no fast locals
        if event == "call" and is_function and not importing and code.co_filename.startswith(below):
            if code.co_filename not in entered:
                enter(code.co_filename)
            entered.add(code.co_filename)

    threading.setprofile(watch)
    sys.setprofile(watch)


def append_to(log: str) -> Callable[[str], None]:
    """Return what appends a line to a file at once: a process that is killed has written all the same."""

    def enter(file: str) -> None:
        with Path(log).open("a", encoding="utf-8") as handle:
            handle.write(f"{file}\n")

    return enter


@contextmanager
def following(folders: Sequence[str], log: str) -> Iterator[None]:
    """Follow this process and those that it starts, as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        # Python imports this module when it starts, if it finds it.
        Path(folder, "sitecustomize.py").write_text(_IN_CHILDREN.format(folders=list(folders), log=log), "utf-8")
        before = os.environ.get("PYTHONPATH")
        paths = [folder, str(Path(__file__).parent), *([before] if before else [])]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        follow(folders, append_to(log))
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            del os.environ["PYTHONPATH"]
            if before:
                os.environ["PYTHONPATH"] = before


def prepare(work: str, lake: Path, index: Path) -> Callable[[], object]:
    """Return a piece of work on the sample lake; the index is open by then, unless it is what is made."""
    from lakeindex import Lake

    if work == "index":
        return lambda: Lake.index(lake, index)
    opened = Lake.open(index)
    works = {
        "query": lambda: opened.query(*QUERY),
        "query, probe 0": lambda: opened.query(*QUERY, probe=0),
        "join": lambda: opened.join(*QUERY, *OTHER_SIDE).to_arrow(),
    }
    return works[work]


def main() -> None:
    """Do a piece of work, followed."""
    work, lake, index, log = sys.argv[1:]
    done = prepare(work, Path(lake), Path(index))
    with following(list(map(str, PACKAGES)), log):
        done()


if __name__ == "__main__":
    main()
