"""Claim: the hand-written CSV reader earns its place beside DuckDB's sniffer and clevercsv, part by part.

One corpus of files with the table that a person reads: those of `messy_csv.py`, and `csv_tops.py`, whose first lines
aren't plain. Readers: lakeindex; lakeindex with one part taken out of another reader (the dialect, or what is header
and what stands above it); DuckDB's sniffer and clevercsv alone, both on text that was transcoded to UTF-8 before.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from unittest import mock

import duckdb
import record

from lakeindex.catalog.database import glob_escaped
from lakeindex.demo import build_sample_lake
from lakeindex_connectors.csv_files import layout
from lakeindex_connectors.csv_files.dialect import Dialect
from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.text.encoding import decode, detect_encoding

sys.path.append(str(record.REPOSITORY / "tests" / "messy"))

from csv_scores import ReadTable, Score, score
from csv_tops import tops
from messy_csv import ENCODED_ROWS, summary
from messy_files import combined_pollutions, encoded, single_pollutions
from messy_table import MessyFile
from reading import NOTHING, read_with_lakeindex

Reader = Callable[[Path], ReadTable]
OPTIONS = "ignore_errors = true, null_padding = true"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What DuckDB's sniffer found."""

    dialect: Dialect
    skipped: int
    has_header: bool


class Sniffer:
    """Asks DuckDB about texts, which it reads from a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sniffed.csv"
        self.connection = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})

    def sniff(self, text: str) -> Sniffed:
        """Return what it finds; commas and quotes where it finds nothing."""
        self.path.write_text(text, encoding="utf-8", newline="")
        asked = f"SELECT Delimiter, Quote, Escape, SkipRows, HasHeader FROM sniff_csv({self._name()}, {OPTIONS})"
        try:
            found = self.connection.execute(asked).fetchone()
        except duckdb.Error:
            found = None
        delimiter, quote, escape, skipped, has_header = found or (",", '"', '"', 0, True)
        marks = "" if quote == "(empty)" else quote, "\\" if escape == "\\" else ""
        return Sniffed(Dialect(delimiter, *marks), skipped, has_header)

    def read(self, path: Path) -> ReadTable:
        """Read a file alone, after transcoding."""
        text = transcoded(path)
        if text is None:
            return NOTHING
        self.path.write_text(text, encoding="utf-8", newline="")
        asked = f"SELECT * FROM read_csv({self._name()}, auto_detect = true, all_varchar = true, {OPTIONS})"
        try:
            found = self.connection.execute(asked)
            header = tuple(column[0] for column in found.description or ())
            rows = found.fetchall()
        except (duckdb.Error, UnicodeDecodeError):
            return NOTHING
        return ReadTable(header, tuple(tuple(cell or "" for cell in row) for row in rows))

    def _name(self) -> str:
        return "'" + glob_escaped(self.path).replace("'", "''") + "'"


def transcoded(path: Path) -> str | None:
    """Return a file's text in the encoding that lakeindex detects; None where it takes it for binary."""
    content = path.read_bytes()
    try:
        return "".join(decode([content], detect_encoding(content, is_whole=True)))
    except layout.UnreadableTable:
        return None


def with_dialect_of(sniff: Callable[[str], Dialect]) -> Reader:
    """Let another reader find the dialect, where the file doesn't state its delimiter."""
    ours = layout.sniff_dialect

    def read(path: Path) -> ReadTable:
        with mock.patch.object(
            layout, "sniff_dialect", lambda text, stated: ours(text, stated) if stated else sniff(text)
        ):
            return read_with_lakeindex(path)

    return read


def with_header_of(sniffer: Sniffer) -> Reader:
    """Let DuckDB find the lines above the table, and whether it has a header."""

    def read(path: Path) -> ReadTable:
        found = sniffer.sniff(transcoded(path) or "")

        def lines_above(records: Sequence[Record]) -> int:
            return min(found.skipped, max(len(records) - 1, 0))

        with (
            mock.patch.object(layout, "count_titles", lines_above),
            mock.patch.object(layout, "count_header_lines", lambda _: int(found.has_header)),
        ):
            return read_with_lakeindex(path)

    return read


def clevercsv_readers() -> dict[str, Reader]:
    try:
        import clevercsv
    except ImportError:  # no dependency of this project
        return {}

    def sniff(text: str) -> Dialect:
        found = clevercsv.Detector().detect(text)
        return Dialect(found.delimiter or ",", found.quotechar, found.escapechar) if found else Dialect()

    def read(path: Path) -> ReadTable:
        text = transcoded(path)
        found = clevercsv.Detector().detect(text) if text else None
        if not found or not text:
            return NOTHING
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), dialect=found.to_csv_dialect()) if row]
        has_header = clevercsv.Detector().has_header(text)
        header = rows[0] if has_header else [f"column_{i}" for i in range(1, len(rows[0]) + 1)]
        return ReadTable(tuple(header), tuple(map(tuple, rows[has_header:])))

    return {"with clevercsv's dialect": with_dialect_of(sniff), "clevercsv alone": read}


def readers(folder: Path) -> dict[str, Reader]:
    sniffer = Sniffer(folder)
    return {
        "lakeindex": read_with_lakeindex,
        "with DuckDB's dialect": with_dialect_of(lambda text: sniffer.sniff(text).dialect),
        "with DuckDB's header": with_header_of(sniffer),
        "DuckDB alone": sniffer.read,
        **clevercsv_readers(),
    }


def attempted(read: Reader, path: Path) -> ReadTable:
    """Read a file; a reader that fails has read nothing."""
    try:
        return read(path)
    except Exception as error:  # what a foreign reader raises on broken text is not documented
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return NOTHING


def corpus(lake: Path, seed: int, combined: int, each: int) -> dict[str, Iterator[MessyFile]]:
    return {
        "one pollution": single_pollutions(lake, seed),
        "encodings": chain.from_iterable(encoded(seed, rows) for rows in ENCODED_ROWS),
        "two or three": combined_pollutions(lake, seed, combined),
        "first lines": tops(seed, each),
    }


def measure(files: dict[str, Iterator[MessyFile]], systems: dict[str, Reader], path: Path, every: int):
    """Score every system on every file; return the scores by part of the corpus and by kind, and the seconds."""
    scores: dict[str, dict[str, list[Score]]] = defaultdict(lambda: defaultdict(list))
    seconds: dict[str, float] = defaultdict(float)
    for part, found in files.items():
        for file in islice(found, 0, None, every if part != "first lines" else 1):
            path.write_bytes(file.content)
            for name, read in systems.items():
                started = time.process_time()
                table = attempted(read, path)
                seconds[name] += time.process_time() - started
                given = score(table, file.ground_truth)
                scores[part][name].append(given)
                if part == "first lines":
                    scores[file.table][name].append(given)
    return scores, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=11, help="what is drawn [11]")
    parser.add_argument("--combined", type=int, default=600, help="files with two or three pollutions [600]")
    parser.add_argument("--each", type=int, default=20, help="files of each kind of first lines [20]")
    parser.add_argument("--every", type=int, default=3, help="of the other files take every n-th [3]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        build_sample_lake(lake)
        files = corpus(lake, given.seed, given.combined, given.each)
        scores, seconds = measure(files, readers(Path(folder)), Path(folder) / "messy.csv", given.every)
    figures = {part: {name: summary(found) for name, found in each.items()} for part, each in scores.items()}
    counts = {part: len(each["lakeindex"]) for part, each in scores.items()}
    print("header F1 / cell F1 / rows lost silently")
    rows = [
        [
            part,
            counts[part],
            *(f"{s['header_f1']:.3f} / {s['cell_f1']:.3f} / {s['silently_lost_rows']}" for s in each.values()),
        ]
        for part, each in figures.items()
    ]
    record.print_table(["files", "n", *seconds], rows)
    figures["cpu_seconds"] = dict(seconds)
    settings = {"combined": given.combined, "each": given.each, "every": given.every, "files": counts}
    written = record.write("csv_readers", given.seed, settings, figures)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
