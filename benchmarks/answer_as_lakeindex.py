"""lakeindex in a program that keeps an index open: answer the queries, figures estimated from sketches.

answer_as_lakeindex.py INDEX QUERIES.csv FOLDER   into FOLDER/rankings.csv and FOLDER/report.json
"""

from __future__ import annotations

import sys
from pathlib import Path

from answers import K, answer_all, write_report

from lakeindex.evaluate.run import answer
from lakeindex.lake import Lake


def run(index: Path, queries: Path, folder: Path) -> None:
    lake = Lake.open(index)
    milliseconds = answer_all(queries, lambda query: answer(lake, query, K), folder / "rankings.csv")
    manifest = lake.generation.manifest
    facts = {"columns": manifest.columns, "index_bytes": manifest.bytes, "milliseconds": milliseconds}
    settings = {"models": manifest.models, "index": manifest.settings}
    write_report(folder / "report.json", facts | {"settings": settings})


if __name__ == "__main__":
    run(*map(Path, sys.argv[1:4]))
