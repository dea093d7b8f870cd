"""Claim: the house keeps its floor plan: few modules at the root, few layers, no circles, and few files a query enters.

house.py             counts, and what one query, one index and one join of the sample lake enter
house.py --static    counts out of the source alone, in seconds; nothing is written
house.py --check     ends with 1 where a hard limit is broken, and names it

Entering a file means that a function of it is called (`entered_files.py`).
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import record
from entered_files import PACKAGES, WORKS
from import_circles import import_circles

MOST_ROOT_MODULES = 8
MOST_LAYERS = 8
MOST_FUNCTION_LINES = 60
MOST_FILES_OF_A_QUERY = 45
MANY_MODULE_LINES = 250
"""An alarm, no limit."""
SHOWN = 10

Lines = dict[str, int]
"""By the name of a module or function, the longest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A module as it is written."""

    name: str
    """Dotted; that of a package for its `__init__`."""
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


def read_sources(package: Path) -> dict[str, Source]:
    """Read every module of a package, by name."""
    sources = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        sources[name] = Source(name, text, ast.parse(text))
    return sources


def layers_of(project: Path) -> int:
    """Count the layers of the import rule: of the longest contract, where there are several."""
    contracts = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return max(len(contract["layers"]) for contract in contracts if contract["type"] == "layers")


def function_lines(source: Source) -> Iterator[tuple[str, int]]:
    """Count the lines of each function, docstring and functions within included."""
    for name, node in _definitions(source.tree, source.name):
        if not isinstance(node, ast.ClassDef):
            assert node.end_lineno is not None
            yield name, node.end_lineno - node.lineno + 1


def without_docstring(source: Source) -> Iterator[str]:
    """Name the public modules, classes, functions and methods that have no docstring.

    Functions within functions, and methods that Python names (`__len__`), need not.
    """
    if _is_public(source.name) and source.text.strip() and ast.get_docstring(source.tree) is None:
        yield source.name
    for name, node in _definitions(source.tree, source.name, within_functions=False):
        if _is_public(name) and ast.get_docstring(node) is None:
            yield name


def _definitions(
    tree: ast.AST, name: str, within_functions: bool = True
) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}.{node.name}", node
            if within_functions or isinstance(node, ast.ClassDef):
                yield from _definitions(node, f"{name}.{node.name}", within_functions)
        else:
            yield from _definitions(node, name, within_functions)


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def longest(lines: Mapping[str, int]) -> Lines:
    return dict(sorted(lines.items(), key=lambda one: (-one[1], one[0])))


def measure_source(packages: Sequence[Path], project: Path) -> dict[str, object]:
    """Count what the source alone shows; the first package is the one whose root is to be small."""
    sources = {name: source for package in packages for name, source in read_sources(package).items()}
    functions = longest({name: lines for source in sources.values() for name, lines in function_lines(source)})
    modules = longest({name: source.lines for name, source in sources.items()})
    return {
        "root_modules": len(list(packages[0].glob("*.py"))),
        "layers": layers_of(project),
        "circles": import_circles({name: source.tree for name, source in sources.items()}, set(_folders(packages))),
        "modules": len(modules),
        "modules_over_250_lines": sum(lines > MANY_MODULE_LINES for lines in modules.values()),
        "longest_modules": dict(list(modules.items())[:SHOWN]),
        "functions": len(functions),
        "functions_over_60_lines": sum(lines > MOST_FUNCTION_LINES for lines in functions.values()),
        "longest_functions": dict(list(functions.items())[:SHOWN]),
        "without_docstring": sorted(name for source in sources.values() for name in without_docstring(source)),
    }


def _folders(packages: Sequence[Path]) -> Iterator[str]:
    """Name the packages, for which a name stands that is none of their modules'."""
    for package in packages:
        for path in package.rglob("__init__.py"):
            yield ".".join(path.parent.relative_to(package.parent).parts)


def measure_works() -> dict[str, list[str]]:
    """List the files that each piece of work enters, in a process of its own."""
    from lakeindex.demo import build_sample_lake

    entered = {}
    with tempfile.TemporaryDirectory() as folder:
        lake, index = Path(folder) / "lake", Path(folder) / "index"
        build_sample_lake(lake)
        for work in sorted(WORKS, key=lambda one: one != "index"):
            log = Path(folder) / f"{work}.txt"
            # What one process remembers of an index shall not spare the next one anything but the check of its files.
            cache = {"XDG_CACHE_HOME": str(Path(folder) / f"{work} cache")}
            script = Path(__file__).with_name("entered_files.py")
            subprocess.run([sys.executable, script, work, lake, index, log], env=os.environ | cache, check=True)
            entered[work] = sorted({_relative(line) for line in log.read_text(encoding="utf-8").splitlines()})
    return {work: entered[work] for work in WORKS}


def _relative(file: str) -> str:
    return next(str(Path(file).relative_to(one.parent)) for one in PACKAGES if Path(file).is_relative_to(one))


def rooms_of(files: Sequence[str]) -> list[str]:
    """List the rooms that files are in: `search`, and `lake` for a module at the root."""
    return sorted({Path(file).with_suffix("").parts[1] for file in files})


def broken_limits(figures: Mapping[str, object]) -> list[str]:
    """Name the hard limits that are broken, a line each."""
    functions, circles = figures["longest_functions"], figures["circles"]
    assert isinstance(functions, dict) and isinstance(circles, list)
    counted = [
        ("modules at the root", figures["root_modules"], MOST_ROOT_MODULES),
        ("layers", figures["layers"], MOST_LAYERS),
        *((f"lines of {name}", lines, MOST_FUNCTION_LINES) for name, lines in functions.items()),
    ]
    if entered := figures.get("entered"):
        assert isinstance(entered, dict)
        counted.append(("files that a query enters", len(entered["query"]), MOST_FILES_OF_A_QUERY))
    broken = [f"{what}: {count}, {most} at most" for what, count, most in counted if int(str(count)) > most]
    return [*broken, *(f"modules that import one another: {' '.join(circle)}" for circle in circles)]


def print_figures(figures: Mapping[str, object], briefly: bool) -> None:
    circles, undocumented, entered = figures["circles"], figures["without_docstring"], figures.get("entered", {})
    assert isinstance(circles, list) and isinstance(undocumented, list) and isinstance(entered, dict)
    rows: list[list[object]] = [
        ["modules at the root", figures["root_modules"], MOST_ROOT_MODULES],
        ["layers", figures["layers"], MOST_LAYERS],
        ["import circles", len(circles), 0],
        [f"modules over {MANY_MODULE_LINES} lines", figures["modules_over_250_lines"], ""],
        [f"functions over {MOST_FUNCTION_LINES} lines", figures["functions_over_60_lines"], 0],
        ["public names without docstring", len(undocumented), ""],
        *(
            [f"files (rooms) that {work} enters", f"{len(files)} ({len(rooms_of(files))})", _limit_of(work)]
            for work, files in entered.items()
        ),
    ]
    record.print_table(["what", "count", "limit"], rows)
    for title in () if briefly else ("longest_modules", "longest_functions"):
        found = figures[title]
        assert isinstance(found, dict)
        print()
        record.print_table([title.replace("_", " "), "lines"], list(found.items()))
    for what, names in (("import circle", [" ".join(one) for one in circles]), ("without docstring", undocumented)):
        for name in names:
            print(f"{what}: {name}")


def _limit_of(work: str) -> object:
    return MOST_FILES_OF_A_QUERY if work == "query" else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--static", action="store_true", help="counts out of the source alone; nothing is written")
    parser.add_argument("--check", action="store_true", help="end with 1 where a hard limit is broken")
    given = parser.parse_args()
    figures = measure_source(PACKAGES, record.REPOSITORY / "pyproject.toml")
    if not given.static:
        figures["entered"] = measure_works()
    broken = broken_limits(figures)
    print_figures(figures, given.check)
    if not given.static:
        limits = {"root_modules": MOST_ROOT_MODULES, "layers": MOST_LAYERS, "function_lines": MOST_FUNCTION_LINES,
                  "files_of_a_query": MOST_FILES_OF_A_QUERY}  # fmt: skip
        print(f"wrote {record.write('house', None, limits, figures).relative_to(record.REPOSITORY)}")
    for line in broken:
        print(f"over the limit: {line}", file=sys.stderr)
    if given.check and broken:
        sys.exit(1)


if __name__ == "__main__":
    main()
