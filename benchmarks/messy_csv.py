"""Claim: messy CSV files are read as they were meant, and no row is lost without being counted.

Clean tables of the sample lake are written under stated pollutions, one at a time, two or three at once, and in older
encodings; tests/messy holds the generator, which keeps the ground truth, and asks the connector, as `lakeindex read`
does. Beside lakeindex stand readers that never fail: DuckDB and polars, set to be lenient.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from statistics import fmean

import duckdb
import record

from lakeindex.catalog.database import glob_escaped
from lakeindex.demo import build_sample_lake

sys.path.append(str(record.REPOSITORY / "tests" / "messy"))

from csv_scores import ReadTable, Score, score
from messy_files import combined_pollutions, encoded, single_pollutions
from messy_table import MessyFile
from reading import NOTHING, read_with_lakeindex

Reader = Callable[[Path], ReadTable]
Scores = dict[str, dict[str, list[Score]]]
"""By the kind of pollution, then by the reader."""

ENCODED_ROWS = (10, 84)


def read_with_duckdb(path: Path) -> ReadTable:
    """Read as leniently as DuckDB can."""
    name = glob_escaped(path).replace("'", "''")
    options = "auto_detect = true, ignore_errors = true, null_padding = true, all_varchar = true"
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        try:
            found = connection.execute(f"SELECT * FROM read_csv('{name}', {options})")
            header = tuple(column[0] for column in found.description or ())
            rows = found.fetchall()
        except (duckdb.Error, UnicodeDecodeError):
            return NOTHING
    return ReadTable(header, tuple(tuple(cell or "" for cell in row) for row in rows))


def read_with_polars(path: Path) -> ReadTable:
    """Read as leniently as polars can."""
    import polars

    try:
        frame = polars.read_csv(
            path, infer_schema=False, ignore_errors=True, truncate_ragged_lines=True, encoding="utf8-lossy"
        )
    except polars.exceptions.PolarsError:
        return NOTHING
    return ReadTable(tuple(frame.columns), tuple(tuple(cell or "" for cell in row) for row in frame.rows()))


def readers() -> dict[str, Reader]:
    found: dict[str, Reader] = {"lakeindex": read_with_lakeindex, "DuckDB, lenient": read_with_duckdb}
    try:
        import polars  # noqa: F401
    except ImportError:  # the `bench` extra is not for everybody
        return found
    return found | {"polars, lenient": read_with_polars}


def measure(files: Iterable[MessyFile], systems: dict[str, Reader], folder: Path) -> Scores:
    scores: Scores = defaultdict(lambda: defaultdict(list))
    path = folder / "messy.csv"
    for file in files:
        path.write_bytes(file.content)
        kind = file.pollutions[0] if len(file.pollutions) == 1 else "two or three at once"
        for name, read in systems.items():
            scores[kind][name].append(score(read(path), file.ground_truth))
    return scores


def summary(scores: Sequence[Score]) -> dict[str, float]:
    return {
        "header_f1": fmean(one.header_f1 for one in scores),
        "cell_f1": fmean(one.cell_f1 for one in scores),
        "silently_lost_rows": sum(one.silent for one in scores),
    }


def figures_of(scores: Scores, systems: Iterable[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Sum up every system, over all files and for each kind of pollution."""
    return {
        name: {
            "all": summary(list(chain.from_iterable(each[name] for each in scores.values()))),
            **{kind: summary(each[name]) for kind, each in scores.items()},
        }
        for name in systems
    }


def print_figures(scores: Scores, figures: dict[str, dict[str, dict[str, float]]]) -> None:
    print("header F1 / cell F1 / rows lost silently")
    counts = {"all": sum(len(next(iter(each.values()))) for each in scores.values())}
    counts |= {kind: len(next(iter(each.values()))) for kind, each in scores.items()}
    rows = [[kind, count, *[shown(each[kind]) for each in figures.values()]] for kind, count in counts.items()]
    record.print_table(["pollution", "files", *figures], rows)


def shown(found: dict[str, float]) -> str:
    return f"{found['header_f1']:.3f} / {found['cell_f1']:.3f} / {found['silently_lost_rows']:5}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=11, help="where pollutions fall, and which come together [11]")
    parser.add_argument("--combined", type=int, default=2000, help="files with two or three pollutions [2000]")
    given = parser.parse_args()
    systems = readers()
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        build_sample_lake(lake)
        files = chain(
            single_pollutions(lake, given.seed),
            *[encoded(given.seed, rows) for rows in ENCODED_ROWS],
            combined_pollutions(lake, given.seed, given.combined),
        )
        scores = measure(files, systems, Path(folder))
    figures = figures_of(scores, systems)
    print_figures(scores, figures)
    settings = {"combined": given.combined, "files": sum(len(each["lakeindex"]) for each in scores.values())}
    written = record.write("messy_csv", given.seed, settings, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
