"""Claim: whatever happens to a build or to its files, an index answers as it did, or reports that it can't.

Runs the slow tests of `tests/durability`: a test that fails stops this, and what the others counted is written.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import record

TESTS = "tests/durability"
VARIABLE = "LAKEINDEX_DURABILITY_FIGURES"
"""Names the file in which tests leave their figures, by subject."""

Figures = dict[str, dict[str, object]]


def run_tests(sizes: str, only: Sequence[str]) -> Figures:
    """Run the tests of some sizes, or those of them that are named; return what they counted."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        chosen = [f"{TESTS}/test_{name}.py" for name in only] or [TESTS]
        command = [sys.executable, "-m", "pytest", "-q", "-m", sizes, *chosen]
        done = subprocess.run(command, cwd=record.REPOSITORY, env=os.environ | {VARIABLE: str(file)}, check=False)
        if done.returncode:
            sys.exit(done.returncode)
        return read_figures(file)


def read_figures(file: Path) -> Figures:
    found: Figures = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def figures_before() -> Figures:
    """Return the figures of the last runs: a subject keeps its own until it is measured again."""
    path = record.RESULTS / "durability.json"
    found: Figures = json.loads(path.read_text("utf-8"))["figures"] if path.exists() else {}
    return found


def print_figures(figures: Mapping[str, Mapping[str, object]]) -> None:
    rows = [[subject, name, str(value)] for subject, found in figures.items() for name, value in found.items()]
    record.print_table(["subject", "what", "figure"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="the sizes of `make test`; nothing is written")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="run test_NAME.py alone")
    parser.add_argument("--taken", type=Path, metavar="FILE", help=f"run nothing: take what a run left in ${VARIABLE}")
    given = parser.parse_args()
    found = read_figures(given.taken) if given.taken else run_tests("not slow" if given.smoke else "slow", given.only)
    print_figures(found)
    if given.smoke:
        return
    commit = record.commit()
    measured = {subject: {"commit": commit, **counted} for subject, counted in found.items()}
    written = record.write("durability", None, {"tests": TESTS}, figures_before() | measured)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
